"""
Somebody else changes the same objects while a run goes on: a restore puts back what was ours, and leaves theirs.
"""

import pathlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from deploy.local.control_plane import ControlPlane
from executor.core.diff import diff
from executor.core.paths import Path, read
from executor.core.target import Target
from tests.bench.long_plans import allowing_long_plans
from tests.integration.actions.local_cases import CASES
from tests.integration.actions.local_stage import Stage, held
from tests.plans import a_plan, scale
from tests.serving import Caller, calling, serving
from tests.shop import Shop
from tests.waiting import eventually

pytestmark = [pytest.mark.integration, pytest.mark.requirement("ACT-2"), pytest.mark.requirement("ROLL-6")]

CONTAINERS = ("spec", "template", "spec", "containers")


async def _inject(stage: Stage, target: Target) -> None:
    containers = read(await stage.live(target), CONTAINERS)
    app = {**containers[0], "env": [*containers[0].get("env", []), {"name": "THEIRS", "value": "x"}]}
    more = [{"name": "sidecar", "image": "mesh/proxy:1"}, app, *containers[1:]]
    await stage.edit(target, {"spec": {"template": {"spec": {"containers": more}}}})


async def _taint(stage: Stage, target: Target) -> None:
    taints = (await stage.live(target))["spec"].get("taints", [])
    theirs = {"key": "example.com/theirs", "effect": "PreferNoSchedule"}
    await stage.edit(target, {"spec": {"taints": [theirs, *taints]}})


def _merges(merge: dict[str, Any]) -> Callable[[Stage, Target], Awaitable[Any]]:
    return lambda stage, target: stage.edit(target, merge)


LABELLED = ("labels", "theirs")
MARKED = {"metadata": {"labels": {"theirs": "x"}}}
TAINT = ("spec", "taints", "[key=example.com/theirs,effect=PreferNoSchedule]")
SIDECAR, VARIABLE = (*CONTAINERS, "[name=sidecar]"), (*CONTAINERS, "[name=app]", "env", "[name=THEIRS]")
THEIRS: dict[str, tuple[Callable[[Stage, Target], Awaitable[Any]], set[Path]]] = {
    "scale a Deployment": (_merges(MARKED), {LABELLED}),
    "set variables": (_inject, {SIDECAR, VARIABLE}),
    "set the first variable": (_inject, {SIDECAR, VARIABLE}),
    "undo a Deployment's rollout": (_merges(MARKED), {LABELLED}),
    "bound an autoscaler": (_merges(MARKED), {LABELLED}),
    "suspend a CronJob": (_merges({"spec": {"schedule": "0 0 28 2 *"}}), {("spec", "schedule")}),
    "taint a node": (_taint, {TAINT}),
    "untaint a node": (_taint, {TAINT}),
    "label a Deployment": (_merges(MARKED), {LABELLED}),
    "take the last label off": (_merges(MARKED), {LABELLED}),
    "update a ConfigMap": (_merges({"data": {"theirs": "x"}}), {("data", "theirs")}),
    "empty a ConfigMap": (_merges({"data": {"theirs": "x"}}), {("data", "theirs")}),
    "update a Secret": (_merges({"data": {"theirs": "eA=="}}), {("data", "theirs")}),
}
"""Case → what somebody else does to its object, and where alone it may differ in the end, as `held` tells it."""


@pytest.fixture
async def caller(
    control_plane: ControlPlane, fresh_state: pathlib.Path, tmp_path: pathlib.Path
) -> AsyncIterator[Caller]:
    """
    Somebody whose long plans need no approval.
    """
    paths = str(allowing_long_plans(tmp_path))
    async with (
        serving(fresh_state, control_plane.kubeconfig, EXECUTOR_POLICY_PATHS=paths) as served,
        calling(served) as session,
    ):
        yield Caller(session)


@pytest.mark.timeout(600)
async def test_what_others_did_meanwhile_stays_and_ours_is_put_back(caller: Caller, stage: Stage, shop: Shop) -> None:
    """
    All cases are steps of one run, which is cancelled when others have edited each object.
    """
    await shop.open("busy")
    await shop.hold("busy")
    targets = {case: await CASES[case].arrange(stage, f"it-{secrets.token_hex(4)}") for case in THEIRS}
    before = {case: await stage.live(target) for case, target in targets.items()}
    steps = [stage.step(CASES[case].action, target, CASES[case].parameters) for case, target in targets.items()]
    busy = scale("busy", to=2, namespace=shop.namespace, needs=[step["id"] for step in steps])
    run = await caller.submit(a_plan(*steps, busy))

    async def all_done() -> bool:
        view = await caller.get(f"/v1/runs/{run}")
        assert view["finished_at"] is None, view["message"]
        return bool(view["steps"][-1]["actuation"] == "applied")

    await eventually(all_done, limit_seconds=300)
    for case, target in targets.items():
        await THEIRS[case][0](stage, target)
    await caller.post(f"/v1/runs/{run}/cancel", {"reason": "somebody looks at it"})
    view = await caller.ended(run)
    after = {case: await stage.live(target) for case, target in targets.items()}
    for target in targets.values():
        if target.namespace is None:
            await stage.gone(target)

    assert "cancelled" == view["phase"], (view["message"], view["rollback"]["residue"])
    for case, (_, theirs) in THEIRS.items():
        assert theirs == {each.path for each in diff(held(before[case]), held(after[case]))}, case
