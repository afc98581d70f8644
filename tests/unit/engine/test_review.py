"""
What a reviewer would try first: slow and failing stores, crashes at bad places, requests that race with an end.
"""

import asyncio

import pytest

from executor.core.errors import ClusterUnavailable, OutcomeUnknown, Throttled
from executor.core.model import Manifest
from executor.core.restore import Restore, plan_restore
from executor.engine.judge import Judge
from executor.engine.ports import Batch
from executor.engine.verify import Verifier
from tests.fakes.scripting import Hold
from tests.plans import a_plan, scale
from tests.worlds import World

pytestmark = pytest.mark.looptime


@pytest.mark.requirement("LOCK-1")
@pytest.mark.parametrize("seconds", [0.15, 0.25, 0.4])
async def test_a_slow_store_never_keeps_the_claims_of_a_run_that_has_ended(
    world: World, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """
    Whichever flush takes RunFinished along, the timer's or the runner's own, releases the claims with it.
    """
    append = world.store.append

    async def slow(batch: Batch) -> None:
        await asyncio.sleep(seconds)
        await append(batch)

    monkeypatch.setattr(world.store, "append", slow)
    world.gate.denies("frozen", step="api")

    await world.run_of(a_plan(scale("web"), scale("api", needs=["web"], assess="late")))

    assert [] == list(await world.store.claims())


async def _killed_behind(world: World, kind: str, step: str | None = None) -> World:
    """
    Return a world whose executor was killed right behind an event's commit: what it was about to do never happened.
    """
    killed = World()
    killed.clock, killed.gate = world.clock, world.gate
    killed.service = killed.new_service()
    for batch in world.store.batches:
        await killed.store.append(batch)
        if any((event.type, event.step) == (kind, step) for event in batch.events):
            return killed
    raise AssertionError(f"no {kind} was recorded")


@pytest.mark.requirement("RUN-6")
@pytest.mark.requirement("DUR-1")
async def test_a_cancel_recorded_before_a_crash_lets_no_write_leave_after_it(world: World) -> None:
    held = world.cluster.hold("apply")
    run_id = await world.submitted(a_plan(scale(to=3)))
    await held.reached.wait()
    await world.service.cancel(run_id, reason="wrong shop", caller="ada")

    killed = await _killed_behind(world, "CancelRequested")
    await killed.start()
    run = await killed.ended(run_id)

    assert [] == killed.cluster.applied
    assert "cancelled" == run["phase"]
    assert "none" == run["steps"][0]["actuation"]
    held.release()
    await killed.service.shut_down()


@pytest.mark.requirement("PLAN-6")
@pytest.mark.requirement("DUR-1")
async def test_a_write_announced_before_a_crash_does_not_fire_behind_the_runs_limit(world: World) -> None:
    held = world.cluster.hold("apply")
    run_id = await world.submitted(a_plan(scale(to=3), timeout_seconds=20))
    await held.reached.wait()

    killed = await _killed_behind(world, "ApplyStarted", "web")
    await world.clock.sleep(60)
    await killed.start()
    run = await killed.ended(run_id)

    assert [] == killed.cluster.applied
    assert "failed" == run["phase"]
    assert "the run's limit of 20 s" in run["message"]
    held.release()
    await killed.service.shut_down()


@pytest.mark.requirement("PLAN-14")
@pytest.mark.requirement("DUR-1")
async def test_a_plan_whose_assessment_was_denied_is_not_run_by_the_next_process(world: World) -> None:
    world.gate.denies("frozen", step="api")
    run_id = await world.submitted(a_plan(scale("web"), scale("api", needs=["web"])))
    await world.ended(run_id)

    killed = await _killed_behind(world, "PlanAssessed")
    await killed.start()
    run = await killed.ended(run_id)

    assert [] == killed.cluster.applied
    assert "denied" == run["phase"]
    assert "frozen" in run["message"]
    await killed.service.shut_down()


@pytest.mark.requirement("RUN-6")
async def test_a_write_that_was_refused_for_now_is_not_sent_again_after_a_cancel(world: World) -> None:
    world.cluster.fail_next("apply", Throttled("busy", retry_after_seconds=30.0))
    run_id = await world.submitted(a_plan(scale(to=3)))
    while "ApplyStarted" not in await world.names(run_id):
        await world.clock.sleep(0.1)

    await world.service.cancel(run_id, reason="enough", caller="ada")
    run = await world.ended(run_id)

    assert [] == world.cluster.applied
    assert "cancelled" == run["phase"]
    assert world.clock.monotonic() < 5


@pytest.mark.requirement("DUR-1")
async def test_a_write_that_was_refused_for_now_is_sent_by_the_next_process_after_a_shutdown(world: World) -> None:
    world.cluster.fail_next("apply", Throttled("busy", retry_after_seconds=30.0))
    run_id = await world.submitted(a_plan(scale(to=3)))
    while "ApplyStarted" not in await world.names(run_id):
        await world.clock.sleep(0.1)

    await world.service.shut_down()
    assert [] == world.cluster.applied
    assert world.clock.monotonic() < 5

    await world.restart()
    assert "succeeded" == (await world.ended(run_id))["phase"]
    assert 1 == len(world.cluster.applied)


@pytest.mark.requirement("RUN-6")
@pytest.mark.requirement("DUR-2")
async def test_a_lost_write_that_had_not_landed_is_not_sent_again_after_a_cancel(world: World) -> None:
    def hold_the_read_back() -> None:
        held.append(world.cluster.hold("read"))

    held: list[Hold] = []
    world.when("OutcomeUnknown", "web", do=hold_the_read_back)
    world.cluster.fail_next("apply", OutcomeUnknown)
    run_id = await world.submitted(a_plan(scale(to=3)))
    while not held:
        await world.clock.sleep(0.01)
    await held[0].reached.wait()

    await world.service.cancel(run_id, reason="enough", caller="ada")
    held[0].release()
    run = await world.ended(run_id)

    assert [] == world.cluster.applied
    assert "cancelled" == run["phase"]


@pytest.mark.requirement("ROLL-1")
async def test_a_failure_behind_the_write_never_judges_the_changed_object_anew(world: World) -> None:
    """
    A second judgement would take the change for the snapshot, and nobody could put back what was there before.
    """
    world.cluster.fail_next("watch", ClusterUnavailable)

    run = await world.run_of(a_plan(scale(to=3)))

    assert 1 == run["steps"][0]["attempts"]
    assert "rolled_back" == run["phase"]
    assert "failed" == run["steps"][0]["verification"]
    assert 1 == world.replicas()


@pytest.mark.requirement("ROLL-4")
async def test_a_defect_behind_the_write_leaves_no_doubt_that_it_landed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Verifier, "verify", _broken)

    run = await world.run_of(a_plan(scale(to=3)))

    assert "rolled_back" == run["phase"]
    assert 1 == world.replicas()


