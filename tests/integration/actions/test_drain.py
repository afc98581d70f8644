"""
A drain of a real node: thirty pods, a budget that blocks for a while, pods that stay and pods that are refused.
"""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from deploy.local.control_plane import ControlPlane
from tests.builders import a_daemon_set
from tests.integration.actions.local_pool import Pool, pool_of
from tests.plans import a_plan
from tests.serving import Caller, calling, serving
from tests.waiting import eventually, within

pytestmark = [pytest.mark.integration, pytest.mark.requirement("ACT-5")]

LIMIT_SECONDS = 90.0


@pytest.fixture
async def pool(control_plane: ControlPlane, namespace: str) -> AsyncIterator[Pool]:
    async with pool_of(control_plane, namespace) as made:
        yield made


@pytest.fixture
async def daring(control_plane: ControlPlane, tmp_path: Path) -> AsyncIterator[Caller]:
    """
    Somebody where the site lets a drain lose what does not come back.
    """
    settings = tmp_path / "policies" / "config" / "data.yaml"
    settings.parent.mkdir(parents=True)
    settings.write_text("rules: {drain_force: {params: {accepted: [delete_empty_dir, force_unmanaged]}}}\n")
    paths = {"EXECUTOR_POLICY_PATHS": str(tmp_path / "policies")}
    async with serving(tmp_path / "state", control_plane.kubeconfig, **paths) as served, calling(served) as session:
        yield Caller(session)


async def ended(caller: Caller, run: str) -> dict[str, Any]:
    return await within(caller.ended(run), limit_seconds=LIMIT_SECONDS)


async def evicted(caller: Caller, run: str) -> list[str]:
    """
    Return the parts of a run's drain that are on record as done.
    """
    events = await caller.events(run)
    return [each["data"]["part"] for each in events if each["type"] == "ChangeApplied" and "part" in each["data"]]


async def part(caller: Caller, run: str, name: str) -> str:
    """
    Return what the drain says of one pod whose name begins so.
    """
    parts = (await caller.get(f"/v1/runs/{run}/steps/drain"))["parts"]
    return next((str(told["message"]) for pod, told in parts.items() if name in pod), "")


async def test_thirty_pods_go_though_a_budget_blocks_for_a_while_and_what_belongs_to_the_node_stays(
    caller: Caller, pool: Pool
) -> None:
    await pool.deploy("web", 24)
    await pool.deploy("db", 6)
    await pool.healthy(pool.here(a_daemon_set("agent", pool.namespace)))
    budget = await pool.guard("db", available=6)
    before = await pool.on(pool.full)
    assert 31 == len(before)
    await pool.open(pool.spare)
    run_id = await caller.submit(a_plan(pool.drain(max_in_flight=10)))

    async def blocked() -> bool:
        return len(await evicted(caller, run_id)) == 24 and "waiting" in await part(caller, run_id, "/db-")

    await eventually(blocked, limit_seconds=LIMIT_SECONDS)
    told = await part(caller, run_id, "/db-")
    await pool.edit(budget, {"spec": {"minAvailable": 4}})
    run = await ended(caller, run_id)

    assert "succeeded" == run["phase"], run
    assert "disruption budget db needs 6 healthy pods and has 6; waiting" == told
    assert "30 pods evicted, which are not brought back" in run["steps"][0]["message"]
    assert "1 pod of DaemonSets or the kubelet stay" in run["steps"][0]["message"]
    (left,) = await pool.on(pool.full)
    assert left.startswith("agent-")
    assert not await pool.is_open(pool.full)
    done = await evicted(caller, run_id)
    assert sorted(set(done)) == sorted(done)
    assert {f"pod/{pool.namespace}/{name}" for name in before if name != left} == set(done)


async def test_pods_that_would_be_lost_refuse_the_drain_and_each_is_named(caller: Caller, pool: Pool) -> None:
    await pool.deploy("web", 2)
    await pool.deploy("cache", 1, volumes=[{"name": "scratch", "emptyDir": {}}])
    await pool.lonely("lonely")

    run = await caller.run_of(a_plan(pool.drain()))

    assert "failed" == run["phase"], run
    assert f"pod/{pool.namespace}/lonely: no controller owns it" in run["message"]
    assert f"pod/{pool.namespace}/cache-" in run["message"]
    assert "emptyDir" in run["message"]
    assert 4 == len(await pool.on(pool.full))
    assert await pool.is_open(pool.full)


