"""
What holds for objects of any kind: generations, deletion, and the conditions kstatus names.
"""

from typing import Any

import pytest

from executor.core.health import Health, HealthState, health
from tests.unit.core.health.statuses import an_object, condition

pytestmark = pytest.mark.requirement("VER-1")

CURRENT, WAITING, FAILED, GOING = HealthState
NOT_SEEN = Health(WAITING, "its controller has not seen the change yet")
GENERIC = {
    "no status": (None, Health(CURRENT, "it is there, and has no condition to wait for")),
    "ready": ({"conditions": [condition("Ready")]}, Health(CURRENT, "it is ready")),
    "not ready": (
        {"conditions": [condition("Ready", "False", "Building", "3 of 7 layers")]},
        Health(WAITING, "it is not ready (Building): 3 of 7 layers"),
    ),
    "readiness unknown": ({"conditions": [condition("Ready", "Unknown")]}, Health(WAITING, "it is not ready")),
    "ready for an older generation": ({"conditions": [condition("Ready", observedGeneration=1)]}, NOT_SEEN),
    "ready for this generation": (
        {"conditions": [condition("Ready", observedGeneration=2)]},
        Health(CURRENT, "it is ready"),
    ),
    "stalled": (
        {"conditions": [condition("Stalled", "True", "BuildFailed", "no such branch"), condition("Ready", "False")]},
        Health(FAILED, "its controller cannot get any further (BuildFailed): no such branch"),
    ),
    "reconciling": (
        {"conditions": [condition("Reconciling", "True", "Progressing"), condition("Ready")]},
        Health(WAITING, "its controller is at work (Progressing)"),
    ),
    "neither stalled nor reconciling": (
        {"conditions": [condition("Reconciling", "False"), condition("Stalled", "False"), condition("Ready")]},
        Health(CURRENT, "it is ready"),
    ),
    "behind, and stalled before": ({"observedGeneration": 1, "conditions": [condition("Stalled")]}, NOT_SEEN),
    "behind, told as text": ({"observedGeneration": "1", "conditions": [condition("Ready")]}, NOT_SEEN),
    "seen, told as text": (
        {"observedGeneration": "2", "conditions": [condition("Ready")]},
        Health(CURRENT, "it is ready"),
    ),
    "of a generation to come": ({"observedGeneration": 3, "conditions": [condition("Ready")]}, NOT_SEEN),
}


@pytest.mark.parametrize(("status", "expected"), GENERIC.values(), ids=GENERIC)
def test_a_custom_resource_is_judged_by_the_conditions_that_it_has(status: Any, expected: Health) -> None:
    assert expected == health(an_object("Widget", {}, status))


@pytest.mark.parametrize(
    ("api_version", "state"), [("v1", WAITING), (None, WAITING), ("serving.knative.dev/v1", CURRENT)], ids=str
)
def test_a_kind_of_another_group_is_not_taken_for_the_built_in_one(api_version: str | None, state: HealthState) -> None:
    service = an_object("Service", {"type": "LoadBalancer"}) | {"apiVersion": api_version}

    assert state is health(service).state


def test_stalled_decides_for_a_built_in_kind_too() -> None:
    deployment = an_object(
        "Deployment", {"replicas": 0}, {"observedGeneration": 2, "conditions": [condition("Stalled")]}
    )

    assert FAILED is health(deployment).state


def test_what_holds_an_object_that_is_being_deleted_is_named() -> None:
    deleted = an_object("Widget", deletionTimestamp="now", finalizers=["shop.example/wait", "foregroundDeletion"])

    assert Health(GOING, "it is being deleted; it waits for shop.example/wait, foregroundDeletion") == health(deleted)
