"""
Whatever plan meets whatever trouble: the laws of a run hold, from its first event to its last.

Random plans run through the whole executor over fakes, with hours passing in milliseconds.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import looptime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from executor.core.errors import (
    AdmissionDenied,
    ClusterError,
    ClusterUnavailable,
    Forbidden,
    OutcomeUnknown,
    TargetMoved,
    WrongPhase,
)
from executor.core.events import Event, first_broken
from executor.core.fold import after, first, folded
from executor.core.policy import Stage
from executor.core.run import OVER, Run, RunPhase, StepPhase
from executor.core.view import progress
from tests.fakes.scripting import Failure
from tests.plans import a_plan, restart, scale, set_image
from tests.properties.strategies import graphs
from tests.worlds import World, deployment

NAMES = ("web", "api", "cache", "jobs")
ERRORS: list[type[ClusterError]] = [AdmissionDenied, ClusterUnavailable, Forbidden, OutcomeUnknown, TargetMoved]


@dataclass(frozen=True)
class Story:
    """
    A plan, and what goes wrong while it runs.
    """

    plan: dict[str, Any]
    failures: list[tuple[str, type[ClusterError], bool, int]]
    denials: list[tuple[Stage, str]]
    stuck: str | None
    third_party: tuple[str, str] | None
    cancel_at: float | None


MOMENTS = st.sampled_from(["SnapshotTaken", "ApplyStarted", "StepSucceeded", "RestoreStarted"])
"""When a third party changes the target of a step."""

FAILURES = st.one_of(
    st.tuples(
        st.sampled_from(["read", "dry_run", "apply", "apply"]),
        st.sampled_from(ERRORS),
        st.just(False),
        st.integers(1, 4),
    ),
    # Only where the answer was lost can a write have landed.
    st.tuples(st.just("apply"), st.just(OutcomeUnknown), st.booleans(), st.integers(1, 4)),
)
"""Which call fails, how, whether its write landed, and how often."""


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """
    Draw a plan of up to four steps, each on a Deployment of its own, and some trouble.
    """
    needs = draw(graphs(most=4))
    named = dict(zip(needs, NAMES, strict=False))
    answers = st.sampled_from(["rollback", "rollback", "stop", "continue"])
    steps = [
        draw(st.sampled_from([scale, scale, set_image, restart]))(
            named[step], needs=[named[need] for need in direct], on_failure=draw(answers), assess="late"
        )
        for step, direct in needs.items()
    ]
    used = st.sampled_from([step["id"] for step in steps])
    return Story(
        plan=a_plan(
            *steps,
            max_parallel=draw(st.integers(1, 3)),
            rollback=draw(st.sampled_from(["automatic", "automatic", "manual", "none"])),
        ),
        failures=draw(st.lists(FAILURES, max_size=2)),
        denials=draw(
            st.lists(st.tuples(st.sampled_from([Stage.PREFLIGHT, Stage.DRY_RUN, Stage.ROLLBACK]), used), max_size=2)
        ),
        stuck=draw(st.none() | used),
        third_party=draw(
            st.none() | st.tuples(st.sampled_from(["ApplyStarted", "StepSucceeded", "RollbackStarted"]), used)
        ),
        cancel_at=draw(st.none() | st.sampled_from([0.05, 0.3, 1.0, 20.0, 599.0, 601.0])),
    )


def told(story: Story) -> tuple[list[Event], World, str]:
    """
    Run a story to its end and return its events.
    """
    loop = looptime.new_event_loop()
    try:
        return loop.run_until_complete(_told(story))
    finally:
        loop.close()


async def _told(story: Story) -> tuple[list[Event], World, str]:
    world = World()
    await world.start()
    for method, error, landed, times in story.failures:
        world.cluster._script.fail(method, Failure(error, landed), times=times)
    for stage, step in story.denials:
        world.gate.denies("frozen", stage=stage, step=step)
    if story.stuck is not None:
        world.when("ApplyStarted", story.stuck, lambda: setattr(world.cluster, "controllers", False))
    if story.third_party is not None:
        kind, step = story.third_party
        world.when(kind, step, _meddling(world, step))
    run = await world.submitted(story.plan)
    cancelling = asyncio.create_task(_cancel(world, run, story.cancel_at))
    try:
        await world.ended(run)
        return await world.events(run), world, run
    finally:
        cancelling.cancel()
        await asyncio.gather(cancelling, return_exceptions=True)
        await world.service.shut_down()


def _meddling(world: World, step: str) -> Callable[[], Any]:
    def edit(live: Any) -> None:
        live["spec"]["replicas"] = 7

    return lambda: world.cluster.edit(deployment(step), edit)


async def _cancel(world: World, run: str, at: float | None) -> None:
    if at is None:
        return
    await asyncio.sleep(at)
    try:
        await world.service.cancel(run, reason="enough", caller="ada")
    except WrongPhase:
        return


def states(events: list[Event]) -> list[tuple[Event, Run]]:
    """
    Return each event with the run as it was after it.
    """
    run = first("run-000001", events[0])
    seen = [(events[0], run)]
    for event in events[1:]:
        run = after(run, event)
        seen.append((event, run))
    return seen


@pytest.mark.requirement("PLAN-2", "RUN-1", "RUN-2", "RUN-4", "GATE-1", "GATE-2", "ROLL-2", "AUD-1")
@settings(max_examples=60 if settings.get_current_profile_name() == "ci" else 1000)
@given(stories())
def test_the_laws_of_a_run_hold_whatever_happens(story: Story) -> None:
    events, world, _ = told(story)

    seen = states(events)
    assert_it_ends_once_and_completely(seen)
    assert_order_and_limit_are_kept(seen)
    assert_nothing_is_applied_before_both_gates_allowed_it(events)
    assert_progress_never_falls(seen)
    assert_what_is_left_changed_is_told(seen[-1][1], world)
    assert first_broken(events) is None
    assert folded("run-000001", events) == seen[-1][1]


def assert_it_ends_once_and_completely(seen: list[tuple[Event, Run]]) -> None:
    assert [False] * (len(seen) - 1) + [True] == [run.phase.terminal for _, run in seen]
    assert all(state.phase in OVER for state in seen[-1][1].steps.values())


def assert_order_and_limit_are_kept(seen: list[tuple[Event, Run]]) -> None:
    for event, run in seen:
        running = [state for state in run.steps.values() if state.phase is StepPhase.RUNNING]
        assert len(running) <= run.max_parallel
        if event.type == "StepStarted":
            needs = run.steps[event.step or ""].step.needs
            assert all(run.steps[need].phase is StepPhase.SUCCEEDED for need in needs)
            assert not [state for state in run.steps.values() if state.failed and not state.tolerated]
            assert run.cancel_reason is None
            assert event.at < run.deadline_at


def assert_nothing_is_applied_before_both_gates_allowed_it(events: list[Event]) -> None:
    """
    A step's write: its last judgement allowed at both stages, and the dry run was of the very digest.
    """
    judged: dict[str, dict[str, Any]] = {}
    for event in events:
        facts = judged.setdefault(event.step or "", {})
        match str(event.type):
            case "SnapshotTaken" | "RestoreStarted":
                facts.clear()
            case "DryRunCompleted":
                facts["digest"] = event.data["digest"]
            case "PolicyDecided":
                facts[event.data["stage"]] = event.data["effect"]
            case "ApplyStarted":
                allowed = {"rollback": "allow"} if event.data["restore"] else {"preflight": "allow", "dry_run": "allow"}
                assert {**allowed, "digest": event.data["digest"]} == facts
            case _:
                pass


def assert_progress_never_falls(seen: list[tuple[Event, Run]]) -> None:
    percents = [progress(run)["percent"] for _, run in seen]
    assert sorted(percents) == percents
    assert 100 == percents[-1]


def assert_what_is_left_changed_is_told(run: Run, world: World) -> None:
    """
    Each applied step is restored, or the run says that it is not; and what was never written is as it was.
    """
    written = {change.target for change in world.cluster.applied}
    for step, state in run.steps.items():
        if state.may_have_written:
            as_asked = state.phase is StepPhase.SUCCEEDED and "steps succeeded" in run.message
            assert as_asked or f"(step {step})" in run.message or f"step {step} " in run.message
            assert run.phase in {RunPhase.SUCCEEDED, RunPhase.DEGRADED} or run.plan.rollback == "none"
        elif state.phase is not StepPhase.RESTORED:
            assert state.step.target not in written
    if run.phase is RunPhase.ROLLED_BACK:
        assert not run.residue
