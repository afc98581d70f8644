"""
What a site sets in data, and how namespaces are classed by their labels in the cluster, on a real API server.
"""

import asyncio
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from deploy.local.control_plane import ControlPlane
from tests.fixtures.kubernetes import make_namespace
from tests.plans import a_plan, a_step, restart, scale
from tests.serving import Caller, Served, calling, seeded, serving
from tests.shop import Shop

pytestmark = pytest.mark.integration

RULES = {
    "change_freeze": {
        "labelled": {
            "season=sale": {"params": {"freezes": [{"from": "2020-01-01T00:00:00Z", "to": "2099-01-01T00:00:00Z"}]}}
        }
    },
    "recent_runs": {"params": {"maximum": 2}},
    "replica_ceiling": {"labelled": {"season=trial": {"mode": "shadow", "params": {"maximum": 2}}}},
}


@pytest.fixture(scope="module")
def configured(
    control_plane: ControlPlane, policy_sets: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """
    A service of a site that sets the RULES.
    """
    folder = tmp_path_factory.mktemp("configured")
    (folder / "site" / "config").mkdir(parents=True)
    (folder / "site" / "config" / "data.json").write_text(json.dumps({"rules": RULES}))
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        state = seeded(folder / "state", policy_sets)
        entered = serving(state, control_plane.kubeconfig, EXECUTOR_POLICY_PATHS=str(folder / "site"))
        try:
            yield runner.run(stack.enter_async_context(entered))
        finally:
            runner.run(stack.aclose())


def a_shop(plane: ControlPlane, **labels: str) -> Shop:
    return Shop(plane, make_namespace(plane, **labels))


def codes(found: list[dict[str, Any]]) -> set[str]:
    return {each["code"] for each in found}


@pytest.mark.requirement("GATE-7")
@pytest.mark.requirement("GATE-5")
async def test_production_is_what_the_cluster_says_and_not_what_the_caller_says(
    configured: Served, control_plane: ControlPlane
) -> None:
    found = {}
    async with calling(configured) as session:
        for environment, claimed in (("production", "test"), ("test", "production")):
            shop = a_shop(control_plane, environment=environment)
            await shop.create("/api/v1", a_config_map(shop))
            gone = a_step("delete", "ConfigMap", "settings", namespace=shop.namespace)
            plan = a_plan(gone, {**gone, "id": "again", "needs": ["settings"]}, labels={"environment": claimed})
            _, found[environment] = await Caller(session).post("/v1/assessments", plan)

    assert ("require_approval", "allow") == (found["production"]["effect"], found["test"]["effect"]), found
    assert {"production_approval"} == codes(found["production"]["plan_gate"]["approvals"])


@pytest.mark.requirement("POL-3")
async def test_a_freeze_is_set_in_data_for_namespaces_of_a_class(
    configured: Served, control_plane: ControlPlane
) -> None:
    frozen, open_ = a_shop(control_plane, season="sale"), a_shop(control_plane)
    async with calling(configured) as session:
        caller, ended = Caller(session), []
        for shop in (frozen, open_):
            await shop.open("web")
            ended.append(await caller.run_of(a_plan(scale("web", to=2, namespace=shop.namespace))))

    assert ["denied", "succeeded"] == [run["phase"] for run in ended], ended
    assert "change_freeze" in ended[0]["message"]
    assert (1, 2) == (await frozen.replicas("web"), await open_.replicas("web"))


@pytest.mark.requirement("POL-1")
async def test_a_target_is_left_alone_after_so_many_runs(configured: Served, control_plane: ControlPlane) -> None:
    shop = a_shop(control_plane)
    await shop.open("web", "api")
    async with calling(configured) as session:
        caller = Caller(session)
        web = [await caller.run_of(a_plan(restart("web", namespace=shop.namespace))) for _ in range(3)]
        api = await caller.run_of(a_plan(restart("api", namespace=shop.namespace)))

    assert ["succeeded", "succeeded", "denied"] == [run["phase"] for run in web], web
    assert "recent_runs: 2 other runs wrote to deployment/" in web[-1]["message"]
    assert "succeeded" == api["phase"]


@pytest.mark.requirement("POL-7")
async def test_what_a_rule_in_shadow_would_have_denied_is_recorded_and_done(
    configured: Served, control_plane: ControlPlane
) -> None:
    shop = a_shop(control_plane, season="trial")
    await shop.open("web")
    async with calling(configured) as session:
        caller = Caller(session)
        run = await caller.run_of(a_plan(scale("web", to=3, namespace=shop.namespace)))
        decisions = [await caller.get(f"/v1/decisions/{each}") for each in run["steps"][0]["decisions"]]

    assert ("succeeded", 3) == (run["phase"], await shop.replicas("web")), run
    shadowed = {decision["stage"]: decision["shadowed"] for decision in decisions if decision["shadowed"]}
    assert {"preflight", "dry_run"} == set(shadowed)
    (said,) = shadowed["preflight"]
    assert ("replica_ceiling", "deny") == (said["code"], said["level"])
    assert said["title"]
    assert [] == [decision["violations"] for decision in decisions if decision["violations"]]


def a_config_map(shop: Shop) -> dict[str, Any]:
    metadata = {"name": "settings", "namespace": shop.namespace}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"mode": "fast"}}
