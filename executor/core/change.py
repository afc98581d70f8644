"""
Owns the change: the exact bytes for the API server, bound to the version that was judged.

One Change value passes policy, dry run and apply unaltered; its digest is in every event about it. Every change here is
a JSON Patch (RFC 6902) made from two states of the object. Its first operations replace `metadata.uid` and
`metadata.resourceVersion` by the judged ones: a stale version is answered with a clean 409, another uid with 422, so
the same bytes can be sent again without landing twice. A `test` operation would fail with a 422 that says nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

from executor.core.diff import Difference
from executor.core.digest import digest
from executor.core.errors import Unusable
from executor.core.model import Json, Manifest, Value
from executor.core.paths import MISSING, Path, index_of, names_item, pointer, read, readable
from executor.core.target import RESOURCES, Target, object_path

FIELD_MANAGER = "remediation-executor"


class Preconditions(Value):
    """
    The object and version a change was judged on.
    """

    uid: str
    resource_version: str


class Change(Value):
    """
    One request that changes the cluster: `body` is sent as it stands, with `content_type`, to `path`.
    """

    target: Target
    verb: Literal["PATCH"] = "PATCH"
    path: str
    content_type: Literal["application/json-patch+json"] = "application/json-patch+json"
    body: list[dict[str, Any]]
    preconditions: Preconditions

    @property
    def digest(self) -> str:
        """
        Return the `sha256:…` of all that will be sent.
        """
        return digest(self.model_dump(mode="json"))


def patch_change(target: Target, live: Manifest, differences: Iterable[Difference]) -> Change:
    """
    Return the change that brings a live object's leaves to the `after` of the differences.
    """
    metadata = live["metadata"]
    bound = Preconditions(uid=metadata["uid"], resource_version=metadata["resourceVersion"])
    body: list[dict[str, Any]] = [
        {"op": "replace", "path": "/metadata/uid", "value": bound.uid},
        {"op": "replace", "path": "/metadata/resourceVersion", "value": bound.resource_version},
    ]
    # Each operation is addressed in the object as those before it leave it, for so the API server reads a patch.
    state: Json = live
    for each in _in_order(differences):
        for op, path, value, place in _operations(each, state):
            body.append(_spelled(op, path, value, place, state))
            state = _with(state, path, MISSING if op == "remove" else value, place)
    return Change(target=target, path=object_path(target), body=body, preconditions=bound)


def api_version(target: Target) -> str:
    """
    Return the API version a target is read and changed in.
    """
    return RESOURCES[target.kind].api_version


_Operation = tuple[Literal["add", "replace", "remove"], Path, Json, int | None]
"""What to do, where, with which value, and for a new list item its position."""


def _in_order(differences: Iterable[Difference]) -> list[Difference]:
    """
    New list items go last, so that they find the neighbours that stay; otherwise the order does not matter.
    """
    return sorted(differences, key=lambda each: each.op != "remove" and names_item(each.path[-1]))


def _operations(each: Difference, state: Json) -> Iterator[_Operation]:
    there = read(state, each.path) is not MISSING
    if each.after is MISSING:
        if there:
            yield "remove", each.path, None, None
        return
    for depth in range(1, len(each.path)):
        parent = each.path[:depth]
        if read(state, parent) is MISSING:
            if names_item(parent[-1]) or names_item(each.path[depth]):
                raise Unusable(f"{readable(parent)} is not there any more")
            yield "add", parent, {}, None
            state = _with(state, parent, {}, None)
    if names_item(each.path[-1]) and not there:
        yield "add", each.path, each.after, _place(each, read(state, each.path[:-1]))
    else:
        yield "replace" if there else "add", each.path, each.after, None


def _place(each: Difference, items: Sequence[Json]) -> int:
    """
    Return where a new item goes: behind the nearest of those that stand before it where it is wanted.
    """
    found = (index_of(items, token) for token in reversed(each.behind))
    return next((index + 1 for index in found if index is not None), 0)


def _spelled(op: str, path: Path, value: Json, place: int | None, state: Json) -> dict[str, Any]:
    where = pointer(path, state) if place is None else f"{pointer(path[:-1], state)}/{place}"
    return {"op": op, "path": where} if op == "remove" else {"op": op, "path": where, "value": value}


def _with(state: Json, path: Path, value: Json, place: int | None) -> Json:
    """
    Return the object with one value set, removed (MISSING) or inserted; what is not on the path is shared.
    """
    token, *rest = path
    if isinstance(state, dict):
        inner = _with(state[token], tuple(rest), value, place) if rest else value
        changed = {**state, token: inner}
        return {key: each for key, each in changed.items() if each is not MISSING}
    items = list(state)
    if place is not None and not rest:
        return [*items[:place], value, *items[place:]]
    index = index_of(items, token)
    if index is None:
        return items
    inner = [_with(items[index], tuple(rest), value, place)] if rest else [value]
    return [*items[:index], *(each for each in inner if each is not MISSING), *items[index + 1 :]]
