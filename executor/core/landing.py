"""
Owns the question after a lost answer: did the write land? It is answered from the object as it is now.
"""

from enum import StrEnum
from typing import Any

from executor.core.change import FIELD_MANAGER, Change
from executor.core.diff import diff, still_differs
from executor.core.divergence import with_uid_of
from executor.core.model import Manifest


class Landing(StrEnum):
    """
    What the object shows: the write landed, it did not, or nobody can tell.
    """

    LANDED = "landed"
    NOT_LANDED = "not_landed"
    UNCLEAR = "unclear"


def landing(change: Change, *, before: Manifest, preview: Manifest, live: Manifest) -> Landing:
    """
    Tell from the live object (ABSENT where there is none) if a change that was sent has landed.

    A removal that is not to be seen did not land, for it leaves no object or one that is being deleted. An object that
    should have been made is ours if it holds the preview and our field manager made it.
    """
    if change.removes:
        gone = not live or _uid(live) != _judged_uid(change) or "deletionTimestamp" in live["metadata"]
        return Landing.LANDED if gone else Landing.NOT_LANDED
    if change.creates:
        if not live:
            return Landing.NOT_LANDED
        return Landing.LANDED if _made_by_us(live) and _holds({}, with_uid_of(preview, live), live) else Landing.UNCLEAR
    if not live or _uid(live) != _judged_uid(change):
        return Landing.UNCLEAR
    if not has_moved(change, live):
        return Landing.NOT_LANDED
    return Landing.LANDED if _holds(before, preview, live) else Landing.UNCLEAR


def has_moved(change: Change, live: Manifest) -> bool:
    """
    Tell if a live object is at another version than the one a change was judged on; the same bytes cannot land then.
    """
    bound = change.preconditions
    return bound is not None and bool(live) and live["metadata"]["resourceVersion"] != bound.resource_version


def _holds(before: Manifest, preview: Manifest, live: Manifest) -> bool:
    return not still_differs([each.path for each in diff(before, preview)], preview, live)


def _made_by_us(live: Manifest) -> bool:
    entries: list[dict[str, Any]] = live["metadata"].get("managedFields") or []
    return any(entry.get("manager") == FIELD_MANAGER for entry in entries)


def _uid(live: Manifest) -> Any:
    return live["metadata"]["uid"]


def _judged_uid(change: Change) -> str | None:
    return None if change.preconditions is None else change.preconditions.uid
