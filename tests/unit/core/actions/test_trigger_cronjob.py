"""
A CronJob's Job that is run now: its name, what it is made of, and when it has settled.
"""

from typing import Any

import pytest

from executor.core.actions import CATALOGUE
from executor.core.errors import Unusable
from executor.core.health import HealthState
from executor.core.model import ABSENT, Manifest
from executor.core.names import is_label
from executor.core.query import Query
from executor.core.target import Target
from tests.objects import a_cron_job, a_job
from tests.rendering import desired, settled

pytestmark = pytest.mark.requirement("ACT-2")

ACTION = CATALOGUE["trigger_cronjob"]
TARGET = Target(kind="CronJob", namespace="shop", name="report")
JOB = Target(kind="Job", namespace="shop", name="report-0123456789")


def a_stored_cron_job(**template: Any) -> Manifest:
    cron_job = a_cron_job(suspend=True)
    cron_job["metadata"]["uid"] = "cron"
    cron_job["spec"]["jobTemplate"]["metadata"] = template
    return cron_job


def test_the_job_has_the_name_of_its_cron_job_and_of_the_step() -> None:
    assert JOB == ACTION.subject(TARGET, "0123456789")


@pytest.mark.parametrize("name", ["a" * 52, "a" * 80, "a" * 51 + ".b", "a.b"])
def test_a_long_name_is_cut_so_that_its_pods_can_carry_it(name: str) -> None:
    job = ACTION.subject(TARGET.model_copy(update={"name": name}), "0123456789")

    assert len(job.name) <= 63
    assert is_label(job.name.replace(".", "-"))


def test_the_job_is_made_of_the_template_as_kubectl_create_job_does() -> None:
    cron_job = a_stored_cron_job(labels={"app": "report"}, annotations={"note": "x"})

    assert {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "labels": {"app": "report"},
            "annotations": {"note": "x", "cronjob.kubernetes.io/instantiate": "manual"},
            "ownerReferences": [
                {"apiVersion": "batch/v1", "kind": "CronJob", "name": "report", "uid": "cron", "controller": True}
            ],
        },
        "spec": cron_job["spec"]["jobTemplate"]["spec"],
    } == desired("trigger_cronjob", ABSENT, related={"cronjob": (cron_job,)})


def test_a_job_that_this_step_made_already_is_as_asked() -> None:
    made = a_job("report-0123456789")

    assert made == desired("trigger_cronjob", made, related={"cronjob": (a_stored_cron_job(),)})


def test_a_cron_job_that_is_not_there_or_goes_is_refused() -> None:
    going = a_stored_cron_job()
    going["metadata"]["deletionTimestamp"] = "2026-11-23T11:24:06Z"

    with pytest.raises(Unusable, match="no such CronJob"):
        desired("trigger_cronjob", ABSENT, related={"cronjob": ()})
    with pytest.raises(Unusable, match="being deleted"):
        desired("trigger_cronjob", ABSENT, related={"cronjob": (going,)})


@pytest.mark.parametrize(
    ("status", "expected", "said"),
    [
        ({"active": 1}, HealthState.IN_PROGRESS, "1 active"),
        ({"conditions": [{"type": "Complete", "status": "True"}], "succeeded": 1}, HealthState.CURRENT, "complete"),
        (
            {"conditions": [{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}]},
            HealthState.FAILED,
            "BackoffLimitExceeded",
        ),
        ({"conditions": [{"type": "Suspended", "status": "True"}]}, HealthState.IN_PROGRESS, "0 active"),
    ],
)
def test_it_has_settled_when_the_job_has_ended(status: dict[str, Any], expected: HealthState, said: str) -> None:
    health = settled("trigger_cronjob", {**a_job(), "status": status}, before=ABSENT)

    assert expected is health.state
    assert said in health.message


def test_the_pods_of_the_job_are_watched_so_that_their_trouble_is_told() -> None:
    selector = {"matchLabels": {"batch.kubernetes.io/job-name": "report-0123456789"}}

    assert {"pods": Query("Pod", "shop", selector=selector)} == ACTION.watches(JOB, ABSENT)
    assert "cannot be undone" in (ACTION.irreversible_because or "")
