"""
Owns what is said of an object that is being deleted: what its end waits for.

Source: Kubernetes, "Finalizers" and "Garbage Collection".
"""

from executor.core.model import Manifest

_BY_THE_SERVER = {
    "foregroundDeletion": "the objects that it owns to be gone",
    "orphan": "the objects that it owns to be let go",
}


def is_being_deleted(live: Manifest) -> bool:
    """
    Tell if an object is on its way out, which nothing can take back.
    """
    return bool(live) and "deletionTimestamp" in live["metadata"]


def deletion_told(live: Manifest) -> str:
    """
    Return that an object is being deleted, and what it waits for.
    """
    held = live["metadata"].get("finalizers") or []
    waits = [_BY_THE_SERVER.get(each, each) for each in held]
    return "it is being deleted" + (f"; it waits for {', '.join(waits)}" if waits else "")
