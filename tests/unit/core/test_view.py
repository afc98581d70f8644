"""
A run as it is shown: its words, and progress that never falls.
"""

import json

import pytest

from executor.core.events import EventType as E
from executor.core.fold import after, first
from executor.core.view import namespaces_of, progress, run_view, step_view
from tests.plans import a_plan, cordon, scale
from tests.unit.core.logs import RUN, STARTED, accepted, applied, following, run_after, succeeded

PLAN = a_plan(scale("web"), scale("api", needs=["web"]), labels={"incident": "inc-42"})


@pytest.mark.requirement("PLAN-1")
def test_a_run_is_shown_in_the_words_of_the_contract() -> None:
    assert [
        "id",
        "name",
        "reason",
        "labels",
        "digest",
        "caller",
        "phase",
        "message",
        "rollback",
        "progress",
        "policy_revision",
        "created_at",
        "started_at",
        "finished_at",
        "deadline_at",
        "version",
        "approval",
        "steps",
    ] == list(run_view(run_after(PLAN)))


def test_in_lists_a_run_comes_without_its_steps_and_what_it_waits_for() -> None:
    assert {"steps", "approval"} == set(run_view(run_after(PLAN))) - set(run_view(run_after(PLAN), steps=False))


def test_views_are_json() -> None:
    run = run_after(PLAN, E.RUN_CLAIMED, *STARTED, *applied())

    assert json.loads(json.dumps(run_view(run))) == run_view(run)
    assert json.loads(json.dumps(step_view(run.steps["web"]))) == step_view(run.steps["web"])


@pytest.mark.requirement("RUN-4")
def test_progress_never_falls() -> None:
    happenings = (
        E.RUN_CLAIMED,
        *STARTED,
        *succeeded("web"),
        *applied("api"),
        (E.STEP_FAILED, "api"),
        E.ROLLBACK_STARTED,
        (E.RESTORE_STARTED, "api"),
        (E.CHANGE_RESTORED, "api"),
        (E.RESTORE_STARTED, "web"),
        (E.RESTORE_FAILED, "web"),
        (E.RUN_FINISHED, None, {"phase": "degraded"}),
    )
    run = first(RUN, accepted(PLAN))
    seen = [progress(run)["percent"]]
    for event in following(happenings, run):
        run = after(run, event)
        seen.append(progress(run)["percent"])

    assert sorted(seen) == seen
    assert [0, 50, 100] == sorted(set(seen))


def test_the_namespaces_of_a_run_are_those_of_its_targets() -> None:
    assert ("other", "shop") == namespaces_of(run_after(a_plan(scale("web"), scale("x", namespace="other"), cordon())))
