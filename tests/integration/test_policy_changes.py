"""
Policies that change while the service runs, over HTTP with a real API server and a real OPA: reload, refusal, a freeze.
"""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from deploy.local.control_plane import ControlPlane
from executor.core.policy import ASKED_STAGES
from tests.fakes.policies import an_author_folder
from tests.plans import a_plan, scale
from tests.serving import Caller, calling, serving
from tests.shop import Shop
from tests.waiting import eventually

pytestmark = [pytest.mark.integration, pytest.mark.requirement("GATE-9")]

OPEN = 'deny contains "frozen" if input.step.id == "frozen"'
FROZEN = 'deny contains "the site is frozen" if input.step'
HELD = 'deny contains "somebody holds it" if input.before.metadata.annotations["shop/hold"] == "yes"'


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    return an_author_folder(tmp_path / "acme", body=OPEN)


@pytest.fixture
async def caller(acme: Path, fresh_state: Path, control_plane: ControlPlane) -> AsyncIterator[Caller]:
    """
    A caller of a service of its own, which loads an author's folder beside the shipped policies.
    """
    async with (
        serving(fresh_state, control_plane.kubeconfig, EXECUTOR_POLICY_PATHS=str(acme)) as served,
        calling(served) as session,
    ):
        yield Caller(session)


async def active(caller: Caller) -> str:
    revision: str = (await caller.get("/v1/policy"))["revision"]["site/acme"]
    return revision


async def changed(caller: Caller, acme: Path, body: str, *, stages: tuple[str, ...] = ("preflight",)) -> None:
    """
    Write the author's rule at some stages, and wait until it judges.
    """
    before = await active(caller)
    for stage in stages:
        an_author_folder(acme, stage=stage, body=body)

    async def judges() -> bool:
        policy = await caller.get("/v1/policy")
        loaded = {stage for stage, rules in policy["rules"].items() if any("acme/" in rule["code"] for rule in rules)}
        return policy["revision"]["site/acme"] != before and set(stages) <= loaded

    await eventually(judges)


async def until_verifying(caller: Caller, run: str, step: str) -> None:
    async def verifying() -> bool:
        state = await caller.get(f"/v1/runs/{run}/steps/{step}")
        return bool(state["stage"] == "verify" and state["actuation"] == "applied")

    await eventually(verifying)


async def decisions_of(caller: Caller, run: dict[str, Any], step: str) -> list[dict[str, Any]]:
    (state,) = (each for each in run["steps"] if each["id"] == step)
    return [await caller.get(f"/v1/decisions/{each}") for each in state["decisions"]]


async def test_a_freeze_between_two_steps_denies_the_second_and_the_first_is_put_back(
    caller: Caller, acme: Path, shop: Shop
) -> None:
    """
    The freeze stands at every stage, also at rollback: what was written before it is put back by the rules of before.
    """
    await shop.open("web", "api")
    await shop.hold("web")
    there = {"namespace": shop.namespace}
    run_id = await caller.submit(a_plan(scale("web", to=2, **there), scale("api", to=2, needs=["web"], **there)))
    await until_verifying(caller, run_id, "web")

    await changed(caller, acme, FROZEN, stages=tuple(ASKED_STAGES))
    await shop.let_go("web")
    run = await caller.ended(run_id)

    assert ("rolled_back", ["restored", "denied"]) == (run["phase"], [step["phase"] for step in run["steps"]]), run
    assert "acme/freeze: the site is frozen" in run["message"]
    assert (1, 1) == (await shop.replicas("web"), await shop.replicas("api"))
    denial = (await decisions_of(caller, run, "api"))[-1]
    assert ("preflight", await active(caller)) == (denial["stage"], denial["revision"]["site/acme"])
    assert ["policy_revision"] == [remark["code"] for remark in denial["warnings"]]
    put_back = (await decisions_of(caller, run, "web"))[-1]
    assert ("rollback", "allow", run["policy_revision"]) == (
        put_back["stage"],
        put_back["effect"],
        put_back["revision"],
    )


async def test_a_rule_that_is_relaxed_between_two_steps_still_denies_the_second(
    caller: Caller, acme: Path, shop: Shop
) -> None:
    await changed(caller, acme, HELD)
    await shop.open("web", "api")
    await shop.hold("web")
    there = {"namespace": shop.namespace}
    plan = a_plan(scale("web", to=2, **there), scale("api", to=2, needs=["web"], **there))
    run_id = await caller.submit(plan)
    await until_verifying(caller, run_id, "web")

    await shop.edit("api", {"metadata": {"annotations": {"shop/hold": "yes"}}})
    await changed(caller, acme, OPEN)
    await shop.let_go("web")
    run = await caller.ended(run_id)

    assert "rolled_back" == run["phase"], run
    denial = (await decisions_of(caller, run, "api"))[-1]
    assert ["acme/freeze"] == [said["code"] for said in denial["violations"]]
    assert run["policy_revision"] == denial["revision"]
    assert await active(caller) != denial["revision"]["site/acme"]
    after = await caller.run_of(plan)
    assert "succeeded" == after["phase"], after


async def test_a_set_that_is_refused_is_told_where_people_look(caller: Caller, acme: Path) -> None:
    before = await active(caller)
    an_author_folder(acme, body='deny contains "x" if input.step.acton == "x"')

    async def refused() -> dict[str, Any] | None:
        policy = await caller.get("/v1/policy")
        return policy if policy["state"]["refused"] else None

    policy = await eventually(refused)
    ready = await caller.get("/readyz")
    async with caller.session.get("/metrics") as response:
        figures = await response.text()
    await changed(caller, acme, FROZEN)
    mended = await caller.get("/v1/policy")

    reason = policy["state"]["refused"]["reason"]
    assert reason.endswith("acme/preflight/freeze/freeze.rego:8: undefined ref: input.step.acton")
    assert ("refused", None, reason) == tuple(policy["events"][0][key] for key in ("outcome", "revision", "reason"))
    assert before == policy["revision"]["site/acme"]
    (check,) = (check for check in ready["checks"] if check["name"] == "opa")
    assert "a newer policy set was refused, see GET /v1/policy" in check["message"]
    assert str(acme) not in str(ready)
    assert 'executor_policy_reloads_total{outcome="refused"} 1.0' in figures
    assert "executor_policy_refused 1.0" in figures
    assert re.search(r"^executor_policy_loaded_timestamp_seconds 1\.\d+e\+09$", figures, re.MULTILINE)
    assert (None, "loaded") == (mended["state"]["refused"], mended["events"][0]["outcome"])
    assert mended["state"]["loaded_at"] > policy["state"]["loaded_at"]
