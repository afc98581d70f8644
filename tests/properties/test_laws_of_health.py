"""
Whatever a status holds, an object is judged, and never taken for settled by a status that is about another generation.
"""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.core.health import Health, HealthState, health, observed
from executor.core.health.autoscaler import autoscaler_observed
from executor.core.health.claim_resize import claim_resized
from executor.core.health.pod_resize import pod_resized
from executor.core.health.rollout import rolled_out
from executor.core.health.scaling import scaled
from executor.core.health.suspension import suspended
from executor.core.health.trouble import trouble_of, trouble_of_conditions
from executor.core.health.wording import MAX_CHARACTERS
from executor.core.model import Manifest
from tests.properties.strategies import json_values

pytestmark = pytest.mark.requirement("VER-1")

KINDS = {
    "Deployment": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "ReplicaSet": "apps/v1",
    "Job": "batch/v1",
    "CronJob": "batch/v1",
    "Pod": "v1",
    "PersistentVolumeClaim": "v1",
    "Service": "v1",
    "Node": "v1",
    "PodDisruptionBudget": "policy/v1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
    "CustomResourceDefinition": "apiextensions.k8s.io/v1",
    "Widget": "shop.example/v1",
}
SECRET = "hunter2"

small = st.integers(-1, 4)
truths = st.sampled_from(["True", "False", "Unknown"])
messages = st.sampled_from(["", "no route", f'spec.x: Invalid value: "{SECRET}"', f"{{{SECRET}}}", "x" * 5000, "a\nb"])
reasons = st.sampled_from(
    ["", "Error", "Deferred", "Infeasible", "FailedCreate", "ProgressDeadlineExceeded", "Unschedulable", "SyncFailed"]
)
condition_types = st.sampled_from(
    [
        *("Ready", "Stalled", "Reconciling", "Progressing", "ReplicaFailure", "Available", "Complete", "Failed"),
        *("Suspended", "PodScheduled", "PodResizePending", "PodResizeInProgress", "FileSystemResizePending"),
        *("ControllerResizeError", "AbleToScale", "ScalingActive", "Established", "NamesAccepted"),
    ]
)
conditions = st.fixed_dictionaries(
    {"type": condition_types, "status": truths, "reason": reasons, "message": messages},
    optional={"observedGeneration": small},
)
waiting = st.fixed_dictionaries(
    {"reason": st.sampled_from(["CrashLoopBackOff", "ImagePullBackOff", "CreateContainerError"]), "message": messages}
)
ended = st.fixed_dictionaries({"exitCode": small, "message": st.just(SECRET)}, optional={"reason": reasons})
containers = st.fixed_dictionaries(
    {"name": st.just("app"), "ready": st.booleans()},
    optional={
        "state": st.one_of(
            st.builds(lambda it: {"waiting": it}, waiting), st.builds(lambda it: {"terminated": it}, ended)
        ),
        "lastState": st.builds(lambda it: {"terminated": it}, ended),
        "resources": json_values,
    },
)
COUNTS = [
    *("replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "fullyLabeledReplicas"),
    *("desiredNumberScheduled", "updatedNumberScheduled", "numberReady", "numberAvailable"),
    *("succeeded", "failed", "active", "currentHealthy", "observedGeneration"),
]
statuses = st.fixed_dictionaries(
    {"conditions": st.lists(conditions, max_size=4)},
    optional={
        **dict.fromkeys(COUNTS, small),
        "phase": st.sampled_from(["Pending", "Running", "Succeeded", "Failed", "Bound", "Lost"]),
        "containerStatuses": st.lists(containers, max_size=2),
        "initContainerStatuses": st.lists(containers, max_size=1),
        "capacity": st.fixed_dictionaries({"storage": st.sampled_from(["1Gi", "2Gi", "none"])}),
    },
)
"""Statuses that look like those of controllers."""


def mixed(whole: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """
    Draw a value of the expected form, one in which a field has any JSON value in its place, or any value at all.
    """
    spoiled = st.builds(
        lambda it, key, value: {**it, key: value}, whole, st.sampled_from([*COUNTS, "conditions", "phase"]), json_values
    )
    return st.one_of(whole, spoiled, json_values)


specs = st.fixed_dictionaries(
    {},
    optional={
        "replicas": small,
        "suspend": st.booleans(),
        "type": st.sampled_from(["ClusterIP", "LoadBalancer"]),
        "updateStrategy": st.fixed_dictionaries({"type": st.sampled_from(["OnDelete", "RollingUpdate"])}),
        "containers": st.lists(st.fixed_dictionaries({"name": st.just("app"), "resources": json_values}), max_size=2),
    },
)


@st.composite
def objects(draw: st.DrawFn, of_status: st.SearchStrategy[Any]) -> Manifest:
    kind = draw(st.sampled_from(sorted(KINDS)))
    metadata = {"name": "web", "generation": draw(small)}
    found = draw(of_status)
    return {
        "apiVersion": KINDS[kind],
        "kind": kind,
        "metadata": metadata,
        "spec": draw(mixed(specs)),
        "status": found,
    }


JUDGES: dict[str, Callable[[Manifest], Health]] = {
    "health": health,
    "observed": observed,
    "rolled out": lambda live: rolled_out(live, [live], "2026-11-23T11:24:06Z"),
    "pod resized": pod_resized,
    "claim resized": claim_resized,
    "autoscaler observed": autoscaler_observed,
    "suspended": suspended,
    "scaled": scaled,
}


@given(objects(mixed(statuses)))
@pytest.mark.parametrize("judge", JUDGES.values(), ids=JUDGES)
def test_any_status_is_judged_in_a_sentence_on_one_line(judge: Callable[[Manifest], Health], live: Manifest) -> None:
    message = judge(live).message

    assert message
    assert "\n" not in message


@given(objects(mixed(statuses)), st.none() | st.just("2026-11-23T11:24:06Z"))
def test_trouble_is_told_of_any_pods_and_conditions_without_what_nobody_may_see(
    live: Manifest, since: str | None
) -> None:
    for found in (trouble_of([live], since=since), trouble_of_conditions(live)):
        if found is not None:
            assert SECRET not in found.message
            assert len(found.message) < 3 * MAX_CHARACTERS
            assert 0 <= found.patience_seconds


@given(objects(statuses), st.integers(1, 5))
def test_a_status_that_is_behind_never_settles_anything(live: Manifest, behind: int) -> None:
    live["metadata"]["generation"] = 6
    live["status"]["observedGeneration"] = 6 - behind

    assert health(live).state in {HealthState.IN_PROGRESS, HealthState.FAILED}
    assert HealthState.CURRENT is not rolled_out(live, [], None).state
    assert None is trouble_of_conditions(live)


@given(objects(statuses))
def test_what_is_being_deleted_is_told_as_such(live: Manifest) -> None:
    live["metadata"]["deletionTimestamp"] = "2026-11-23T11:24:06Z"

    assert {HealthState.TERMINATING} == {health(live).state, observed(live).state}
    assert None is trouble_of([live], since=None)
