"""
Owns the action `trigger_cronjob`: run a CronJob's Job now, as `kubectl create job --from` does.
"""

from collections.abc import Mapping

from executor.core.action import Action, After, Permission, Scene
from executor.core.errors import Unusable
from executor.core.facts import FactName
from executor.core.health import Health
from executor.core.health.job import completed, progress, why_failed
from executor.core.health.reading import is_being_deleted
from executor.core.health.values import current, failed, waiting
from executor.core.model import Manifest, Value
from executor.core.query import Query
from executor.core.target import Target

CRON_JOB = "cronjob"
MANUAL = {"cronjob.kubernetes.io/instantiate": "manual"}
JOB_NAME = "batch.kubernetes.io/job-name"

_NAME_LIMIT = 52
"""A CronJob's own limit: with a hyphen and the token a Job's name stays a label value, which its pods carry."""


class Parameters(Value):
    """
    A trigger takes no parameters: the Job is the operator's own template.
    """


def job_of(target: Target, token: str) -> Target:
    """
    Return the Job that the step makes.
    """
    name = target.name[:_NAME_LIMIT].rstrip("-.")
    return Target(kind="Job", namespace=target.namespace, name=f"{name}-{token}")


def _reads(target: Target, _: Manifest) -> Mapping[str, Query]:
    return {CRON_JOB: Query("CronJob", target.namespace, target.name)}


def _desired(scene: Scene, _: Parameters) -> Manifest:
    """
    The owner reference does not block the owner's deletion, which kubectl's does not either.
    """
    if scene.live:
        return scene.live
    found = scene.related.get(CRON_JOB, ())
    if not found:
        raise Unusable("there is no such CronJob")
    cron_job = found[0]
    if is_being_deleted(cron_job):
        raise Unusable("it is being deleted")
    template, metadata = cron_job["spec"]["jobTemplate"], cron_job["metadata"]
    given = template.get("metadata") or {}
    owner = {"apiVersion": "batch/v1", "kind": "CronJob", "name": metadata["name"], "uid": metadata["uid"]}
    labels = {"labels": given["labels"]} if given.get("labels") else {}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            **labels,
            "annotations": {**(given.get("annotations") or {}), **MANUAL},
            "ownerReferences": [{**owner, "controller": True}],
        },
        "spec": template.get("spec") or {},
    }


def _watches(job: Target, _: Manifest) -> Mapping[str, Query]:
    return {"pods": Query("Pod", job.namespace, selector={"matchLabels": {JOB_NAME: job.name}})}


def _settled(after: After) -> Health:
    job = after.live
    if lost := why_failed(job):
        return failed(lost)
    if is_being_deleted(job):
        return failed("it is being deleted")
    done = completed(job)
    return waiting(progress(job)) if done is None else current(done)


ACTION = Action(
    name="trigger_cronjob",
    description=(
        "Run a CronJob's Job once, now: made from its own template, so that nothing runs but what its owner wrote. "
        "Settled when the Job is complete; when it fails, the step fails with its reason."
    ),
    kinds=("CronJob",),
    parameters=Parameters,
    reads=_reads,
    subject=job_of,
    may_be_absent=True,
    desired=_desired,
    watches=_watches,
    settled=_settled,
    permissions=(
        Permission("batch", "cronjobs", ("get",)),
        Permission("batch", "jobs", ("get", "watch", "list", "create")),
        Permission("", "pods", ("get", "watch", "list")),
    ),
    facts=frozenset({FactName.QUOTA}),
    irreversible_because="the Job can be deleted, but what it did cannot be undone",
)
