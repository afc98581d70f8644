"""
Owns the change: the exact bytes for the API server, bound to the version that was judged.

One Change value passes policy, dry run and apply unaltered; its digest is in every event about it. Every change here is
a JSON Patch (RFC 6902) made from two states of the object. Its first operations replace `metadata.uid` and
`metadata.resourceVersion` by the judged ones: a stale version is answered with a clean 409, another uid with 422, so
the same bytes can be sent again without landing twice. A `test` operation would fail with a 422 that says nothing.
"""

from collections.abc import Iterable
from typing import Any, Literal

from executor.core.diff import Difference
from executor.core.digest import digest
from executor.core.errors import Unusable
from executor.core.model import Manifest, Value
from executor.core.paths import MISSING, Path, pointer, read
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
    made: set[Path] = set()
    for each in _removals_last(differences):
        body.extend(_operations(each, live, made))
    return Change(target=target, path=object_path(target), body=body, preconditions=bound)


def api_version(target: Target) -> str:
    """
    Return the API version a target is read and changed in.
    """
    return RESOURCES[target.kind].api_version


def _operations(each: Difference, live: Manifest, made: set[Path]) -> list[dict[str, Any]]:
    if each.after is MISSING:
        return [] if read(live, each.path) is MISSING else [{"op": "remove", "path": pointer(each.path, live)}]
    operations = []
    for depth in range(1, len(each.path)):
        parent = each.path[:depth]
        if read(live, parent) is MISSING and parent not in made:
            if parent[-1].startswith("["):
                raise Unusable(f"the item {parent[-1]} is not there any more")
            operations.append({"op": "add", "path": pointer(parent, live), "value": {}})
            made.add(parent)
    op = "add" if read(live, each.path) is MISSING else "replace"
    return [*operations, {"op": op, "path": pointer(each.path, live), "value": each.after}]


def _removals_last(differences: Iterable[Difference]) -> list[Difference]:
    """
    Removals go last, later list items first, so that no removal moves an item that is still to be addressed.
    """
    ordered = list(differences)
    removals = [each for each in ordered if each.after is MISSING]
    return [each for each in ordered if each.after is not MISSING] + removals[::-1]
