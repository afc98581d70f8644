"""
Owns the change: the exact bytes for the API server, bound to the version that was judged.

One Change value passes policy, dry run and apply unaltered; its digest is in every event about it. Most changes are a
JSON Patch (RFC 6902) made from two states of the object. Its first operations replace `metadata.uid` and
`metadata.resourceVersion` by the judged ones: a stale version is answered with a clean 409, another uid with 422, so
the same bytes can be sent again without landing twice. A `test` operation would fail with a 422 that says nothing.
Other forms are bound as the API server offers it: patches by the same two fields, a removal by its preconditions, a
creation by its name, which a second one finds taken.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

from executor.core.action import Form, Wire
from executor.core.diff import Difference
from executor.core.digest import digest
from executor.core.errors import Unusable
from executor.core.model import ABSENT, Json, Manifest, Value
from executor.core.paths import MISSING, Path, index_of, names_item, pointer, read, readable
from executor.core.target import Resource, Target, collection_path, known_resource, object_path

FIELD_MANAGER = "remediation-executor"

ContentType = Literal[
    "application/json",
    "application/json-patch+json",
    "application/apply-patch+yaml",
    "application/strategic-merge-patch+json",
]


class Preconditions(Value):
    """
    The object and version a change was judged on.
    """

    uid: str
    resource_version: str


class Change(Value):
    """
    One request that changes the cluster: `body` is sent as it stands, with `content_type`, to `path`.

    `target` is the object that is made, changed or removed; `subresource` is the last part of the path where it is one.
    A creation has no preconditions: it is bound by its name.
    """

    target: Target
    verb: Literal["PATCH", "POST", "DELETE"] = "PATCH"
    path: str
    subresource: str | None = None
    content_type: ContentType = "application/json-patch+json"
    body: list[dict[str, Any]] | dict[str, Any]
    preconditions: Preconditions | None

    @property
    def digest(self) -> str:
        """
        Return the `sha256:…` of all that will be sent.
        """
        return digest(self.model_dump(mode="json"))

    @property
    def creates(self) -> bool:
        """
        Tell if the change makes the object.
        """
        return self.verb == "POST" and self.subresource is None

    @property
    def removes(self) -> bool:
        """
        Tell if the object will be gone after the change.
        """
        return self.verb == "DELETE" or self.subresource == EVICTION

    @property
    def view(self) -> str | None:
        """
        Return the subresource that is read in place of the object, as the change was made of it; None for the object.
        """
        return SCALE if self.subresource == SCALE else None

    @property
    def word(self) -> str:
        """
        Return the change in one word of a message: `create`, `delete`, `evict` or `patch`.
        """
        if self.verb == "DELETE":
            return "delete"
        return {True: "create", False: "evict"}[self.creates] if self.verb == "POST" else "patch"


EVICTION = "eviction"
SCALE = "scale"


def change_of(
    target: Target,
    resource: Resource,
    *,
    live: Manifest,
    desired: Manifest,
    differences: Iterable[Difference],
    form: Form,
    subresource: str | None = None,
) -> Change:
    """
    Return the change that makes of a live object what is desired; ABSENT on either side makes or removes it.

    `differences` are those between the two; `resource` says how the kind is served. Raises Unusable when a difference
    cannot be addressed.
    """
    if not live:
        body = {**desired, "metadata": {**desired["metadata"], "name": target.name}}
        if target.namespace is not None:
            body["metadata"]["namespace"] = target.namespace
        path = collection_path(target.kind, target.namespace, resource)
        return Change(
            target=target, verb="POST", path=path, content_type="application/json", body=body, preconditions=None
        )
    path = object_path(target, resource)
    if not desired:
        return _removal(target, path, live, form)
    if subresource is not None:
        path = f"{path}/{subresource}"
    if form.wire is Wire.JSON_PATCH or form.body is None:
        return patch_change(target, live, differences, wanted=desired, path=path, subresource=subresource)
    bound = _judged_on(live)
    versions = {"uid": bound.uid, "resourceVersion": bound.resource_version}
    metadata = {**(form.body.get("metadata") or {}), **versions}
    content_type: ContentType = (
        "application/apply-patch+yaml"
        if form.wire is Wire.SERVER_SIDE_APPLY
        else "application/strategic-merge-patch+json"
    )
    return Change(
        target=target,
        path=path,
        subresource=subresource,
        content_type=content_type,
        body={**form.body, "metadata": metadata},
        preconditions=bound,
    )


def eviction_of(target: Target, options: dict[str, Any], *, bound: Preconditions) -> Change:
    """
    Return the eviction of a pod, with its DeleteOptions: as far as these repeat `bound`, the server holds it to that.
    """
    body = {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": target.name, "namespace": target.namespace},
        "deleteOptions": options,
    }
    return Change(
        target=target,
        verb="POST",
        path=f"{object_path(target)}/{EVICTION}",
        subresource=EVICTION,
        content_type="application/json",
        body=body,
        preconditions=bound,
    )


def _judged_on(live: Manifest) -> Preconditions:
    return Preconditions(uid=live["metadata"]["uid"], resource_version=live["metadata"]["resourceVersion"])


def _removal(target: Target, path: str, live: Manifest, form: Form) -> Change:
    """
    A dry run is asked for in the body as well by the edge: with a body the API server does not read the query.
    """
    bound = _judged_on(live)
    options = {**form.options, "preconditions": {"uid": bound.uid, "resourceVersion": bound.resource_version}}
    if form.wire is Wire.EVICTION:
        return eviction_of(target, options, bound=bound)
    body = {"apiVersion": "v1", "kind": "DeleteOptions", **options}
    return Change(
        target=target, verb="DELETE", path=path, content_type="application/json", body=body, preconditions=bound
    )


def patch_change(
    target: Target,
    live: Manifest,
    differences: Iterable[Difference],
    *,
    wanted: Manifest = ABSENT,
    path: str | None = None,
    subresource: str | None = None,
) -> Change:
    """
    Return the JSON Patch that brings a live object's leaves to the `after` of the differences.

    A map that becomes empty goes too where `wanted`, the object as it should be, is without it: an empty probe or
    strategy is invalid, an empty volume source is one. `path` may be left out for the kinds of `RESOURCES`.
    """
    bound = _judged_on(live)
    body: list[dict[str, Any]] = [
        {"op": "replace", "path": "/metadata/uid", "value": bound.uid},
        {"op": "replace", "path": "/metadata/resourceVersion", "value": bound.resource_version},
    ]
    # Each operation is addressed in the object as those before it leave it, for so the API server reads a patch.
    state: Json = live
    for each in _in_order(differences):
        for op, where, value, place in _operations(each, state, wanted):
            body.append(_spelled(op, where, value, place, state))
            state = _with(state, where, MISSING if op == "remove" else value, place)
    return Change(
        target=target, path=path or object_path(target), subresource=subresource, body=body, preconditions=bound
    )


def ownership_change(
    target: Target, resource: Resource, live: Manifest, entries: list[dict[str, Any]], *, subresource: str | None = None
) -> Change:
    """
    Return the change that replaces nothing but who owns the fields (`metadata.managedFields`).
    """
    bound = _judged_on(live)
    body: list[dict[str, Any]] = [
        {"op": "replace", "path": "/metadata/uid", "value": bound.uid},
        {"op": "replace", "path": "/metadata/resourceVersion", "value": bound.resource_version},
        {"op": "replace", "path": "/metadata/managedFields", "value": entries},
    ]
    path = object_path(target, resource) + (f"/{subresource}" if subresource is not None else "")
    return Change(target=target, path=path, subresource=subresource, body=body, preconditions=bound)


def api_version(target: Target) -> str:
    """
    Return the API version a target is read and changed in.
    """
    known = known_resource(target.kind, target.api_version)
    return target.api_version or (known.api_version if known else "")


_Operation = tuple[Literal["add", "replace", "remove"], Path, Json, int | None]
"""What to do, where, with which value, and for a new list item its position."""


def _in_order(differences: Iterable[Difference]) -> list[Difference]:
    """
    New list items go last, so that they find the neighbours that stay; otherwise the order does not matter.
    """
    return sorted(differences, key=lambda each: each.op != "remove" and names_item(each.path[-1]))


def _operations(each: Difference, state: Json, wanted: Manifest) -> Iterator[_Operation]:
    there = read(state, each.path) is not MISSING
    if each.after is MISSING:
        if there:
            yield "remove", each.path, None, None
            yield from _emptied(each.path, _with(state, each.path, MISSING, None), wanted)
        return
    for depth in range(1, len(each.path)):
        parent = each.path[:depth]
        if read(state, parent) is MISSING:
            in_list = names_item(each.path[depth])
            if names_item(parent[-1]) or (in_list and depth + 1 < len(each.path)):
                raise Unusable(f"{readable(parent)} is not there any more")
            empty: Json = [] if in_list else {}
            yield "add", parent, empty, None
            state = _with(state, parent, empty, None)
    if names_item(each.path[-1]) and not there:
        yield "add", each.path, each.after, _place(each, read(state, each.path[:-1]))
    else:
        yield "replace" if there else "add", each.path, each.after, None


def _emptied(removed: Path, state: Json, wanted: Manifest) -> Iterator[_Operation]:
    for depth in range(len(removed) - 1, 0, -1):
        holder = removed[:depth]
        if not wanted or read(state, holder) not in ({}, []) or read(wanted, holder) is not MISSING:
            return
        yield "remove", holder, None, None
        state = _with(state, holder, MISSING, None)


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