@pytest.mark.requirement("ROLL-3")
async def test_a_defect_in_one_restore_neither_stops_the_others_nor_the_run(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_for_api(snapshot: Manifest, applied: Manifest, live: Manifest) -> Restore:
        if live["metadata"]["name"] == "api":
            raise RuntimeError
        return plan_restore(snapshot, applied, live)

    monkeypatch.setattr("executor.engine.rollback.plan_restore", broken_for_api)
    world.gate.denies("frozen", step="jobs")
    plan = a_plan(scale("web"), scale("api", needs=["web"]), scale("jobs", needs=["api"], assess="late"))

    run = await asyncio.wait_for(world.run_of(plan), 300)

    assert "degraded" == run["phase"]
    assert ["restored", "restore_failed", "denied"] == [step["phase"] for step in run["steps"]]


async def test_a_defect_in_an_assessment_fails_the_run_instead_of_leaving_it_for_ever(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Judge, "judge", _broken)

    run = await asyncio.wait_for(world.run_of(a_plan(scale("web"), scale("api"))), 300)

    assert "failed" == run["phase"]
    assert "a defect of the executor" in run["message"]


async def _broken(*_: object, **__: object) -> None:
    raise RuntimeError


async def test_an_observer_that_fails_stops_no_run(world: World) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError

    world.service.subscribe(fails)

    assert "succeeded" == (await asyncio.wait_for(world.run_of(a_plan(scale(to=3))), 300))["phase"]
