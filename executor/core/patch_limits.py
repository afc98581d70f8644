"""
Owns what no patch of a caller may do, whatever the policy says: touch the status or what is the server's, be too large.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from executor.core.model import Json

MAX_BYTES = 64 * 1024

IDENTITY = ("apiVersion", "kind")
SERVERS = ("uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "name", "namespace")
"""What below `metadata` is the server's or names the object; with `status`, no patch of ours touches it."""

_REFUSED = (
    "must not touch status, apiVersion, kind, or what is the server's in metadata "
    f"({', '.join(SERVERS)}), nor metadata as a whole"
)
_OPERATIONS = {"add": "value", "replace": "value", "test": "value", "move": "from", "copy": "from", "remove": "path"}
"""Each operation of RFC 6902, and what it needs beside its path."""


def too_large(patch: Json) -> bool:
    """
    Tell if a patch is more than 64 KiB of JSON without spaces.
    """
    text = json.dumps(patch, ensure_ascii=False, separators=(",", ":"))
    # JSON can spell a lone surrogate, which strict UTF-8 cannot.
    return len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES


def merge_problems(patch: Json) -> Iterator[str]:
    """
    Yield what is wrong with a merge or strategic merge patch.

    A directive (`$patch`) for the whole object or its metadata would touch what is the server's.
    """
    if not isinstance(patch, dict) or not patch:
        yield "must be an object with at least one key"
        return
    metadata = patch.get("metadata", {})
    within = [(key,) for key in patch if key != "metadata"]
    if not isinstance(metadata, dict) or any(
        _is_not_ours(path) or path[-1].startswith("$") for path in [*within, *(("metadata", key) for key in metadata)]
    ):
        yield _REFUSED


def operation_problems(patch: Json) -> Iterator[str]:
    """
    Yield what is wrong with the operations of a JSON Patch, each by its number.
    """
    if not isinstance(patch, list) or not patch or not all(isinstance(each, dict) for each in patch):
        yield "must be a list with at least one operation"
        return
    for number, operation in enumerate(patch):
        if problem := _problem_of(operation):
            yield f"operation {number} {problem}"


def _problem_of(operation: dict[str, Any]) -> str | None:
    op = operation.get("op")
    if not isinstance(op, str) or op not in _OPERATIONS:
        return "must have op add, remove, replace, move, copy or test"
    if _OPERATIONS[op] not in operation:
        return f"must have a {_OPERATIONS[op]}"
    places = [operation.get("path"), *([operation["from"]] if "from" in operation else [])]
    if not all(isinstance(place, str) and place.startswith("/") for place in places):
        return "must have JSON Pointers below the whole object"
    if any(_is_not_ours(place.split("/")[1:]) for place in places):
        return _REFUSED
    return None


def _is_not_ours(path: Sequence[str]) -> bool:
    """
    Tell if a path is out of reach. No name of such a place holds a character that a pointer would escape.
    """
    head, *rest = path
    return head in {"status", *IDENTITY} or (head == "metadata" and (not rest or rest[0] in SERVERS))
