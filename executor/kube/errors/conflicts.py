"""
Owns what a conflict is about: a version, a uid, a name that is taken, or fields that others own.

They share the status 409 and are told apart by the Status' reason, its causes and words:
https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts
"""

import re
from functools import partial

from executor.core.errors import AlreadyExists, FieldConflict, FieldOwner, TargetGone, TargetMoved, TargetNotFound
from executor.kube.attempt import Attempt
from executor.kube.errors.explained import Explained
from executor.kube.refusal import Cause, Refusal

FIELD_MANAGER_CONFLICT = "FieldManagerConflict"
ALREADY_EXISTS = "AlreadyExists"
OTHER_UID = re.compile(r": the UID in the precondition \(|: Precondition failed: UID in precondition: ")
NO_SUCH_UID = re.compile(
    r": uid mismatch: the provided object specified uid [0-9A-Za-z-]{1,64}, and no existing object"
)
DOES_NOT_FIT = re.compile(r"\Athe server rejected our request due to an error in our request\Z")
"""
What the API server says of a JSON Patch of which an operation cannot be done; it looks before it compares versions.

A patch of ours is made of the very object it is for, so an operation that cannot be done tells that the object moved: a
controller took an item out of the list that it points into, for one.
"""

MAX_PATHS = 10
"""How many paths of one manager a message names; the error carries all of them."""

_MAX_CHARACTERS = 253
_BEING_DELETED = re.compile(r"\Aobject is being deleted: ")
_MANAGER = re.compile(r'\Aconflict with "((?:[^"\\]|\\.)*)"(?: with subresource "([a-z0-9/-]{1,63})")?')
_LIST_VALUE = re.compile(r'\[=(?:"(?:[^"\\]|\\.)*"|[^\]]*)\]')


def moved(_: Attempt, __: Refusal) -> Explained:
    """
    Explain another version than the one that was judged.
    """
    return Explained(TargetMoved, "it changed since it was judged, nothing was written", "Judge it again")


def recreated(_: Attempt, __: Refusal) -> Explained:
    """
    Explain another uid than the one that was judged.
    """
    why = "it was deleted and another object has its name now"
    return Explained(TargetGone, why, "Submit the plan again if it still applies")


def deleted(_: Attempt, __: Refusal) -> Explained:
    """
    Explain an apply to a uid that no object has any more.
    """
    why = "it was deleted since it was judged, nothing was written"
    return Explained(TargetNotFound, why, "Submit the plan again if it still applies")


def already_exists(_: Attempt, refusal: Refusal) -> Explained:
    """
    Explain a name that is taken.
    """
    if _BEING_DELETED.match(refusal.message):
        why = "an object of this name is still being deleted, nothing was written"
        return Explained(AlreadyExists, why, "Try again when it is gone")
    why = "an object of this name exists already, nothing was written"
    return Explained(AlreadyExists, why, "Change that one, or choose another name")


def field_conflict(_: Attempt, refusal: Refusal) -> Explained:
    """
    Explain a server-side apply that met fields of other managers: which fields, of whom.
    """
    paths: dict[str, list[str]] = {}
    for cause in refusal.causes:
        if cause.reason == FIELD_MANAGER_CONFLICT:
            paths.setdefault(_manager(cause), []).append(_path(cause.field))
    owners = tuple(FieldOwner(manager, tuple(sorted(paths[manager]))) for manager in sorted(paths))
    return Explained(
        partial(FieldConflict, owners=owners),
        "; ".join(map(_owned, owners)) + "; nothing was forced or written",
        "Leave these fields out, or have them changed where that manager takes them from",
    )


def _owned(owner: FieldOwner) -> str:
    shown = ", ".join(owner.paths[:MAX_PATHS])
    more = len(owner.paths) - MAX_PATHS
    verb = "is" if len(owner.paths) == 1 else "are"
    return f'{shown}{f" and {more} more" if more > 0 else ""} {verb} owned by field manager "{owner.manager}"'


def _manager(cause: Cause) -> str:
    """
    Return the name of a field manager, and the subresource it writes through: `autoscaler (scale)`.
    """
    named = _MANAGER.match(cause.message)
    if named is None:
        return "unknown"
    name = "".join(each for each in named[1][:_MAX_CHARACTERS] if each.isprintable())
    return f"{name} ({named[2]})" if named[2] else name


def _path(field: str) -> str:
    """
    Return the path as the server spells it, without the items of a list of plain values: those are values.
    """
    masked = _LIST_VALUE.sub("[…]", field)
    return "".join(each for each in masked[:_MAX_CHARACTERS] if each.isprintable())
