"""
The effects of an expansion, of an autoscaler's bounds, of a suspension and of a scale: settled or not, in a sentence.
"""

from typing import Any

import pytest

from executor.core.health import Health, HealthState
from executor.core.health.autoscaler import autoscaler_observed
from executor.core.health.claim_resize import claim_resized
from executor.core.health.scaling import scaled
from executor.core.health.suspension import suspended
from executor.core.model import Manifest
from tests.unit.core.health.statuses import an_object, condition

pytestmark = pytest.mark.requirement("ACT-2", "VER-1")

CURRENT, WAITING, FAILED, GOING = HealthState


def a_claim(has: str | None, *conditions: Any, state: str | None = None) -> Manifest:
    status: dict[str, Any] = {"phase": "Bound", "conditions": list(conditions)}
    if has:
        status["capacity"] = {"storage": has}
    if state:
        status["allocatedResourceStatuses"] = {"storage": state}
    return an_object("PersistentVolumeClaim", {"resources": {"requests": {"storage": "20Gi"}}}, status)


SMALL = "the claim has 10Gi, 20Gi is asked for"
GROWN = condition("FileSystemResizePending", "True", "", "Waiting for user to (re-)start a pod")
CLAIMS = {
    "as asked": (a_claim("20Gi"), Health(CURRENT, "the claim has 20Gi, 20Gi is asked for")),
    "as asked, spelled otherwise": (a_claim("20480Mi"), Health(CURRENT, "the claim has 20480Mi, 20Gi is asked for")),
    "rounded up by its driver": (a_claim("32Gi"), Health(CURRENT, "the claim has 32Gi, 20Gi is asked for")),
    "not begun": (a_claim("10Gi"), Health(WAITING, SMALL)),
    "at work": (a_claim("10Gi", condition("Resizing"), state="ControllerResizeInProgress"), Health(WAITING, SMALL)),
    "waits for a pod": (
        a_claim("10Gi", GROWN, state="NodeResizePending"),
        Health(
            CURRENT,
            f"{SMALL}; its volume has grown, its file system does when a pod that uses it is started anew",
        ),
    ),
    "an error that may pass": (
        a_claim("10Gi", condition("ControllerResizeError", "True", "", "rpc error: deadline exceeded")),
        Health(WAITING, f"{SMALL}: it cannot be expanded (ControllerResizeError): rpc error: deadline exceeded"),
    ),
    "an error on the node": (
        a_claim("10Gi", GROWN, condition("NodeResizeError", "True", "", "fsck failed")),
        Health(WAITING, f"{SMALL}: it cannot be expanded (NodeResizeError): fsck failed"),
    ),
    "an error for good": (
        a_claim(
            "10Gi",
            condition("ControllerResizeError", "True", "", "beyond the pool"),
            state="ControllerResizeInfeasible",
        ),
        Health(FAILED, f"{SMALL}: it cannot be expanded (ControllerResizeError): beyond the pool"),
    ),
    "hopeless, without a word": (
        a_claim("10Gi", state="NodeResizeInfeasible"),
        Health(FAILED, f"{SMALL}: it cannot be expanded (NodeResizeInfeasible)"),
    ),
    "not bound": (a_claim(None), Health(WAITING, "the claim has no volume yet, 20Gi is asked for")),
}


@pytest.mark.parametrize(("claim", "expected"), CLAIMS.values(), ids=CLAIMS)
def test_an_expansion_has_arrived_with_the_capacity_or_when_only_a_pod_is_waited_for(
    claim: Manifest, expected: Health
) -> None:
    assert expected == claim_resized(claim)


def an_autoscaler(seen: int | None, *conditions: Any) -> Manifest:
    status = {"currentReplicas": 3, "desiredReplicas": 2, "conditions": list(conditions)}
    more = {} if seen is None else {"observedGeneration": seen}
    return an_object("HorizontalPodAutoscaler", {"maxReplicas": 5}, status | more)


KEEPS = "it keeps 1 to 5 replicas; 3 are there, 2 are wanted"
NOT_SEEN = Health(WAITING, "its controller has not seen the change yet")
AUTOSCALERS = {
    "seen": (an_autoscaler(2), Health(CURRENT, KEEPS)),
    "not seen": (an_autoscaler(1), NOT_SEEN),
    "new": (an_autoscaler(None), NOT_SEEN),
    "without a target": (
        an_autoscaler(None, condition("AbleToScale", "False", "FailedGetScale", "not found")),
        Health(CURRENT, f"{KEEPS}; it cannot scale its target (FailedGetScale): not found"),
    ),
    "seen, without metrics": (
        an_autoscaler(2, condition("ScalingActive", "False", "FailedGetResourceMetric", "no metrics API")),
        Health(
            CURRENT,
            f"{KEEPS}; it cannot tell how many replicas are needed (FailedGetResourceMetric): no metrics API",
        ),
    ),
}


