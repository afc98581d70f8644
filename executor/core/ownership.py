"""
Owns what `metadata.managedFields` says of an object: when we wrote it, and who owned the fields that we changed.

A change of ours takes its fields away from the manager that had them, and writing the old values back leaves them with
us. A second write that replaces nothing but `metadata.managedFields` gives them back; the object's generation stays.
Format: Kubernetes, "Server-Side Apply", FieldsV1 (`f:<key>`, `k:{"name":"app"}`, `.` for the item itself).
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from executor.core.change import FIELD_MANAGER
from executor.core.model import Manifest
from executor.core.paths import MERGE_KEY, Path, names_item

_Field = tuple[str, ...]
_Entry = dict[str, Any]
_Key = tuple[Any, ...]


def written_at(manifest: Manifest) -> str | None:
    """
    Return the API server's time of our last write to an object (RFC 3339, whole seconds), or None where it has none.
    """
    times = [entry["time"] for entry in _entries(manifest) if entry.get("manager") == FIELD_MANAGER and "time" in entry]
    return max(times, default=None)


def given_back(snapshot: Manifest, live: Manifest, paths: Iterable[Path]) -> list[_Entry] | None:
    """
    Return the entries that give the fields at our paths back to whom the snapshot shows as their owners.

    What others own elsewhere stays as it is now. None means that nothing has to be given back.
    """
    ours = tuple(paths)
    then = {_key(entry): entry for entry in _entries(snapshot)}
    now = {_key(entry): entry for entry in _entries(live)}
    if not then or not now:
        return None
    entries: list[_Entry] = []
    for key in (*now, *(key for key in then if key not in now)):
        owned_then = {each for each in _fields(then[key]) if _at(each, ours)} if key in then else set()
        owned_now = _fields(now[key]) if key in now else set()
        if _is_ours(key):
            owned_now = {each for each in owned_now if not _at(each, ours)}
        if owned := owned_now | owned_then:
            entries.append({**(now.get(key) or then[key]), "fieldsV1": _nested(owned)})
    unchanged = {_key(each): _fields(each) for each in entries} == {key: _fields(each) for key, each in now.items()}
    return None if unchanged else entries


def _entries(manifest: Manifest) -> list[_Entry]:
    return manifest.get("metadata", {}).get("managedFields") or []


def _key(entry: _Entry) -> _Key:
    return tuple(entry.get(name) for name in ("manager", "operation", "apiVersion", "subresource"))


def _is_ours(key: _Key) -> bool:
    return key[:2] == (FIELD_MANAGER, "Update")


def _fields(entry: _Entry) -> set[_Field]:
    return set(_leaves((), entry.get("fieldsV1") or {}))


def _leaves(at: _Field, node: dict[str, Any]) -> Iterator[_Field]:
    for name, inner in node.items():
        if inner:
            yield from _leaves((*at, name), inner)
        else:
            yield (*at, name)


def _nested(fields: Iterable[_Field]) -> dict[str, Any]:
    root: dict[str, Any] = {}
    for field in sorted(fields):
        node = root
        for name in field:
            node = node.setdefault(name, {})
    return root


def _at(field: _Field, paths: tuple[Path, ...]) -> bool:
    """
    Tell if a field lies at, below, or as the holder itself (`.`) above one of our paths.
    """
    return any(_matches(field, path) for path in paths)


def _matches(field: _Field, path: Path) -> bool:
    if field[-1] == "." and len(field) - 1 <= len(path):
        return all(map(_same_token, field[:-1], path))
    return len(field) >= len(path) and all(map(_same_token, field, path))


def _same_token(name: str, token: str) -> bool:
    """
    Compare a FieldsV1 name with a token of ours; an item without `name` among its keys may be the one that is meant.
    """
    if not names_item(token):
        return name == f"f:{token}"
    if not name.startswith("k:"):
        return False
    keys: dict[str, str] = json.loads(name[2:])
    return MERGE_KEY not in keys or f"[{MERGE_KEY}={keys[MERGE_KEY]}]" == token
