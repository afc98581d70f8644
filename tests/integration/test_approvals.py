"""
Approvals with a real API server and a real OPA: a site's rule wants one, and nothing is written until somebody answers.
"""

import asyncio
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from deploy.local.control_plane import ControlPlane
from executor.core.events import Event, first_broken
from tests.fixtures.approvals import a_site_that_asks_the_owners
from tests.fixtures.kubernetes import make_namespace
from tests.plans import a_plan, scale
from tests.serving import Caller, Served, calling, seeded, serving
from tests.shop import Shop
from tests.waiting import eventually, within

pytestmark = [pytest.mark.integration, pytest.mark.requirement("GATE-5")]


@pytest.fixture
def shop(control_plane: ControlPlane) -> Shop:
    """
    A shop whose owners are asked.
    """
    return Shop(control_plane, make_namespace(control_plane, owners="asked"))


@pytest.fixture(scope="module")
def asking(
    control_plane: ControlPlane, policy_sets: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """
    A service of that site.
    """
    folder = tmp_path_factory.mktemp("asking")
    site = a_site_that_asks_the_owners(folder / "acme")
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        state = seeded(folder / "state", policy_sets)
        entered = serving(state, control_plane.kubeconfig, EXECUTOR_POLICY_PATHS=str(site))
        try:
            yield runner.run(stack.enter_async_context(entered))
        finally:
            runner.run(stack.aclose())


def plans(shop: Shop) -> list[dict[str, Any]]:
    """
    Return a plan of one step and one of two.
    """
    there = {"namespace": shop.namespace}
    one = scale("web", to=2, **there)
    return [a_plan(one), a_plan(one, scale("api", to=2, needs=["web"], **there))]


async def waiting(caller: Caller, plan: dict[str, Any]) -> dict[str, Any]:
    """
    Submit a plan and return its run when it waits.
    """
    run = await caller.submit(plan)

    async def look() -> dict[str, Any] | None:
        view = await caller.get(f"/v1/runs/{run}")
        assert view["finished_at"] is None, view
        return view if view["phase"] == "awaiting_approval" else None

    return await eventually(look)


@pytest.mark.parametrize("steps", [1, 2])
async def test_nothing_is_written_while_a_run_waits_and_who_rejects_it_is_kept(
    asking: Served, shop: Shop, steps: int
) -> None:
    await shop.open("web", "api")
    before = [(await shop.live(name))["metadata"]["resourceVersion"] for name in ("web", "api")]

    async with calling(asking) as session:
        caller = Caller(session)
        view = await waiting(caller, plans(shop)[steps - 1])
        body = {"verdict": "reject", "digest": view["digest"], "comment": "not on a Friday"}
        wrong, problem = await caller.post(f"/v1/runs/{view['id']}/approvals", {**body, "digest": "sha256:" + "0" * 64})
        given, refusal = await caller.post(f"/v1/runs/{view['id']}/approvals", {**body, "verdict": "approve"})
        status, ended = await caller.post(f"/v1/runs/{view['id']}/approvals", body)
        events = await caller.events(view["id"])

    assert {("acme/owners", 2, ("owners",))} == {
        (each["code"], each["count"], tuple(each["groups"])) for each in view["approval"]["approvals"]
    }
    assert ["web", "api"][:steps] == [each["step"] for each in view["approval"]["approvals"]]
    assert "acme/owners: web is the owners' (approval by 2 people of owners)" in view["message"]
    assert [(412, "precondition_failed"), (403, "forbidden")] == [(wrong, problem["code"]), (given, refusal["code"])]
    assert (200, "denied", "rejected by local: not on a Friday; nothing was written") == (
        status,
        ended["phase"],
        ended["message"],
    )
    assert before == [(await shop.live(name))["metadata"]["resourceVersion"] for name in ("web", "api")]
    assert first_broken([Event.model_validate_json(json.dumps(each)) for each in events]) is None


async def test_an_assessment_tells_what_people_would_have_to_approve(asking: Served, shop: Shop) -> None:
    await shop.open("web", "api")

    async with calling(asking) as session:
        status, report = await Caller(session).post("/v1/assessments", plans(shop)[1])

    assert (200, "require_approval") == (status, report["effect"])
    assert [("web", 2), ("api", 2)] == [(each["step"], each["count"]) for each in report["approvals"]]
    assert [["/spec/replicas"]] * 2 == [step["changed_paths"] for step in report["steps"]]


@pytest.mark.requirement("DUR-1")
@pytest.mark.parametrize("steps", [1, 2])
async def test_a_killed_service_goes_on_waiting_and_lets_the_run_expire_when_it_said(
    control_plane: ControlPlane, fresh_state: Path, shop: Shop, tmp_path: Path, steps: int
) -> None:
    await shop.open("web", "api")
    settings = {
        "EXECUTOR_POLICY_PATHS": str(a_site_that_asks_the_owners(tmp_path / "acme")),
        "EXECUTOR_APPROVAL_SECONDS": "8",
    }
    async with serving(fresh_state, control_plane.kubeconfig, **settings) as served:
        async with calling(served) as session:
            view = await waiting(Caller(session), plans(shop)[steps - 1])
        served.kill()

    async with serving(fresh_state, control_plane.kubeconfig, **settings) as served, calling(served) as session:
        ended = await within(Caller(session).ended(view["id"]), limit_seconds=60)

    assert "expired" == ended["phase"], ended
    assert view["approval"]["expires_at"] == ended["approval"]["expires_at"] <= ended["finished_at"]
    assert [1, 1] == [await shop.replicas(name) for name in ("web", "api")]


async def test_what_needs_no_approval_runs_beside_it(asking: Served, control_plane: ControlPlane) -> None:
    free = Shop(control_plane, make_namespace(control_plane))
    await free.open("web", "api")

    async with calling(asking) as session:
        ended = await within(Caller(session).run_of(plans(free)[1]), limit_seconds=60)

    assert ("succeeded", None) == (ended["phase"], ended["approval"])
