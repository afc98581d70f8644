"""
What each event makes of a run and of its step; and that a log means the same however it is replayed.
"""

from dataclasses import replace

import pytest

from executor.core.errors import IllegalTransition
from executor.core.events import EventType as E
from executor.core.events import first_broken
from executor.core.fold import after, first, folded
from executor.core.run import Actuation, RollbackState, RunPhase, StepPhase, Verification
from tests.plans import a_plan, scale
from tests.unit.core.logs import (
    DEADLINE,
    OBJECT,
    QUEUED,
    RUN,
    STARTED,
    accepted,
    applied,
    following,
    going_on,
    run_after,
    succeeded,
)

ONE = a_plan(scale("web"))
TWO = a_plan(scale("web"), scale("api", needs=["web"]))


@pytest.mark.requirement("PLAN-1")
def test_a_run_begins_with_its_plan_caller_digest_and_limit() -> None:
    event = accepted(ONE)

    run = first(RUN, event)

    assert (RunPhase.ACCEPTED, "ada", DEADLINE, 1) == (run.phase, run.caller, run.deadline_at, run.version)
    assert (run.plan.digest, event.hash) == (run.digest, run.last_hash)
    assert {"web": StepPhase.PENDING} == {step: state.phase for step, state in run.steps.items()}


def test_a_plan_of_several_steps_is_assessed_first_and_one_of_a_single_step_is_not() -> None:
    assert RunPhase.ASSESSING is run_after(TWO, E.RUN_CLAIMED).phase
    assert RunPhase.ACCEPTED is run_after(ONE, E.RUN_CLAIMED).phase


def test_an_assessment_is_kept_in_the_run() -> None:
    assert "allow" == (run_after(TWO, E.RUN_CLAIMED, E.PLAN_ASSESSED).assessment or {})["effect"]


def test_a_queued_run_says_what_it_waits_for() -> None:
    run = run_after(ONE, (E.RUN_QUEUED, None, {"message": "waits for run run-0"}))

    assert (RunPhase.QUEUED, "waits for run run-0") == (run.phase, run.message)


def test_a_step_shows_its_stage_on_the_way() -> None:
    run, stages = run_after(ONE, *STARTED), []
    for happening in applied():
        run = going_on(run, happening)
        stages.append(run.steps["web"].stage)

    assert ["snapshot", "preflight", "dry_run", "dry_run", "apply", "apply", "verify"] == stages


def test_a_step_keeps_all_it_went_through() -> None:
    state = run_after(ONE, *STARTED, *succeeded()).steps["web"]

    assert (StepPhase.SUCCEEDED, None, Actuation.APPLIED, Verification.VERIFIED, 1) == (
        state.phase,
        state.stage,
        state.actuation,
        state.verification,
        state.attempts,
    )
    assert (OBJECT, OBJECT, ("decision-1", "decision-2")) == (state.snapshot, state.preview, state.decisions)
    assert (("old",), ("/spec/replicas",)) == (state.warnings, state.changed_paths)


@pytest.mark.requirement("VER-2")
def test_what_was_persisted_is_kept_when_it_is_not_the_preview() -> None:
    other = {**OBJECT, "spec": {"replicas": 2}}

    assert OBJECT == run_after(ONE, *STARTED, *applied()).steps["web"].applied
    assert (
        other
        == run_after(ONE, *STARTED, *applied()[:-1], (E.CHANGE_APPLIED, "web", {"object": other})).steps["web"].applied
    )


@pytest.mark.requirement("DUR-2")
def test_an_outcome_may_become_unknown_and_be_resolved() -> None:
    run = run_after(ONE, *STARTED, *applied()[:-1])
    assert Actuation.INTENDED is run.steps["web"].actuation
    run = going_on(run, (E.OUTCOME_UNKNOWN, "web"))
    assert Actuation.UNKNOWN is run.steps["web"].actuation
    assert Actuation.APPLIED is going_on(run, (E.OUTCOME_RESOLVED, "web")).steps["web"].actuation


def test_a_failure_says_what_reached_the_server_and_what_was_verified() -> None:
    told = {"actuation": "applied", "verification": "timed_out"}
    state = run_after(ONE, *STARTED, *applied(), (E.STEP_FAILED, "web", told)).steps["web"]

    assert (Actuation.APPLIED, Verification.TIMED_OUT, "forbidden") == (state.actuation, state.verification, state.code)


def test_a_failure_that_says_nothing_of_it_leaves_both_as_they_were() -> None:
    state = run_after(ONE, *STARTED, *applied(), (E.STEP_FAILED, "web")).steps["web"]

    assert (Actuation.APPLIED, Verification.PENDING) == (state.actuation, state.verification)


