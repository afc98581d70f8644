"""
Owns when a Job or CronJob has been suspended or resumed, whichever its spec asks for.
"""

from executor.core.health.cron_job import cron_job
from executor.core.health.generic import terminating
from executor.core.health.job import completed, progress, why_failed
from executor.core.health.reading import condition, is_being_deleted, number, spec, status, text
from executor.core.health.values import Health, current, waiting
from executor.core.model import Manifest


def suspended(live: Manifest) -> Health:
    """
    Judge a suspension or its end: a Job has no pod left, or is started; a CronJob needs no more than the value.

    For a Job that has ended there is nothing to suspend or to resume, and nothing to wait for.
    """
    if is_being_deleted(live):
        return terminating(live)
    if text(live, "kind") == "CronJob":
        return cron_job(live)
    if ended := completed(live) or why_failed(live):
        return current(f"the Job has ended, so nothing of it is held back or started: {ended}")
    wanted, reported = spec(live).get("suspend") is True, condition(live, "Suspended")
    is_suspended = reported is not None and reported.is_true
    if wanted and is_suspended and not number(status(live), "active"):
        return current(f"it is suspended; {progress(live)}")
    if wanted:
        return waiting(f"it is about to be suspended; {progress(live)}")
    if not is_suspended and text(status(live), "startTime"):
        return current(f"it runs; {progress(live)}")
    return waiting(f"it is about to be started; {progress(live)}")
