"""
Owns reading out of an object whose status anybody may have written: what is not of the expected type is not there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from executor.core.model import Json, Manifest
from executor.core.quantity import quantity

_NOTHING: Mapping[str, Any] = {}
_INT64 = 2**63
_INT64_DIGITS = 19


@dataclass(frozen=True, slots=True)
class Condition:
    """
    One condition of a status; `generation` is the one it was made for, None where it does not say.
    """

    kind: str
    status: str
    reason: str
    message: str
    generation: int | None

    @property
    def is_true(self) -> bool:
        """
        Tell if it holds.
        """
        return self.status == "True"

    @property
    def is_false(self) -> bool:
        """
        Tell if it is known not to hold, which Unknown is not.
        """
        return self.status == "False"


def mapping(value: Json, *path: str) -> Mapping[str, Any]:
    """
    Return the object at a path, empty where there is none.
    """
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else _NOTHING


def items(parent: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
    """
    Return the objects of a list.
    """
    found = parent.get(key)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def text(parent: Mapping[str, Any], key: str) -> str:
    """
    Return a text, empty where there is none.
    """
    found = parent.get(key)
    return found if isinstance(found, str) else ""


def number(parent: Mapping[str, Any], key: str, default: int = 0) -> int:
    """
    Return a whole number; the API server leaves out a zero.
    """
    found = whole(parent.get(key))
    return default if found is None else found


def whole(value: Json) -> int | None:
    """
    Return a whole number, or None for anything else; a boolean is none, and so is what no int64 holds.
    """
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _INT64 else None


def amount(value: Json) -> Decimal | None:
    """
    Return a Kubernetes quantity as a number, or None where there is none.
    """
    try:
        return quantity(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None
    except ValueError:
        return None


def metadata(manifest: Manifest) -> Mapping[str, Any]:
    """
    Return an object's metadata.
    """
    return mapping(manifest, "metadata")


def spec(manifest: Manifest) -> Mapping[str, Any]:
    """
    Return what is asked for.
    """
    return mapping(manifest, "spec")


def status(manifest: Manifest) -> Mapping[str, Any]:
    """
    Return what is reported.
    """
    return mapping(manifest, "status")


def conditions(manifest: Manifest) -> Sequence[Condition]:
    """
    Return the conditions of a status, in their order.
    """
    return [
        Condition(
            kind=text(each, "type"),
            status=text(each, "status"),
            reason=text(each, "reason"),
            message=text(each, "message"),
            generation=whole(each.get("observedGeneration")),
        )
        for each in items(status(manifest), "conditions")
    ]


def condition(manifest: Manifest, kind: str) -> Condition | None:
    """
    Return one condition, or None where it is not reported.
    """
    return next((each for each in conditions(manifest) if each.kind == kind), None)


def holds(manifest: Manifest, kind: str) -> bool:
    """
    Tell if a condition is reported as true.
    """
    return any(each.is_true for each in conditions(manifest) if each.kind == kind)


def is_being_deleted(manifest: Manifest) -> bool:
    """
    Tell if an object is on its way out.
    """
    return metadata(manifest).get("deletionTimestamp") is not None


def generation(manifest: Manifest) -> int | None:
    """
    Return the generation of the spec; kinds that count none have None.
    """
    return whole(metadata(manifest).get("generation"))


def observed_generation(manifest: Manifest) -> int | None:
    """
    Return the generation that the status is about, or None where it does not say.

    Some controllers (Argo Rollouts) write it as text.
    """
    found = status(manifest).get("observedGeneration")
    if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) <= _INT64_DIGITS:
        return whole(int(found))
    return whole(found)


def is_behind(manifest: Manifest, *, always_says: bool = False) -> bool:
    """
    Tell if the status is about another generation than the spec's, so that it says nothing.

    Where one of the two is not known it cannot be told; that counts as behind for a kind whose status `always_says`.
    """
    wanted, seen = generation(manifest), observed_generation(manifest)
    if wanted is None or seen is None:
        return always_says
    return seen != wanted
