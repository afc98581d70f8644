"""
Owns when the expansion of a PersistentVolumeClaim has arrived.

Source: `PersistentVolumeClaimStatus` of kubernetes 1.37, staging/src/k8s.io/api/core/v1/types.go: the conditions, and
`allocatedResourceStatuses`, of which the Infeasible ones are said to be terminal.
"""

from executor.core.health.generic import terminating
from executor.core.health.reading import amount, condition, is_being_deleted, mapping, spec, status, text
from executor.core.health.values import Health, current, failed, waiting
from executor.core.health.wording import because, cut, one_line
from executor.core.model import Manifest

_ERRORS = ("ControllerResizeError", "NodeResizeError")


def claim_resized(claim: Manifest) -> Health:
    """
    Judge an expansion: the capacity is what was asked for, or all is done that can be before a pod is started anew.
    """
    if is_being_deleted(claim):
        return terminating(claim)
    requests, capacity = mapping(spec(claim), "resources", "requests"), mapping(status(claim), "capacity")
    asked, has = (cut(one_line(text(each, "storage"))) for each in (requests, capacity))
    wanted, there = amount(requests.get("storage")), amount(capacity.get("storage"))
    if wanted is not None and there is not None and there >= wanted:
        return current(f"the claim has {has}, {asked} is asked for")
    told = f"the claim has {has or 'no volume yet'}, {asked or 'nothing'} is asked for"
    if error := _error(claim):
        hopeless = text(mapping(status(claim), "allocatedResourceStatuses"), "storage").endswith("Infeasible")
        return (failed if hopeless else waiting)(f"{told}: {error}")
    pending = condition(claim, "FileSystemResizePending")
    if pending and pending.is_true:
        return current(f"{told}; its volume has grown, its file system does when a pod that uses it is started anew")
    return waiting(told)


def _error(claim: Manifest) -> str | None:
    """
    Return what stands in the way, in the storage driver's words.
    """
    for kind in _ERRORS:
        found = condition(claim, kind)
        if found and found.is_true:
            return f"it cannot be expanded{because(kind, found.message)}"
    state = text(mapping(status(claim), "allocatedResourceStatuses"), "storage")
    return f"it cannot be expanded{because(state)}" if state.endswith("Infeasible") else None
