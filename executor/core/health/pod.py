"""
Owns the health of a Pod.

Beyond kstatus: a pod that ended without success has failed, which kstatus takes for current. One that cannot be
scheduled is on its way, since only a clock can tell how long that may last (`trouble` names it, and its patience).
"""

from executor.core.health.container_trouble import container_ends, container_troubles
from executor.core.health.reading import condition, holds, items, status, text
from executor.core.health.scheduling import why_unscheduled
from executor.core.health.values import Health, current, failed, waiting
from executor.core.health.wording import because, cut, one_line
from executor.core.model import Manifest


def pod(manifest: Manifest) -> Health:
    """
    Judge a Pod: ready, or ended with success.
    """
    match text(status(manifest), "phase"):
        case "Succeeded":
            return current("the pod has ended with success")
        case "Failed":
            return failed(f"the pod has ended without success{_why_ended(manifest)}")
        case "Running":
            return _running(manifest)
        case "Pending":
            return waiting(why_unscheduled(manifest) or f"the pod is not running yet{_not_ready(manifest)}")
        case _:
            return waiting("the pod's node has not reported yet")


def _running(manifest: Manifest) -> Health:
    if holds(manifest, "Ready"):
        count = len(items(status(manifest), "containerStatuses"))
        return current(f"the pod is ready, {count} of {count} containers are" if count else "the pod is ready")
    crashes = [each for each in container_troubles(manifest) if each.reason == "CrashLoopBackOff"]
    if crashes:
        return failed(crashes[0].message)
    return waiting(f"the pod is running and not ready{_not_ready(manifest)}")


def _why_ended(manifest: Manifest) -> str:
    """
    Return the kubelet's reason (such as Evicted), or else how a container ended.
    """
    found = status(manifest)
    if text(found, "reason"):
        return because(text(found, "reason"), text(found, "message"))
    ends = [f": container {name} {end}" for name, end in container_ends(manifest)]
    return ends[0] if ends else ""


def _not_ready(manifest: Manifest) -> str:
    found = items(status(manifest), "containerStatuses")
    late = [text(each, "name") for each in found if each.get("ready") is not True]
    if late:
        names = cut(one_line(", ".join(late)))
        return f": {len(found) - len(late)} of {len(found)} containers are ready, it waits for {names}"
    ready = condition(manifest, "Ready")
    return because(ready.reason, ready.message) if ready else ""