@pytest.mark.parametrize(("autoscaler", "expected"), AUTOSCALERS.values(), ids=AUTOSCALERS)
def test_new_bounds_have_arrived_when_the_controller_has_seen_them(autoscaler: Manifest, expected: Health) -> None:
    assert expected == autoscaler_observed(autoscaler)


def test_where_no_generation_is_counted_holding_the_bounds_is_all_there_is() -> None:
    old = an_autoscaler(0)
    del old["metadata"]["generation"]

    assert Health(CURRENT, KEEPS) == autoscaler_observed(old)


def a_job(*conditions: Any, suspend: bool, **counts: Any) -> Manifest:
    return an_object("Job", {"completions": 3, "suspend": suspend}, {"conditions": list(conditions), **counts})


NONE_ACTIVE, ONE_ACTIVE = "1 of 3 pods succeeded, 0 failed, 0 active", "1 of 3 pods succeeded, 0 failed, 1 active"
IS, IS_NOT = condition("Suspended"), condition("Suspended", "False", "JobResumed")
SUSPENSIONS = {
    "suspended": (a_job(IS, suspend=True, succeeded=1), Health(CURRENT, f"it is suspended; {NONE_ACTIVE}")),
    "a pod still there": (
        a_job(IS, suspend=True, succeeded=1, active=1),
        Health(WAITING, f"it is about to be suspended; {ONE_ACTIVE}"),
    ),
    "not suspended yet": (
        a_job(suspend=True, succeeded=1, active=1, startTime="now"),
        Health(WAITING, f"it is about to be suspended; {ONE_ACTIVE}"),
    ),
    "resumed": (
        a_job(IS_NOT, suspend=False, succeeded=1, active=1, startTime="now"),
        Health(CURRENT, f"it runs; {ONE_ACTIVE}"),
    ),
    "never suspended": (
        a_job(suspend=False, succeeded=1, active=1, startTime="now"),
        Health(CURRENT, f"it runs; {ONE_ACTIVE}"),
    ),
    "not resumed yet": (
        a_job(IS, suspend=False, succeeded=1, startTime="earlier"),
        Health(WAITING, f"it is about to be started; {NONE_ACTIVE}"),
    ),
    "not started yet": (
        a_job(suspend=False, succeeded=1),
        Health(WAITING, f"it is about to be started; {NONE_ACTIVE}"),
    ),
    "complete": (
        a_job(condition("Complete"), suspend=True, succeeded=3),
        Health(
            CURRENT,
            "the Job has ended, so nothing of it is held back or started: "
            "it is complete; 3 of 3 pods succeeded, 0 failed, 0 active",
        ),
    ),
    "failed": (
        a_job(condition("Failed", "True", "DeadlineExceeded"), suspend=False, failed=1),
        Health(
            CURRENT,
            "the Job has ended, so nothing of it is held back or started: "
            "it failed (DeadlineExceeded); 0 of 3 pods succeeded, 1 failed, 0 active",
        ),
    ),
    "a CronJob, suspended": (
        an_object("CronJob", {"suspend": True}, {"active": [{}, {}]}),
        Health(CURRENT, "it is suspended, so it starts no Job; 2 Jobs of it active"),
    ),
    "a CronJob, resumed": (
        an_object("CronJob", {"suspend": False, "schedule": "@hourly"}),
        Health(CURRENT, 'it starts a Job at "@hourly"; 0 Jobs of it active'),
    ),
    "being deleted": (
        an_object("Job", {"suspend": True}, {}, deletionTimestamp="now"),
        Health(GOING, "it is being deleted"),
    ),
}


@pytest.mark.parametrize(("live", "expected"), SUSPENSIONS.values(), ids=SUSPENSIONS)
def test_a_suspension_is_judged_in_the_direction_that_the_spec_asks_for(live: Manifest, expected: Health) -> None:
    assert expected == suspended(live)


@pytest.mark.parametrize(
    ("spec", "status", "expected"),
    [
        ({"replicas": 3}, {"replicas": 3}, Health(CURRENT, "3 of 3 replicas are there")),
        ({"replicas": 3}, {"replicas": 1}, Health(WAITING, "1 of 3 replicas are there")),
        ({"replicas": 3}, {"replicas": 5}, Health(WAITING, "5 of 3 replicas are there")),
        ({}, {"replicas": 0}, Health(CURRENT, "0 of 0 replicas are there")),
        ({}, {"replicas": 2}, Health(WAITING, "2 of 0 replicas are there")),
    ],
    ids=["as many", "too few", "too many", "none", "none asked for"],
)
def test_a_scale_has_arrived_when_as_many_are_there(spec: Any, status: Any, expected: Health) -> None:
    assert expected == scaled({"apiVersion": "autoscaling/v1", "kind": "Scale", "spec": spec, "status": status})
