"""
Owns telling what the API server fills in by itself from what somebody's admission added.

Into what a request makes anew the server writes its defaults. They are told by their form, since no table of them could
be complete: a scalar or an empty value that stands in something new, never an entry of a map that people fill, never an
item of a list, never whom a pod runs as or where, never a `true` that is not known to be a default. Quantities are
spelled its own way. Whatever else is added was nobody's request.
"""

from collections.abc import Mapping

from executor.core.model import Json, Manifest
from executor.core.paths import MISSING, Path, names_item, read
from executor.core.quantity import quantity

FILLED_BY_PEOPLE = frozenset(
    {"annotations", "labels", "matchLabels", "nodeSelector", "selector", "env", "envFrom", "data", "stringData"}
    | {"binaryData", "limits", "requests", "command", "args", "capabilities", "tolerations", "finalizers"}
)
"""Maps and lists whose entries are never the server's default."""

_AMOUNTS = frozenset({"limits", "requests", "hard", "capacity", "overhead", "sizeLimit", "divisor", "averageValue"})
"""Where quantities stand: `0.5` comes back as `500m`."""

_NEVER_BY_DEFAULT = frozenset({"serviceAccountName", "nodeName", "priorityClassName", "runtimeClassName"})
_TRUE_BY_DEFAULT = frozenset({"enableServiceLinks", "allocateLoadBalancerNodePorts"})
_LISTS_BY_DEFAULT = frozenset({"clusterIPs", "ipFamilies", "policyTypes"})
_JOB_LABELS = frozenset(
    {"controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"}
)
"""The labels by which a Job finds its pods; the server gives them to every Job that is made."""

_GIVEN: Mapping[tuple[str, Path], Json] = {
    ("Namespace", ("spec", "finalizers")): ["kubernetes"],
    ("PersistentVolume", ("metadata", "finalizers")): ["kubernetes.io/pv-protection"],
    ("PersistentVolumeClaim", ("metadata", "finalizers")): ["kubernetes.io/pvc-protection"],
    ("HorizontalPodAutoscaler", ("spec", "metrics")): [
        {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}}
    ],
}
"""What the server gives to every object of a kind that is made without."""

_NAME_LABEL = ("metadata", "labels", "kubernetes.io/metadata.name")
_TWINS = {"serviceAccount": "serviceAccountName", "serviceAccountName": "serviceAccount"}
"""One field under two names; the server keeps both alike."""


def is_default(path: Path, value: Json, *, before: Manifest, desired: Manifest) -> bool:
    """
    Tell if a value that was added at a path is the server's default: it stands in something that the request makes.
    """
    if not path or not desired or read(desired, path) is not MISSING:
        # What was asked for at the very path is no default: admission made something else of it.
        return False
    if _is_given(path, value, before=before, desired=desired):
        return True
    if not _is_open(path, desired) or not _plain(path[-1], value):
        return False
    return any(
        read(before, path[:depth]) in (MISSING, {}) and read(desired, path[:depth]) is not MISSING
        for depth in range(len(path))
    )


def is_twin(path: Path, value: Json, *, desired: Manifest) -> bool:
    """
    Tell if a value is there because the request sets the same field under its other name.
    """
    twin = _TWINS.get(path[-1]) if path and isinstance(value, str) and value else None
    return twin is not None and bool(value == read(desired, (*path[:-1], twin)))


def holds_with_defaults(asked: Json, found: Json, *, amount: bool = False) -> bool:
    """
    Tell if a value is what was asked for, with nothing added but the server's defaults.

    `amount` says that quantities stand there.
    """
    if isinstance(asked, dict) and isinstance(found, dict):
        return all(
            key in found and holds_with_defaults(value, found[key], amount=amount or key in _AMOUNTS)
            for key, value in asked.items()
        ) and all(key in asked or (_may_be_default(key) and _plain(key, value)) for key, value in found.items())
    if isinstance(asked, list) and isinstance(found, list):
        return len(asked) == len(found) and all(
            holds_with_defaults(one, other, amount=amount) for one, other in zip(asked, found, strict=True)
        )
    if isinstance(asked, bool) or isinstance(found, bool):
        return asked is found
    return asked == found or (amount and _is_same_amount(asked, found))


def grown_with_defaults(before: Json, asked: Json, found: Json) -> bool:
    """
    Tell if a list is as asked for, with defaults in those of its items that were not there before.
    """
    if not all(isinstance(each, list) for each in (before, asked, found)) or len(asked) != len(found):
        return False
    return all(
        one == other or (one not in before and holds_with_defaults(one, other))
        for one, other in zip(asked, found, strict=True)
    )


def same_amount_at(path: Path, asked: Json, found: Json) -> bool:
    """
    Tell if two values at a path where quantities stand are the same amount.
    """
    return not _AMOUNTS.isdisjoint(path) and _is_same_amount(asked, found)


def _is_given(path: Path, value: Json, *, before: Manifest, desired: Manifest) -> bool:
    kind = desired.get("kind")
    if kind == "Job" and path[-1] in _JOB_LABELS:
        return True
    if before:
        return False
    if kind == "Namespace" and path == _NAME_LABEL:
        return bool(value == read(desired, ("metadata", "name")))
    return isinstance(kind, str) and value is not MISSING and value == _GIVEN.get((kind, path), MISSING)


def _is_open(path: Path, desired: Manifest) -> bool:
    """
    Tell if defaults may stand at a path: every item on it is one that was asked for, and no map on it is people's own.
    """
    for depth, token in enumerate(path, start=1):
        if names_item(token):
            if read(desired, path[:depth]) is MISSING:
                return False
        elif token in FILLED_BY_PEOPLE and not any(map(names_item, path[depth : depth + 1])):
            return False
    return path[-1] not in _NEVER_BY_DEFAULT


def _may_be_default(key: str) -> bool:
    return key not in FILLED_BY_PEOPLE and key not in _NEVER_BY_DEFAULT


def _is_same_amount(asked: Json, found: Json) -> bool:
    if isinstance(asked, bool) or not isinstance(asked, str | int | float) or not isinstance(found, str):
        return False
    try:
        return quantity(str(asked)) == quantity(found)
    except ValueError:
        return False


def _plain(key: str, value: Json) -> bool:
    if isinstance(value, dict):
        return all(_may_be_default(inner) and _plain(inner, each) for inner, each in value.items())
    if isinstance(value, list):
        return not value or key in _LISTS_BY_DEFAULT
    return value is not True or key in _TRUE_BY_DEFAULT
