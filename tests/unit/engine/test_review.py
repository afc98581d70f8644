"""
What a reviewer would try first: slow and failing stores, crashes at bad places, requests that race with an end.
"""

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from executor import bootstrap
from executor.core.errors import ClusterUnavailable, OutcomeUnknown, StoreUnavailable, Throttled
from executor.core.events import NO_HASH, Draft, Event, EventType, chained
from executor.core.model import Manifest
from executor.core.restore import Restore, plan_restore
from executor.engine.judge import Judge
from executor.engine.ports import Batch
from executor.engine.service import Limits, Service
from executor.engine.verify import Verifier
from executor.settings import Listen, Settings
from executor.telemetry import Metrics
from tests.fakes.scripting import Hold
from tests.plans import a_plan, cordon, scale
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


@pytest.mark.requirement("LOCK-1")
async def test_a_run_that_took_a_place_in_vain_gives_it_to_the_next_at_once(world: World) -> None:
    """
    The second run looks for its claims while the third finds no place: the third must hear that the place is free.
    """
    world.limits = Limits(max_parallel_steps=5, max_running_runs=2, approval_seconds=900)
    await world.restart()
    world.cluster.controllers = False
    await world.submitted(a_plan(scale("web")))
    while world.replicas("web") != 3:
        await world.clock.sleep(0.01)

    _, third = await asyncio.gather(world.submitted(a_plan(scale("web", to=5))), world.submitted(a_plan(cordon())))
    view = await world.service.wait_for_end(third, timeout_seconds=10)

    assert "succeeded" == view["phase"]


@pytest.mark.parametrize("ticks", range(12))
async def test_a_place_that_is_free_goes_to_who_waited_and_not_to_who_comes(world: World, ticks: int) -> None:
    world.limits = Limits(max_parallel_steps=5, max_running_runs=1, approval_seconds=900)
    await world.restart()
    later: list[asyncio.Task[str]] = []

    async def submit_later() -> str:
        for _ in range(ticks):
            await asyncio.sleep(0)
        return await world.submitted(a_plan(scale("cache")))

    world.when("StepSucceeded", "web", do=lambda: later.append(asyncio.create_task(submit_later())))
    world.gate.hangs()
    await world.submitted(a_plan(scale("web")))
    second = await world.submitted(a_plan(scale("api")))
    await world.clock.sleep(1)
    world.gate.answers()
    waited = await world.ended(second)
    came = await world.ended(await later[0])

    assert waited["finished_at"] <= came["started_at"]


async def test_a_plan_recorded_while_the_service_shuts_down_is_begun_by_the_next_process(world: World) -> None:
    submitting = asyncio.create_task(world.submitted(a_plan(scale(to=3))))
    await asyncio.sleep(0)
    await world.service.shut_down()
    run_id = await submitting
    await world.clock.sleep(30)

    assert [] == world.cluster.applied
    assert ["RunAccepted"] == await world.names(run_id)
    await world.restart()
    assert "succeeded" == (await world.ended(run_id))["phase"]


@pytest.mark.parametrize("place", ["store", "apply", "read"])
async def test_a_shutdown_ends_in_time_whatever_does_not_answer(world: World, place: str) -> None:
    if place == "store":
        run_id = await world.submitted(a_plan(scale(to=3)))
        for _ in range(1000):
            world.store.fail_next_append(StoreUnavailable("disk full"))
    else:
        if place == "read":
            world.cluster.fail_next("apply", OutcomeUnknown)
            world.when("OutcomeUnknown", "web", do=lambda: world.cluster.hold("read"))
        else:
            world.cluster.hold("apply")
        run_id = await world.submitted(a_plan(scale(to=3)))
    await world.clock.sleep(2)
    began = world.clock.monotonic()

    await world.service.shut_down()

    assert world.clock.monotonic() - began <= 7.5
    assert "RunFinished" not in await world.names(run_id)


