"""
A CronJob of a real cluster that is run now: its Job is complete, or fails and says why.
"""

from typing import Any

import pytest

from executor.core.model import Manifest
from tests.integration.actions.local_stage import Stage
from tests.objects import a_cron_job
from tests.plans import a_plan
from tests.serving import Caller

pytestmark = [pytest.mark.integration, pytest.mark.requirement("ACT-2"), pytest.mark.requirement("DRY-1")]


async def a_report(stage: Stage, **container: Any) -> Manifest:
    """
    Make a suspended CronJob, whose containers are as told.
    """
    made = a_cron_job("report", stage.namespace, suspend=True)
    made["spec"]["jobTemplate"]["spec"]["backoffLimit"] = 0
    made["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0] |= container
    return await stage.put(made)


async def test_its_job_is_made_of_its_template_and_awaited(caller: Caller, stage: Stage) -> None:
    cron_job = await a_report(stage)

    run = await caller.run_of(a_plan(stage.step("trigger_cronjob", stage.target("CronJob", "report"), id="it")))

    assert "succeeded" == run["phase"], run
    (job,) = await stage.all("Job")
    assert job["metadata"]["name"].startswith("report-")
    assert "manual" == job["metadata"]["annotations"]["cronjob.kubernetes.io/instantiate"]
    (owner,) = job["metadata"]["ownerReferences"]
    assert ("CronJob", cron_job["metadata"]["uid"], True) == (owner["kind"], owner["uid"], owner["controller"])
    assert 1 == job["status"]["succeeded"]
    assert "it is complete" in run["steps"][0]["message"]
    assert not run["steps"][0]["reversible"]


@pytest.mark.requirement("GATE-1")
async def test_a_cron_job_of_a_protected_namespace_is_left_alone(
    caller: Caller, stage: Stage, protected: Stage
) -> None:
    await a_report(protected)
    target = protected.target("CronJob", "report")

    run = await caller.run_of(a_plan(stage.step("trigger_cronjob", target, id="it")))
    jobs = await protected.all("Job")
    await protected.gone(target)

    assert "denied" == run["phase"], run
    assert "protected_namespaces" in run["message"]
    assert [] == jobs


@pytest.mark.requirement("VER-1")
async def test_a_job_whose_pod_does_not_start_fails_the_step_within_seconds_and_is_residue(
    caller: Caller, stage: Stage
) -> None:
    await a_report(stage, image="fault.local/image-pull:1")

    run = await caller.run_of(a_plan(stage.step("trigger_cronjob", stage.target("CronJob", "report"), id="it")))

    assert "degraded" == run["phase"], run
    assert "ImagePullBackOff" in run["message"]
    assert ["it"] == [each["step"] for each in run["rollback"]["residue"]]
    assert 1 == len(await stage.all("Job"))


async def test_a_job_that_failed_is_told_by_its_reason(caller: Caller, stage: Stage) -> None:
    """
    Its pods run and do not end, so that its own deadline ends it.
    """
    made = a_cron_job("report", stage.namespace, suspend=True)
    made["spec"]["jobTemplate"]["spec"]["activeDeadlineSeconds"] = 1
    made["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["image"] = "fault.local/never-ready:1"
    await stage.put(made)

    run = await caller.run_of(a_plan(stage.step("trigger_cronjob", stage.target("CronJob", "report"), id="it")))

    assert "degraded" == run["phase"], run
    assert "DeadlineExceeded" in run["message"]


async def test_a_cron_job_that_does_not_exist_is_not_run(caller: Caller, stage: Stage) -> None:
    run = await caller.run_of(a_plan(stage.step("trigger_cronjob", stage.target("CronJob", "nobody"), id="it")))

    assert "failed" == run["phase"], run
    assert "there is no such CronJob" in run["message"]
