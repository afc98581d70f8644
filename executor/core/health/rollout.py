"""
Owns when a rollout has reached every pod, as after a restart.
"""

from collections.abc import Iterable

from executor.core.health.by_kind import health
from executor.core.health.reading import is_being_deleted, number, spec, status, text
from executor.core.health.stateful_set import is_updated_by_hand, not_to_update
from executor.core.health.trouble import is_since
from executor.core.health.values import Health, current, waiting
from executor.core.model import Manifest

_ENDED = ("Succeeded", "Failed")


def rolled_out(live: Manifest, pods: Iterable[Manifest], since: str | None) -> Health:
    """
    Judge a rollout of a Deployment, StatefulSet or DaemonSet: complete, and every pod made at or after `since`.

    `pods` are the workload's. Those that have ended or are being deleted do not count, as for its controller; those
    that a StatefulSet's partition keeps may be older. `since` is as for `trouble.trouble_of`.
    """
    complete = health(live)
    if not complete.is_current:
        return complete
    there = [each for each in pods if not is_being_deleted(each) and text(status(each), "phase") not in _ENDED]
    new, wanted = sum(is_since(each, since) for each in there), _wanted(live)
    kept = 0 if is_updated_by_hand(live) else _kept(live)
    told = f"{new} of {wanted} pods are newer than the change"
    if len(there) - new > kept:
        return waiting(told + _why_old(live))
    if new < wanted - kept:
        # The pods were read before the workload's newest status.
        return waiting(told)
    return current(f"{told}; {complete.message}" if kept else complete.message)


def _wanted(live: Manifest) -> int:
    if text(live, "kind") == "DaemonSet":
        return number(status(live), "desiredNumberScheduled")
    return number(spec(live), "replicas", 1)


def _kept(live: Manifest) -> int:
    return not_to_update(live) if text(live, "kind") == "StatefulSet" else 0


def _why_old(live: Manifest) -> str:
    if not is_updated_by_hand(live):
        return ""
    return ": with the update strategy OnDelete a pod is replaced only when somebody deletes it"