@pytest.mark.requirement("DUR-1")
@pytest.mark.parametrize("nth", range(1, 8))
async def test_a_commit_that_landed_although_its_answer_was_lost_stops_no_run(
    world: World, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    """
    The store says that it cannot tell; asked again, it says that the log has moved on: by our own events.
    """
    append, count = world.store.append, itertools.count(1)

    async def lossy(batch: Batch) -> None:
        await append(batch)
        if batch.expected_sequence > 0 and next(count) == nth:
            raise StoreUnavailable("whether it was recorded cannot be told now")

    monkeypatch.setattr(world.store, "append", lossy)
    world.gate.denies("frozen", step="api")

    plan = a_plan(scale("web"), scale("api", needs=["web"], assess="late"))
    run = await asyncio.wait_for(world.run_of(plan), 300)

    assert "rolled_back" == run["phase"]
    assert 1 == world.replicas()
    written = [each for change in world.cluster.applied for each in change.body if isinstance(each, dict)]
    assert [3, 1] == [each["value"] for each in written if each["path"] == "/spec/replicas"]
    assert [] == list(await world.store.claims())


@pytest.mark.requirement("DUR-1")
async def test_a_log_that_cannot_be_read_keeps_no_other_run_from_going_on(world: World) -> None:
    held = world.cluster.hold("apply")
    run_id = await world.submitted(a_plan(scale(to=3)))
    await held.reached.wait()
    killed = await _killed_behind(world, "ApplyStarted", "web")
    (event,) = chained([Draft(type=EventType.RUN_STARTED, at=world.clock.now())], after_sequence=0, after_hash=NO_HASH)
    summary = replace(killed.store.batches[0].summary, run="run-0")
    await killed.store.append(Batch("run-0", (event,), 0, summary))

    await killed.start()

    assert "succeeded" == (await asyncio.wait_for(killed.ended(run_id), 300))["phase"]
    held.release()
    await killed.service.shut_down()


@pytest.mark.requirement("RUN-6")
async def test_a_cancel_stands_in_the_log_ahead_of_what_it_caused(world: World) -> None:
    world.cluster.controllers = False
    run_id = await world.submitted(a_plan(scale(to=3)))
    while world.replicas() != 3:
        await world.clock.sleep(0.01)
    await world.clock.sleep(1)

    await world.service.cancel(run_id, reason="enough", caller="ada")
    await world.ended(run_id)

    names = await world.names(run_id)
    assert names.index("CancelRequested") < names.index("StepFailed")


async def test_a_cancel_before_the_cluster_has_answered_says_to_come_back(world: World) -> None:
    held = world.cluster.hold("apply")
    run_id = await world.submitted(a_plan(scale(to=3)))
    await held.reached.wait()
    opening = world.new_service()
    opening.with_policy(world.gate)

    with pytest.raises(ClusterUnavailable):
        await opening.cancel(run_id, reason="enough", caller="ada")
    held.release()


async def test_a_follower_holds_one_page_of_events_at_a_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run = await world.run_of(a_plan(scale("web"), scale("api"), scale("cache")))
    monkeypatch.setattr("executor.engine.service.PAGE_EVENTS", 3)
    events, limits = world.store.events, []

    async def counted(of_run: str, *, after: int = 0, limit: int | None = None) -> Sequence[Event]:
        limits.append(limit)
        return await events(of_run, after=after, limit=limit)

    monkeypatch.setattr(world.store, "events", counted)
    followed = [event.sequence async for event in world.service.follow(run["id"], after=0)]

    assert list(range(1, run["version"] + 1)) == followed
    assert {3} == set(limits)


async def test_runs_that_go_on_are_shut_down_also_when_a_part_could_not_open(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def opened(*_: object) -> tuple[Service, object, Metrics]:
        return world.service, lambda bare: bare, Metrics()

    async def open_parts(*_: object) -> None:
        raise StoreUnavailable("disk full")

    monkeypatch.setattr(bootstrap, "_opened", opened)
    monkeypatch.setattr(bootstrap, "_open_parts", open_parts)
    monkeypatch.setattr(bootstrap, "configure_logs", lambda: None)
    monkeypatch.setattr("sys.setswitchinterval", lambda _: None)
    world.cluster.controllers = False
    run_id = await world.submitted(a_plan(scale(to=3)))
    while world.replicas() != 3:
        await world.clock.sleep(0.01)

    with pytest.raises(StoreUnavailable):
        await bootstrap.serve(Settings(Path(), Listen("127.0.0.1", 0), ""))

    assert [] == [task for task in asyncio.all_tasks() if task.get_name() == f"run {run_id}"]


@pytest.mark.requirement("VER-1")
@pytest.mark.requirement("DUR-1")
async def test_what_an_earlier_process_saw_verifies_nothing_after_a_restart(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The node was uncordoned again while the executor was down: its log alone must not call the cordon settled.
    """

    async def never(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    with monkeypatch.context() as patch:
        patch.setattr(Verifier, "verify", never)
        run_id = await world.submitted(a_plan(cordon()))
        await world.clock.sleep(1)
        killed = await _killed_behind(world, "ChangeApplied", "worker-1")

    await killed.start()
    run = await asyncio.wait_for(killed.ended(run_id), 300)

    assert "failed" == run["steps"][0]["verification"]
    assert "somebody else changed" in run["message"]
    await killed.service.shut_down()
