"""
The trouble a workload reports of itself, and how much of the API server's refusal is passed on.
"""

from typing import Any

import pytest

from executor.core.health import health
from executor.core.health.trouble import Trouble, trouble_of_conditions
from executor.core.model import Manifest
from tests.unit.core.health.statuses import an_object, condition

pytestmark = pytest.mark.requirement("VER-1")


def refused(message: str, reason: str = "FailedCreate", kind: str = "Deployment") -> Manifest:
    status = {"observedGeneration": 2, "conditions": [condition("ReplicaFailure", "True", reason, message)]}
    return an_object(kind, {"replicas": 3}, status)


FORBIDDEN = 'pods "web-x" is forbidden: '
REFUSALS = {
    "a quota": (
        f"{FORBIDDEN}exceeded quota: team, requested: pods=1,cpu=500m, used: pods=5,cpu=4, limited: pods=5,cpu=4",
        "quota team is exceeded: pods 1 asked for, 5 of 5 used; cpu 500m asked for, 4 of 4 used",
    ),
    "a quota that counts what is not given": (
        f"{FORBIDDEN}failed quota: team: must specify limits.cpu for: app; limits.memory for: app",
        "quota team demands that limits.cpu be specified",
    ),
    "a limit range": (
        f"{FORBIDDEN}[maximum cpu usage per Container is 1, but limit is 2, maximum memory usage per Pod is 1Gi]",
        "limit range: maximum cpu usage per Container is 1, but limit is 2",
    ),
    "a limit range and nothing given": (
        f"{FORBIDDEN}minimum memory usage per Container is 64Mi.  No request is specified",
        "limit range: minimum memory usage per Container is 64Mi. No request is specified",
    ),
    "pod security": (
        f'{FORBIDDEN}violates PodSecurity "restricted:latest": privileged (container "app" must not set it)',
        'violates PodSecurity "restricted:latest": privileged (container "app" must not set it)',
    ),
    "a service account": (
        f'{FORBIDDEN}error looking up service account shop/web: serviceaccount "web" not found',
        'serviceaccount "web" not found',
    ),
    "a priority class": (
        f"{FORBIDDEN}no PriorityClass with name urgent was found",
        "no PriorityClass with name urgent was found",
    ),
    "a webhook": (
        'admission webhook "images.example" denied the request: only signed images',
        'admission webhook "images.example" denied the request: only signed images',
    ),
    "a webhook that is down": (
        'Internal error occurred: failed calling webhook "images.example": Post "https://x:443/?token=hunter2"',
        'admission webhook "images.example" could not be asked',
    ),
    "an admission policy": (
        f"{FORBIDDEN}ValidatingAdmissionPolicy 'tags' with binding 'all' denied request: no latest",
        "ValidatingAdmissionPolicy 'tags' with binding 'all' denied request: no latest",
    ),
}


@pytest.mark.parametrize(("message", "why"), REFUSALS.values(), ids=REFUSALS)
@pytest.mark.parametrize("kind", ["Deployment", "ReplicaSet"])
def test_pods_that_cannot_be_created_say_what_stands_in_the_way(message: str, why: str, kind: str) -> None:
    workload, told = refused(message, kind=kind), f"pods cannot be created (FailedCreate): {why}"

    assert Trouble("FailedCreate", told, 30.0) == trouble_of_conditions(workload)
    assert told == health(workload).message


@pytest.mark.parametrize(
    "message",
    ['Pod "web-x" is invalid: spec.containers[0].env[0].value: Invalid value: "hunter2": too long', "hunter2"],
    ids=["a refused value", "an unknown text"],
)
def test_a_refusal_of_unknown_form_is_not_passed_on(message: str) -> None:
    expected = "pods cannot be created (FailedCreate); the events of its ReplicaSet say why"

    found = trouble_of_conditions(refused(message))

    assert found is not None
    assert expected == found.message


def test_pods_that_cannot_be_removed_are_told_as_such() -> None:
    found = trouble_of_conditions(refused("etcd is full", "FailedDelete"))

    assert found is not None
    assert found.message.startswith("pods cannot be removed (FailedDelete)")


LATE = condition("Progressing", "False", "ProgressDeadlineExceeded", "timed out")
LATE_SENTENCE = "the rollout made no progress for 60 s (progressDeadlineSeconds)"


def a_deployment(*conditions: Any, seen: int = 2, **metadata: Any) -> Manifest:
    status = {"observedGeneration": seen, "conditions": list(conditions)}
    return an_object("Deployment", {"progressDeadlineSeconds": 60}, status, **metadata)


def test_a_rollout_past_its_deadline_is_final() -> None:
    assert Trouble("ProgressDeadlineExceeded", LATE_SENTENCE, 0.0) == trouble_of_conditions(a_deployment(LATE))
    assert LATE_SENTENCE == health(a_deployment(LATE)).message


def test_a_rollout_that_a_quota_stopped_names_the_quota_also_when_it_is_late() -> None:
    quota = condition("ReplicaFailure", "True", "FailedCreate", REFUSALS["a quota"][0])

    found = trouble_of_conditions(a_deployment(quota, LATE))

    assert found is not None
    assert "ProgressDeadlineExceeded" == found.reason
    assert f"{LATE_SENTENCE}: pods cannot be created (FailedCreate): {REFUSALS['a quota'][1]}" == found.message


def test_a_job_tells_why_it_failed() -> None:
    failed = condition(
        "Failed", "True", "PodFailurePolicy", "Container app for pod shop/report-x failed with exit code 3"
    )
    job = an_object("Job", {"completions": 1}, {"failed": 1, "conditions": [failed]})
    told = (
        "it failed (PodFailurePolicy): Container app for pod shop/report-x failed with exit code 3; "
        "0 of 1 pods succeeded, 1 failed, 0 active"
    )

    assert Trouble("PodFailurePolicy", told, 0.0) == trouble_of_conditions(job)


NONE = {
    "fine": a_deployment(condition("Progressing", "True", "NewReplicaSetAvailable")),
    "over": a_deployment(condition("ReplicaFailure", "False", "FailedCreate")),
    "of an older change": a_deployment(LATE, seen=1),
    "being deleted": a_deployment(LATE, deletionTimestamp="now"),
    "a running Job": an_object("Job", {}, {"active": 1}),
    "a Pod": an_object("Pod"),
}


@pytest.mark.parametrize("manifest", NONE.values(), ids=NONE)
def test_no_trouble_is_made_up(manifest: Manifest) -> None:
    assert None is trouble_of_conditions(manifest)
