"""
Owns telling what the API server fills in by itself from what somebody's admission added.

Into what a request makes anew the server writes its defaults. They are told by their form, since no table of them could
be complete: a scalar or an empty value that stands in a new object, never an entry of a map that people fill, never an
item of a list, never a `true` that is not known to be a default. Whatever else is added was nobody's request.
"""

from executor.core.model import Json, Manifest
from executor.core.paths import MISSING, Path, names_item, read

FILLED_BY_PEOPLE = frozenset(
    {"annotations", "labels", "matchLabels", "nodeSelector", "selector", "env", "envFrom", "data", "stringData"}
    | {"binaryData", "limits", "requests", "command", "args", "capabilities", "tolerations", "finalizers"}
)
"""Maps and lists whose entries are never the server's default."""

_TRUE_BY_DEFAULT = frozenset({"enableServiceLinks", "allocateLoadBalancerNodePorts"})
_LISTS_BY_DEFAULT = frozenset({"clusterIPs", "ipFamilies"})
_JOB_LABELS = frozenset(
    {"controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"}
)
"""The labels by which a Job finds its pods; the server gives them to every Job that is made."""


def is_default(path: Path, value: Json, *, before: Manifest, desired: Manifest) -> bool:
    """
    Tell if a value that was added at a path is the server's default: it stands in something that the request makes.
    """
    if not path or not desired:
        return False
    if path[-1] in _JOB_LABELS and desired.get("kind") == "Job":
        return True
    if any(names_item(token) or token in FILLED_BY_PEOPLE for token in path) or not _plain(path[-1], value):
        return False
    return any(
        read(before, path[:depth]) in (MISSING, {}) and read(desired, path[:depth]) is not MISSING
        for depth in range(len(path))
    )


def holds_with_defaults(asked: Json, found: Json) -> bool:
    """
    Tell if a value is what was asked for, with nothing added but the server's defaults.
    """
    if isinstance(asked, dict) and isinstance(found, dict):
        return all(key in found and holds_with_defaults(value, found[key]) for key, value in asked.items()) and all(
            key in asked or (key not in FILLED_BY_PEOPLE and _plain(key, value)) for key, value in found.items()
        )
    if isinstance(asked, list) and isinstance(found, list):
        return len(asked) == len(found) and all(map(holds_with_defaults, asked, found))
    return asked == found and isinstance(asked, bool) == isinstance(found, bool)


def _plain(key: str, value: Json) -> bool:
    if isinstance(value, dict):
        return all(inner not in FILLED_BY_PEOPLE and _plain(inner, each) for inner, each in value.items())
    if isinstance(value, list):
        return not value or key in _LISTS_BY_DEFAULT
    return value is not True or key in _TRUE_BY_DEFAULT
