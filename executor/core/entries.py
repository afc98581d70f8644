"""
Owns setting and unsetting entries of a map of an object: labels, annotations, the data of a ConfigMap.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from executor.core.action import with_value
from executor.core.model import Manifest
from executor.core.paths import MISSING, Path, read

MAX_ENTRIES = 256
"""The most that one step sets, or unsets: more is not a remedy but a migration."""


def with_entries(manifest: Manifest, path: Path, *, put: Mapping[str, Any], drop: Collection[str]) -> Manifest:
    """
    Return a copy of an object with entries of the map at a path set and removed; the others stay as they are.
    """
    found = read(manifest, path)
    present = {} if found is MISSING or found is None else found
    return with_value(manifest, path, {**{key: present[key] for key in present if key not in drop}, **put})


def entry_problems(put: Collection[str], drop: Collection[str]) -> Iterator[tuple[str, str]]:
    """
    Yield what is wrong with what to set and what to unset, taken together: (parameter, sentence).
    """
    if not put and not drop:
        yield "", "must set or unset something"
    if both := sorted(set(put) & set(drop)):
        yield "unset", f"must not name what is set as well: {', '.join(both)}"
