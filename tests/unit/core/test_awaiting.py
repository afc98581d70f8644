"""
A run that waits for people: where it may, what ends its wait, and whose time that is.
"""

import pytest

from executor.core.approval import asked
from executor.core.errors import IllegalTransition
from executor.core.events import EventType as E
from executor.core.fold import after
from executor.core.moves import DenyStep, ExpireApproval, FinishRun, SkipStep, next_moves
from executor.core.people import people
from executor.core.run import Run, RunPhase, StepPhase
from tests.plans import a_plan, scale
from tests.unit.core.logs import AT, DATA, EXPIRES, STARTED, applied, following, going_on, run_after

pytestmark = pytest.mark.requirement("GATE-5")

ONE, TWO = a_plan(scale("web")), a_plan(scale("web"), scale("api", needs=["web"]))
JUDGED = (E.RUN_CLAIMED, *STARTED, *applied()[:5])
"""The events of a step up to its last gate, ahead of its write."""


def waiting(plan: object = TWO) -> Run:
    """
    Return a run that waits: behind its assessment, or in the turn of its only step.
    """
    before = (E.RUN_CLAIMED, E.PLAN_ASSESSED) if plan is TWO else JUDGED
    return run_after(plan, *before, E.APPROVAL_REQUESTED)


def test_a_plan_of_several_steps_waits_behind_its_assessment() -> None:
    run = waiting()

    assert (RunPhase.AWAITING_APPROVAL, EXPIRES) == (run.phase, run.approval and run.approval.expires_at)
    assert {StepPhase.PENDING} == {state.phase for state in run.steps.values()}


def test_a_plan_of_one_step_waits_in_its_turn_and_so_does_the_step() -> None:
    run = waiting(ONE)

    assert RunPhase.AWAITING_APPROVAL == run.phase
    assert (StepPhase.AWAITING_APPROVAL, None) == (run.steps["web"].phase, run.steps["web"].stage)
    assert "production: two of the owners (approval by 2 people of owners)" in run.steps["web"].message


@pytest.mark.parametrize("many", range(6, 8))
def test_nobody_is_asked_once_a_write_was_announced(many: int) -> None:
    run = run_after(ONE, E.RUN_CLAIMED, *STARTED, *applied()[:many])

    with pytest.raises(IllegalTransition, match="does not fit behind a write"):
        going_on(run, E.APPROVAL_REQUESTED)


def test_nobody_is_asked_once_a_part_was_announced() -> None:
    part = {"part": "pod/shop/web-0", "message": "evicts it"}
    run = run_after(ONE, *JUDGED, (E.APPLY_STARTED, "web", part))

    with pytest.raises(IllegalTransition, match="does not fit behind a write"):
        going_on(run, E.APPROVAL_REQUESTED)


def test_a_plan_of_several_steps_does_not_wait_once_it_runs() -> None:
    run = run_after(TWO, E.RUN_CLAIMED, E.PLAN_ASSESSED, *STARTED, *applied()[:5])

    with pytest.raises(IllegalTransition, match="beside another step"):
        going_on(run, E.APPROVAL_REQUESTED)


def test_it_waits_until_the_recorded_time_whatever_the_plans_limit_is() -> None:
    run = waiting()

    assert run.deadline_at < EXPIRES
    assert () == next_moves(run, run.deadline_at)
    assert (ExpireApproval(f"nobody answered until {EXPIRES}"),) == next_moves(run, EXPIRES)


@pytest.mark.parametrize(("plan", "steps"), [(ONE, ["web"]), (TWO, ["web", "api"])])
def test_what_nobody_approved_in_time_expires_and_no_step_is_done(plan: object, steps: list[str]) -> None:
    *skips, end = next_moves(going_on(waiting(plan), E.APPROVAL_EXPIRED), EXPIRES)

    assert [SkipStep(step, "not done: nobody approved in time") for step in steps] == skips
    assert isinstance(end, FinishRun)
    assert RunPhase.EXPIRED == end.phase
    assert end.message.startswith(f"nobody approved until {EXPIRES}: production: two of the owners")


def test_a_rejected_plan_is_denied_with_who_and_why() -> None:
    run = going_on(waiting(), E.APPROVAL_REFUSED)

    assert (
        SkipStep("web", "not started: rejected by bob"),
        SkipStep("api", "not started: rejected by bob"),
        FinishRun(RunPhase.DENIED, "rejected by bob: not on a Friday; nothing was written"),
    ) == next_moves(run, AT)


def test_a_rejected_step_that_waited_is_denied() -> None:
    denied, end = next_moves(going_on(waiting(ONE), E.APPROVAL_REFUSED), AT)

    assert DenyStep("web", "rejected by bob: not on a Friday; nothing was written") == denied
    assert isinstance(end, FinishRun)


def test_a_cancel_ends_the_wait_at_once() -> None:
    *skips, end = next_moves(going_on(waiting(ONE), E.CANCEL_REQUESTED), AT)

    assert [SkipStep("web", "not done: cancelled")] == skips
    assert FinishRun(RunPhase.CANCELLED, "cancelled: enough; nothing was written") == end


def test_a_rejection_counts_before_a_cancel_behind_it() -> None:
    run = going_on(waiting(), E.APPROVAL_REFUSED, E.CANCEL_REQUESTED)

    assert (
        FinishRun(RunPhase.DENIED, "rejected by bob: not on a Friday; nothing was written") == next_moves(run, AT)[-1]
    )


@pytest.mark.parametrize("first", [E.APPROVAL_REFUSED, E.APPROVAL_EXPIRED])
@pytest.mark.parametrize("second", [E.APPROVAL_GIVEN, E.APPROVAL_REFUSED, E.APPROVAL_EXPIRED])
def test_there_is_one_answer(first: E, second: E) -> None:
    with pytest.raises(IllegalTransition, match="follows an answer"):
        going_on(waiting(), first, second)


@pytest.mark.parametrize("plan", [ONE, TWO])
def test_an_approved_run_is_queued_and_the_time_it_waited_is_not_the_plans(plan: object) -> None:
    run = waiting(plan)
    [event] = following([(E.APPROVAL_GIVEN, None, {"caller": "bob"})], run)
    late = event.model_copy(update={"at": "2026-11-23T11:05:00.000Z"})

    given = after(run, late)

    assert (RunPhase.QUEUED, "given") == (given.phase, given.approval and given.approval.answer)
    assert ("2026-11-23T11:10:00.000Z", "2026-11-23T11:15:00.000Z") == (run.deadline_at, given.deadline_at)
    assert {StepPhase.PENDING} == {state.phase for state in given.steps.values()}
    assert given.started_at is None


def test_who_is_wanted_is_told_as_people_say_it() -> None:
    assert "1 person" == people(1, [])
    assert "2 people of owners or sre" == people(2, ["owners", "sre"])


def test_a_sentence_names_three_wanted_approvals_and_counts_the_rest() -> None:
    [one] = DATA[E.APPROVAL_REQUESTED]["approvals"]
    told = asked([{**one, "step": f"s{number}"} for number in range(5)])

    assert 3 == told.count("two of the owners")
    assert told.endswith(" · and 2 more")
    assert "step s0: production" in told
