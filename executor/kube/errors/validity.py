"""
Owns what an invalid change is told: the fields, never the object, which the server's own message may hold.
"""

import re
from functools import partial

from executor.core.errors import ChangeInvalid, ClusterError, ImmutableField, UnsupportedPatch
from executor.kube.attempt import Attempt
from executor.kube.errors.explained import Explained
from executor.kube.refusal import Cause, Refusal

UID = "metadata.uid"

_FIELD = re.compile(r"[A-Za-z0-9_./\[\]-]{1,253}\Z")
_IMMUTABLE = re.compile(
    r"(?:\A|: )(?:"
    r"field is immutable(?:\Z| |,)|[a-zA-Z.]+ is immutable(?:\Z| after creation)|may not change once set\Z"
    r"|may not be (?:changed|updated)\b|updates to [a-zA-Z]+(?: spec for fields other than .*)? are forbidden"
    r"|pod updates may not change fields other than "
    r")"
)


def is_recreated(refusal: Refusal) -> bool:
    """
    Tell if a patch named the uid of another object, which is how it is bound to the judged one.
    """
    return any(cause.field == UID for cause in refusal.causes)


def is_immutable(refusal: Refusal) -> bool:
    """
    Tell if a field was to change that cannot.
    """
    return bool(_fields(refusal, only=_IMMUTABLE))


def immutable(_: Attempt, refusal: Refusal) -> Explained:
    """
    Explain fields that are fixed, and tell what else is invalid.
    """
    fixed = _fields(refusal, only=_IMMUTABLE)
    others = [field for field in _fields(refusal) if field not in fixed]
    also = f"; also invalid at {', '.join(others)}" if others else ""
    # For pods, claims and stateful sets the server names the whole spec, most of which is fixed.
    part = " in the part that this change is about" if "spec" in fixed else ""
    return Explained(
        partial(ImmutableField, fields=fixed),
        f"{', '.join(fixed)} cannot be changed once the object exists{part}{also}",
        "Leave it as it is, or make the object anew",
    )


def invalid(_: Attempt, refusal: Refusal) -> Explained:
    """
    Explain a change that the API server finds invalid, by its fields.
    """
    fields = _fields(refusal)
    why = f"invalid at {', '.join(fields)}" if fields else "the API server finds the change invalid and names no field"
    return Explained(partial(ChangeInvalid, fields=fields), why, "Correct the step's parameters")


def too_large(_: Attempt, __: Refusal) -> Explained:
    """
    Explain a 413.
    """
    return Explained(ChangeInvalid, "it is larger than the API server takes", "Make the change smaller")


def unsupported_patch(attempt: Attempt, _: Refusal) -> Explained:
    """
    Explain a 415.
    """
    why = f"the API server does not take this form of patch for {attempt.kind or 'this'}"
    remedy = "Use a merge or JSON patch: custom resources know no strategic merge patch"
    return Explained(UnsupportedPatch, why, remedy)


def unexpected(attempt: Attempt, refusal: Refusal) -> Explained:
    """
    Explain whatever has no row of its own.
    """
    if not attempt.looks:
        return invalid(attempt, refusal)
    why = "an answer the executor does not understand"
    return Explained(ClusterError, why, "Check that the address is an API server's")


def _fields(refusal: Refusal, *, only: re.Pattern[str] | None = None) -> tuple[str, ...]:
    def wanted(cause: Cause) -> bool:
        return _FIELD.match(cause.field) is not None and (only is None or only.search(cause.message) is not None)

    return tuple(sorted({cause.field for cause in refusal.causes if wanted(cause)} - {"patch"}))
