"""
Owns the health of a Job.

Beyond kstatus, which takes a running Job for current: whoever starts one wants to know how it ended.
"""

from executor.core.health.reading import condition, number, spec, status, whole
from executor.core.health.values import Health, current, failed, waiting
from executor.core.health.wording import because, counted
from executor.core.model import Manifest

_ENDS = ("Failed", "FailureTarget")
"""`FailureTarget` is there first, while the pods of a Job that has failed are still being ended."""


def job(manifest: Manifest) -> Health:
    """
    Judge a Job: completed, failed with its reason, suspended when that is asked for, or at work.
    """
    if done := completed(manifest):
        return current(done)
    if lost := why_failed(manifest):
        return failed(lost)
    suspended = condition(manifest, "Suspended")
    if spec(manifest).get("suspend") is True and suspended and suspended.is_true:
        return current(f"it is suspended; {progress(manifest)}")
    return waiting(progress(manifest))


def completed(manifest: Manifest) -> str | None:
    """
    Return the sentence about a Job that has completed, or None.
    """
    complete = condition(manifest, "Complete")
    return f"it is complete; {progress(manifest)}" if complete and complete.is_true else None


def why_failed(manifest: Manifest) -> str | None:
    """
    Return the sentence about a Job that has failed or is about to, or None.
    """
    ends = [each for kind in _ENDS if (each := condition(manifest, kind)) and each.is_true]
    if not ends:
        return None
    return f"it failed{because(ends[0].reason, ends[0].message)}; {progress(manifest)}"


def failure_reason(manifest: Manifest) -> str:
    """
    Return Kubernetes' word for why a Job failed, such as BackoffLimitExceeded.
    """
    ends = [each.reason for kind in _ENDS if (each := condition(manifest, kind)) and each.is_true]
    return next(filter(None, ends), "JobFailed")


def progress(manifest: Manifest) -> str:
    """
    Return how many pods of a Job have succeeded, failed and run now; without completions, one success is enough.
    """
    counts, asked = status(manifest), whole(spec(manifest).get("completions"))
    succeeded = number(counts, "succeeded")
    done = f"{succeeded} of {asked} pods succeeded" if asked is not None else f"{counted(succeeded, 'pod')} succeeded"
    return f"{done}, {number(counts, 'failed')} failed, {number(counts, 'active')} active"