def test_only_a_bad_end_has_a_code() -> None:
    """
    The rules about failures look at the code: one that a good end carried along would fail the run.
    """
    state = run_after(ONE, *STARTED, *applied(), (E.STEP_SUCCEEDED, "web", {"code": "stray"})).steps["web"]

    assert (None, False) == (state.code, state.failed)


ROLLING_BACK = (*STARTED, *succeeded(), E.ROLLBACK_STARTED)


@pytest.mark.requirement("ROLL-7")
def test_a_restore_keeps_the_failure_it_followed() -> None:
    run = run_after(ONE, *STARTED, *applied(), (E.STEP_FAILED, "web"), E.ROLLBACK_STARTED)
    state = going_on(run, (E.RESTORE_STARTED, "web"), (E.CHANGE_RESTORED, "web")).steps["web"]

    assert (StepPhase.RESTORED, True, False) == (state.phase, state.failed, state.may_have_written)


def test_what_happens_to_a_restore_is_not_taken_for_the_step_itself() -> None:
    run = run_after(ONE, *ROLLING_BACK, (E.RESTORE_STARTED, "web"))
    before = run.steps["web"]

    state = going_on(
        run,
        (E.DRY_RUN_COMPLETED, "web", {"object": {"kind": "other"}}),
        (E.POLICY_DECIDED, "web", {"stage": "rollback", "decision": "decision-3"}),
        (E.APPLY_STARTED, "web", {"change": {"verb": "restore"}}),
        (E.OUTCOME_UNKNOWN, "web"),
        (E.OUTCOME_RESOLVED, "web"),
    ).steps["web"]

    assert (before.preview, before.change, before.actuation) == (state.preview, state.change, state.actuation)
    assert ({"kind": "other"}, {"verb": "restore"}) == (
        (state.restore or {})["preview"],
        (state.restore or {})["change"],
    )
    assert "decision-3" == state.decisions[-1]


def test_a_restore_with_nothing_to_put_back_is_done_at_once() -> None:
    run = run_after(ONE, *ROLLING_BACK, (E.RESTORE_STARTED, "web", {"put_back": []}))

    assert StepPhase.RESTORED is run.steps["web"].phase


RESIDUE = {
    "step": "web",
    "target": "deployment/shop/web",
    "path": None,
    "expected": None,
    "actual": None,
    "why": "somebody else changed it since",
}


@pytest.mark.requirement("ROLL-6")
@pytest.mark.parametrize(
    ("restore", "state", "left"),
    [
        (((E.RESTORE_STARTED, "web"), (E.CHANGE_RESTORED, "web")), RollbackState.DONE, 0),
        (((E.RESTORE_FAILED, "web", {"residue": [RESIDUE]}),), RollbackState.FAILED, 1),
    ],
    ids=["all restored", "something left"],
)
def test_a_rollback_is_done_or_failed_by_what_it_left(restore: tuple, state: RollbackState, left: int) -> None:  # type: ignore[type-arg]  # any step of any type
    end = (E.RUN_FINISHED, None, {"phase": "rolled_back" if left == 0 else "degraded"})
    run = run_after(ONE, *ROLLING_BACK, *restore, end)

    assert (state, left) == (run.rollback, len(run.residue))


def test_a_degraded_run_without_a_rollback_has_one_pending() -> None:
    run = run_after(ONE, *STARTED, *succeeded(), (E.RUN_FINISHED, None, {"phase": "degraded"}))

    assert RollbackState.PENDING is run.rollback


def test_a_prefix_replayed_and_continued_equals_the_whole() -> None:
    happenings = (*ROLLING_BACK, (E.RESTORE_STARTED, "web"), (E.CHANGE_RESTORED, "web"))
    end = (E.RUN_FINISHED, None, {"phase": "rolled_back"})
    begun = accepted(ONE)
    log = (begun, *following((*happenings, end), first(RUN, begun)))
    whole = folded(RUN, log)

    for cut in range(1, len(log) + 1):
        run = folded(RUN, log[:cut])
        for event in log[cut:]:
            run = after(run, event)
        assert whole == run
    assert RunPhase.ROLLED_BACK is whole.phase
    assert first_broken(log) is None


def test_folding_leaves_the_earlier_state_alone() -> None:
    run = run_after(ONE, *QUEUED)
    before = replace(run, steps=dict(run.steps))

    going_on(run, E.RUN_STARTED, (E.STEP_STARTED, "web"))

    assert before == run


def test_a_log_that_does_not_begin_at_the_beginning_is_refused() -> None:
    later = following([E.RUN_QUEUED], first(RUN, accepted(ONE)))

    with pytest.raises(IllegalTransition, match="begins with RunQueued 2 instead of RunAccepted 1"):
        folded(RUN, later)
