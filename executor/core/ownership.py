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


def has_written(manifest: Manifest) -> bool:
    """
    Tell if an object still holds fields that we wrote.
    """
    return any(_is_ours(_key(entry)) for entry in _entries(manifest))


def given_back(snapshot: Manifest, applied: Manifest, live: Manifest, paths: Iterable[Path]) -> list[_Entry] | None:
    """
    Return the entries that give the fields at our paths back to whom the snapshot shows as their owners.

    What our write made ours beside them (an apply also owns what it found as it wants it) we give up as well; what
    others own elsewhere stays as it is now. None means that nothing has to be given back.
    """
    ours = tuple(paths)
    then, gained, now = _by_key(snapshot), _by_key(applied), _by_key(live)
    if () in ours:
        # Of an object that was made anew only the status is another one, and its managers write it themselves.
        then = {key: fields for key, fields in then.items() if key[-1] is None}
    if not then or not now:
        return None
    owned: dict[_Key, set[_Field]] = {}
    for key in (*now, *(key for key in then if key not in now)):
        had, has = then.get(key, frozenset()), now.get(key, frozenset())
        if _is_ours(key):
            gain = gained.get(key, frozenset()) - had
            has = frozenset(each for each in has - gain if not _at(each, ours))
        owned[key] = {*has, *(each for each in had if _at(each, ours))}
    left = {key: fields for key, fields in owned.items() if fields}
    # An empty list would take every field from everybody.
    if not left or left == {key: fields for key, fields in now.items() if fields}:
        return None
    entries = {_key(entry): entry for entry in (*_entries(snapshot), *_entries(live))}
    return [{**entries[key], "fieldsV1": _nested(fields)} for key, fields in left.items()]


def _entries(manifest: Manifest) -> list[_Entry]:
    entries: list[_Entry] = manifest.get("metadata", {}).get("managedFields") or []
    return entries


def _key(entry: _Entry) -> _Key:
    return tuple(entry.get(name) for name in ("manager", "operation", "apiVersion", "subresource"))


def _by_key(manifest: Manifest) -> dict[_Key, frozenset[_Field]]:
    return {_key(entry): _fields(entry) for entry in _entries(manifest)}


def _is_ours(key: _Key) -> bool:
    return bool(key[0] == FIELD_MANAGER)


def _fields(entry: _Entry) -> frozenset[_Field]:
    return frozenset(_leaves((), entry.get("fieldsV1") or {}))


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
    Tell if a field lies at or below one of our paths, or holds it: as the map or item itself (`.`), or as a whole.
    """
    names = field[:-1] if field[-1] == "." else field
    return any(all(map(_same_token, names, path)) for path in paths)


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
