"""
The parts of a step as its events leave them: the evictions of a drain beside the step's own change.
"""

from typing import Any

import pytest

from executor.core.events import EventType as E
from executor.core.run import Actuation, StepState, Verification
from tests.plans import a_plan, cordon
from tests.unit.core.logs import DATA, OBJECT, STARTED, run_after

pytestmark = [pytest.mark.requirement("ACT-5"), pytest.mark.requirement("DUR-1")]

PART = "pod/shop/web-1"


def foreseen(name: str, outcome: str = "evictable", why: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "pod": name,
        "namespace": "shop",
        "outcome": outcome,
        "why": why,
        "uid": f"uid-{name}",
        "part": f"pod/shop/{name}",
        **more,
    }


def dry_run(*evictions: dict[str, Any], **more: Any) -> tuple[E, str, dict[str, Any]]:
    return E.DRY_RUN_COMPLETED, "worker-1", {**DATA[E.DRY_RUN_COMPLETED], "evictions": list(evictions), **more}


def of_part(kind: E, **more: Any) -> tuple[E, str, dict[str, Any]]:
    return kind, "worker-1", {"message": "told", "part": PART, "digest": "sha256:9", **more}


def step_after(*events: Any) -> StepState:
    begun = ((E.STEP_STARTED, "worker-1"), (E.SNAPSHOT_TAKEN, "worker-1"))
    return run_after(a_plan(cordon("worker-1")), *STARTED, *begun, *events).steps["worker-1"]


def test_what_was_judged_of_each_pod_is_kept_with_its_uid() -> None:
    step = step_after(dry_run(foreseen("web-1"), foreseen("db-1", "blocked", "budget db")))

    assert {
        PART: {"actuation": "none", "message": "evictable", "uid": "uid-web-1"},
        "pod/shop/db-1": {"actuation": "none", "message": "blocked: budget db", "uid": "uid-db-1"},
    } == step.parts


def test_a_part_goes_its_own_way_and_leaves_the_change_of_the_step() -> None:
    before = step_after(dry_run(foreseen("web-1")), (E.APPLY_STARTED, "worker-1"), (E.CHANGE_APPLIED, "worker-1"))
    after = step_after(
        dry_run(foreseen("web-1")),
        (E.APPLY_STARTED, "worker-1"),
        (E.CHANGE_APPLIED, "worker-1"),
        of_part(E.APPLY_STARTED, change={}),
        of_part(E.CHANGE_APPLIED),
    )

    assert {PART: {"actuation": "applied", "message": "told", "uid": "uid-web-1"}} == after.parts
    assert (before.change, before.applied, before.applied_sequence) == (
        after.change,
        after.applied,
        after.applied_sequence,
    )


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (of_part(E.APPLY_STARTED, change={}), "intended"),
        (of_part(E.OUTCOME_UNKNOWN), "unknown"),
        (of_part(E.OUTCOME_RESOLVED, actuation="none"), "none"),
    ],
)
def test_a_part_that_has_not_landed_does_not_make_its_step_one_that_wrote(event: Any, expected: str) -> None:
    step = step_after(dry_run(foreseen("web-1")), event)

    assert expected == step.parts[PART]["actuation"]
    assert Actuation.NONE is step.actuation


def test_the_first_part_that_landed_tells_that_a_step_without_a_change_wrote() -> None:
    """
    A node that was cordoned before: there is nothing to put back on it, but pods went.
    """
    step = step_after(dry_run(foreseen("web-1")), of_part(E.APPLY_STARTED, change={}), of_part(E.CHANGE_APPLIED))

    assert (Actuation.APPLIED, Verification.PENDING) == (step.actuation, step.verification)
    assert OBJECT == step.snapshot == step.applied


def test_pods_that_came_later_are_added_and_the_preview_stays() -> None:
    first = dry_run(foreseen("web-1"))

    step = step_after(first, (E.DRY_RUN_COMPLETED, "worker-1", {"more": True, "evictions": [foreseen("late")]}))

    assert {PART, "pod/shop/late"} == set(step.parts)
    assert OBJECT == step.preview
    assert ("/spec/replicas",) == step.changed_paths


def test_a_new_judgement_forgets_pods_that_are_gone_and_keeps_what_was_done() -> None:
    step = step_after(
        dry_run(foreseen("web-1"), foreseen("web-2")),
        of_part(E.APPLY_STARTED, change={}),
        of_part(E.CHANGE_APPLIED),
        dry_run(foreseen("web-3")),
    )

    assert {PART: "applied", "pod/shop/web-3": "none"} == {part: told["actuation"] for part, told in step.parts.items()}
