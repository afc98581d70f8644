"""
Owns who owns which fields of the fake's objects: `metadata.managedFields`, as the API server keeps them.

A field is a path of the core; an item of a named list is itself a field (`.`), other lists are one. What the API server
knows from schemas (maps and lists owned as a whole, other list keys) is not modelled.
Format: Kubernetes, "Server-Side Apply", FieldsV1.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from executor.core.model import Json, Manifest
from executor.core.paths import MISSING, Path, keyed, names_item, read

ITSELF = "."
_OWNABLE = frozenset({"labels", "annotations", "finalizers", "ownerReferences"})
"""What of the metadata has owners."""

_FOREIGN = frozenset({"k:", "v:", "i:"})

Operation = Literal["Apply", "Update"]
Entry = dict[str, Any]


def fields_of(manifest: Manifest) -> set[Path]:
    """
    Return every field of an object that can have an owner.
    """
    document = {key: value for key, value in manifest.items() if key not in {"apiVersion", "kind", "status"}}
    metadata = document.get("metadata") or {}
    document["metadata"] = {key: value for key, value in metadata.items() if key in _OWNABLE}
    return {path for path in _leaves((), document) if path != ("metadata",)}


def value_at(manifest: Manifest, field: Path) -> Json:
    """
    Return what a field holds; an item as such holds nothing of its own, so it is only there or MISSING.
    """
    if field[-1] == ITSELF:
        return MISSING if read(manifest, field[:-1]) is MISSING else {}
    return read(manifest, field)


def after_update(
    before: Manifest, after: Manifest, *, manager: str, time: str, subresource: str | None = None
) -> list[Entry]:
    """
    Return the entries after an update: what it changed belongs to its manager alone, what it removed to nobody.
    """
    changed = {field for field in fields_of(after) if value_at(before, field) != value_at(after, field)}
    entries = []
    for entry in entries_of(before):
        kept = {field for field in owned(entry) if _is_there(after, field)}
        if not _is(entry, manager, "Update", subresource):
            kept -= changed
        entries.append(with_fields(entry, kept))
    return _joined(entries, after, changed, manager=manager, operation="Update", time=time, subresource=subresource)


def after_apply(before: Manifest, after: Manifest, applied: set[Path], *, manager: str, time: str) -> list[Entry]:
    """
    Return the entries after a server-side apply: its manager owns what it applied, and nothing else by applying.
    """
    entries = [
        with_fields(
            entry,
            {
                field
                for field in owned(entry)
                if _is_there(after, field) and (field in applied or not _is(entry, manager, "Apply", None))
            },
        )
        for entry in entries_of(before)
    ]
    return _joined(entries, after, applied, manager=manager, operation="Apply", time=time, subresource=None)


def foreign_owners(manifest: Manifest, field: Path, *, manager: str) -> list[str]:
    """
    Return the managers who own a field, except by the applies of one of them.
    """
    return [
        entry["manager"]
        for entry in entries_of(manifest)
        if not _is(entry, manager, "Apply", None) and field in owned(entry)
    ]


def applied_by(manifest: Manifest, manager: str) -> set[Path]:
    """
    Return the fields that a manager has applied.
    """
    return {field for entry in entries_of(manifest) if _is(entry, manager, "Apply", None) for field in owned(entry)}


def owned(entry: Entry) -> set[Path]:
    """
    Return the fields of an entry.
    """
    return set(_decoded((), entry["fieldsV1"]))


def entries_of(manifest: Manifest) -> list[Entry]:
    """
    Return an object's entries.
    """
    return manifest.get("metadata", {}).get("managedFields") or []


def with_fields(entry: Entry, fields: Iterable[Path]) -> Entry:
    """
    Return an entry that owns these fields.
    """
    root: dict[str, Any] = {}
    for field in sorted(fields):
        node = root
        for token in field:
            node = node.setdefault(_encoded(token), {})
    return {**entry, "fieldsV1": root}


def _joined(
    entries: list[Entry],
    after: Manifest,
    fields: set[Path],
    *,
    manager: str,
    operation: Operation,
    time: str,
    subresource: str | None,
) -> list[Entry]:
    before = next((entry for entry in entries if _is(entry, manager, operation, subresource)), None)
    entries = [entry for entry in entries if entry["fieldsV1"]]
    if before is not None and fields <= owned(before):
        return entries
    if not fields:
        return entries
    ours: Entry = {
        "manager": manager,
        "operation": operation,
        "apiVersion": after["apiVersion"],
        "time": time,
        "fieldsType": "FieldsV1",
        "fieldsV1": {},
        **({"subresource": subresource} if subresource else {}),
    }
    rest = [entry for entry in entries if entry is not before]
    return [*rest, with_fields(ours, fields | (owned(before) if before else set()))]


def _is_there(manifest: Manifest, field: Path) -> bool:
    """
    Tell if a field is in an object; what the fake cannot address (`k:` by another key, `v:`, `i:`) is taken to be.
    """
    return any(token[:2] in _FOREIGN for token in field) or value_at(manifest, field) is not MISSING


def _is(entry: Entry, manager: str, operation: Operation, subresource: str | None) -> bool:
    found = (entry["manager"], entry["operation"], entry.get("subresource"))
    return found == (manager, operation, subresource)


def _leaves(at: Path, value: Json) -> Iterator[Path]:
    items = keyed(value) if isinstance(value, list) else None
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves((*at, key), inner)
    elif items:
        for token, item in items.items():
            yield (*at, token, ITSELF)
            yield from _leaves((*at, token), item)
    else:
        yield at


def _encoded(token: str) -> str:
    if token == ITSELF or token[:2] in _FOREIGN:
        return token
    if names_item(token):
        keys = dict(pair.split("=", 1) for pair in token[1:-1].split(","))
        return "k:" + json.dumps(keys, separators=(",", ":"))
    return f"f:{token}"


def _decoded(at: Path, node: dict[str, Any]) -> Iterator[Path]:
    for name, inner in node.items():
        path = (*at, _token(name))
        if inner:
            yield from _decoded(path, inner)
        else:
            yield path


def _token(name: str) -> str:
    if name.startswith("f:"):
        return name[2:]
    keys = json.loads(name[2:]) if name.startswith("k:") else {}
    token = "[" + ",".join(f"{key}={value}" for key, value in keys.items()) + "]"
    return token if names_item(token) else name