@pytest.mark.requirement("GATE-1")
async def test_a_drain_that_would_lose_something_is_denied_unless_the_site_lets_it(
    caller: Caller, daring: Caller, pool: Pool
) -> None:
    await pool.deploy("web", 1)
    await pool.deploy("cache", 1, volumes=[{"name": "scratch", "emptyDir": {}}])
    await pool.lonely("lonely")
    plan = a_plan(pool.drain(force_unmanaged=True, delete_empty_dir=True))

    denied = await caller.run_of(plan)
    assert "denied" == denied["phase"], denied
    assert "drain_force" in denied["message"]
    assert 3 == len(await pool.on(pool.full))

    allowed = await daring.run_of(plan)
    assert "succeeded" == allowed["phase"], allowed
    assert [] == await pool.on(pool.full)


async def test_a_deadline_that_a_budget_outlasts_opens_the_node_again(caller: Caller, pool: Pool) -> None:
    await pool.deploy("web", 3)
    await pool.deploy("db", 1)
    await pool.guard("db", available=1)
    await pool.open(pool.spare)

    run = await within(caller.run_of(a_plan(pool.drain(deadline_seconds=20))), limit_seconds=LIMIT_SECONDS)

    assert "rolled_back" == run["phase"], run
    assert "its deadline of 20 s was reached" in run["message"]
    assert "3 of 4 pods evicted, which are not brought back" in run["message"]
    assert "disruption budget db needs 1 healthy pods and has 1" in run["message"]
    assert ("restored", "timed_out") == (run["steps"][0]["phase"], run["steps"][0]["verification"])
    assert await pool.is_open(pool.full)
    (left,) = await pool.on(pool.full)
    assert left.startswith("db-")


@pytest.mark.requirement("RUN-6")
async def test_a_cancel_in_the_middle_stops_it_and_opens_the_node_again(caller: Caller, pool: Pool) -> None:
    await pool.deploy("web", 4)
    await pool.deploy("db", 2)
    await pool.guard("db", available=2)
    await pool.open(pool.spare)
    run_id = await caller.submit(a_plan(pool.drain()))
    await eventually(partial(_waits, caller, run_id, 2), limit_seconds=LIMIT_SECONDS)
    await eventually(partial(_are, caller, run_id, 4), limit_seconds=LIMIT_SECONDS)

    await caller.post(f"/v1/runs/{run_id}/cancel", {"reason": "enough"})
    run = await ended(caller, run_id)

    assert "cancelled" == run["phase"], run
    assert 4 == len(await evicted(caller, run_id))
    assert ("restored", "interrupted") == (run["steps"][0]["phase"], run["steps"][0]["verification"])
    assert await pool.is_open(pool.full)
    assert 2 == len(await pool.on(pool.full))
    failed = [each["data"]["message"] for each in await caller.events(run_id) if each["type"] == "StepFailed"]
    assert "4 of 6 pods evicted" in failed[0]
    assert failed[0].count("disruption budget db") == 2


async def test_a_node_that_was_cordoned_before_stays_so_also_when_a_later_step_fails(
    caller: Caller, pool: Pool
) -> None:
    await pool.deploy("web", 2)
    await pool.open(pool.spare)
    await pool.open(pool.full, to_new_pods=False)

    run = await caller.run_of(a_plan(pool.drain(), pool.failing("drain")))

    assert "rolled_back" == run["phase"], run
    assert not await pool.is_open(pool.full)
    assert [] == await pool.on(pool.full)


async def test_an_assessment_tells_of_every_pod_and_evicts_none(caller: Caller, pool: Pool) -> None:
    await pool.deploy("web", 3)
    await pool.deploy("db", 1)
    await pool.guard("db", available=1)

    status, report = await caller.post("/v1/assessments", a_plan(pool.drain()))

    assert 200 == status
    (line,) = report["steps"]
    assert "allow" == line["effect"], line
    assert "1 pod blocked, 3 pods evictable" in line["message"]
    assert any("not brought back" in warning for warning in line["warnings"])
    assert 4 == len(await pool.on(pool.full))


async def _waits(caller: Caller, run: str, count: int) -> bool:
    """
    Tell if a drain waits for so many pods of `db`.
    """
    parts = (await caller.get(f"/v1/runs/{run}/steps/drain"))["parts"]
    return sum("/db-" in pod and "waiting" in str(told["message"]) for pod, told in parts.items()) == count


async def _are(caller: Caller, run: str, count: int) -> bool:
    return len(await evicted(caller, run)) == count
