"""
Owns the fact `managers`: who owns the fields that a step changes, by `metadata.managedFields`.

Source: "Server-Side Apply" of the Kubernetes documentation. The keys of FieldsV1 are those of structured-merge-diff
(`fieldpath/serialize-pe.go`): `f:` a field, `k:` an item by its keys, `v:` one by its value, `i:` one by its position,
`.` the thing itself.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic import Field

from executor.core.model import Json, Manifest, Value
from executor.core.paths import MISSING, Path, keyed


class ManagerFact(Value):
    """
    One entry of the managed fields that owns something of what is changed.
    """

    manager: str
    operation: str = Field(description="Apply or Update")
    subresource: str | None
    paths: list[str] = Field(description="what it owns of the changed fields: JSON Pointers into `before`")


def managers_of(live: Manifest, changed: Iterable[Path]) -> list[ManagerFact]:
    """
    Return who owns a live object's fields at, below or around the changed paths.

    Around: a map or list that is owned as a whole. An entry that owns nothing of the changed paths is left out.
    """
    wanted = tuple(changed)
    facts = []
    for entry in live.get("metadata", {}).get("managedFields") or []:
        paths = list(_owned(entry.get("fieldsV1") or {}, live, (), "", wanted))
        if paths:
            facts.append(
                ManagerFact(
                    manager=entry.get("manager", ""),
                    operation=entry.get("operation", ""),
                    subresource=entry.get("subresource") or None,
                    paths=paths,
                )
            )
    return facts


def _owned(fields: dict[str, Any], document: Json, path: Path, pointer: str, wanted: Sequence[Path]) -> Iterator[str]:
    for key, below in fields.items():
        if key == ".":
            # An item or a map as such is touched by what puts it in or takes it out, not by a change inside.
            if any(path[: len(each)] == each for each in wanted):
                yield pointer
            continue
        token, place, inner = _step(key, document)
        here = (*path, token)
        touching = [each for each in wanted if _on_one_line(here, each)]
        if touching and below:
            yield from _owned(below, inner, here, f"{pointer}/{place}", touching)
        elif any(len(each) <= len(here) for each in touching) or (touching and inner not in ({}, [])):
            yield f"{pointer}/{place}"


def _on_one_line(one: Path, other: Path) -> bool:
    return all(a == b for a, b in zip(one, other, strict=False))


def _step(key: str, document: Json) -> tuple[str, str, Json]:
    """
    Return the token of a path, the token of a pointer, and what is there, for one key of FieldsV1.
    """
    form, _, said = key.partition(":")
    if form == "f":
        inner = document.get(said, MISSING) if isinstance(document, dict) else MISSING
        return said, said.replace("~", "~0").replace("/", "~1"), inner
    items = document if isinstance(document, list) else []
    index = _index(form, said, items)
    if index is None:
        return f"[{said}]", "-", MISSING
    named = keyed(items)
    token = list(named)[index] if named else f"[{said}]"
    return token, str(index), items[index]


def _index(form: str, said: str, items: Sequence[Json]) -> int | None:
    value = json.loads(said)
    if form == "i":
        return value if value < len(items) else None
    if form == "v":
        return next((index for index, item in enumerate(items) if item == value), None)
    return next(
        (
            index
            for index, item in enumerate(items)
            if isinstance(item, dict) and all(item.get(key) == wanted for key, wanted in value.items())
        ),
        None,
    )
