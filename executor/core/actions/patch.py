"""
Owns the action `patch`: change any object by a JSON, merge or strategic merge patch.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from executor.core.action import ANY_KIND, Action, Form, Permission, Scene, Wire, pods_of
from executor.core.concealing import conceal_body, copies_values
from executor.core.errors import Unusable
from executor.core.facts import FactName
from executor.core.model import Manifest, Value
from executor.core.patching import json_patched, merge_patched, strategic_patched
from executor.core.target import Target

MAX_BYTES = 64 * 1024

IDENTITY = ("apiVersion", "kind")
SERVERS = ("uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "name", "namespace")
"""What below `metadata` is the server's or names the object; with `status`, no patch of ours touches it."""


class Parameters(Value):
    """
    The patch and what kind of patch it is: a list of operations for `json`, a partial object for the others.
    """

    type: Annotated[Literal["json", "merge", "strategic"], Field(description="RFC 6902, RFC 7386, or Kubernetes' own")]
    patch: Annotated[Any, Field(description="the patch, at most 64 KiB as JSON")]


def _problems(target: Target | None, parameters: Parameters) -> Iterable[tuple[str, str]]:
    patch = parameters.patch
    if len(json.dumps(patch).encode()) > MAX_BYTES:
        yield "patch", "must be at most 64 KiB as JSON"
    elif parameters.type == "json":
        yield from _problems_of_operations(patch)
        if target is not None and _is_secret(target) and copies_values(patch):
            yield "patch", "must not copy or move values of a Secret to or from another place"
    elif not isinstance(patch, dict) or not patch:
        yield "patch", "must be an object with at least one key"
    else:
        metadata = patch.get("metadata")
        keys = [(key,) for key in patch] + [
            ("metadata", key) for key in (metadata if isinstance(metadata, dict) else ())
        ]
        if any(_is_not_ours(key) for key in keys) or not isinstance(metadata, dict | None):
            yield "patch", _REFUSED


_REFUSED = (
    "must not touch status, apiVersion, kind, or what is the server's in metadata "
    "(uid, resourceVersion, generation, creationTimestamp, managedFields, name, namespace)"
)


def _problems_of_operations(patch: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(patch, list) or not patch or not all(isinstance(each, dict) for each in patch):
        yield "patch", "must be a list with at least one operation"
        return
    for number, operation in enumerate(patch):
        places = [operation.get("path"), *([operation["from"]] if "from" in operation else [])]
        if operation.get("op") not in {"add", "remove", "replace", "move", "copy", "test"}:
            yield "patch", f"operation {number} must have op add, remove, replace, move, copy or test"
        elif not all(isinstance(place, str) and place.startswith("/") for place in places):
            yield "patch", f"operation {number} must have JSON Pointers below the whole object"
        elif any(_is_not_ours(tuple(place.split("/")[1:])) for place in places):
            yield "patch", f"operation {number} {_REFUSED}"


def _is_not_ours(path: tuple[str, ...]) -> bool:
    head, *rest = path
    return head in {"status", *IDENTITY} or (head == "metadata" and (not rest or rest[0] in SERVERS))


def _desired(scene: Scene, parameters: Parameters) -> Manifest:
    match parameters.type:
        case "json":
            desired = json_patched(scene.live, parameters.patch)
        case "merge":
            desired = merge_patched(scene.live, parameters.patch)
        case "strategic":
            desired = strategic_patched(scene.live, parameters.patch)
    if not isinstance(desired, dict) or not isinstance(desired.get("metadata"), dict):
        raise Unusable("the patch leaves no object")
    result: Manifest = desired
    return result


def _form(_: Scene, parameters: Parameters) -> Form:
    if parameters.type == "strategic":
        return Form(Wire.STRATEGIC_MERGE_PATCH, body=parameters.patch)
    return Form()


def _is_secret(target: Target) -> bool:
    return target.kind == "Secret" and target.api_version is None


def _conceal(target: Target, parameters: dict[str, Any], key: bytes) -> tuple[dict[str, Any], dict[str, str]]:
    if not _is_secret(target):
        return parameters, {}
    patch, values = conceal_body(parameters["patch"], key)
    return {**parameters, "patch": patch}, values


ACTION = Action(
    name="patch",
    description=(
        "Change any object by a JSON, merge or strategic merge patch of at most 64 KiB; settled when the object is "
        "healthy. A restore puts back, three-way, the paths that it changed."
    ),
    kinds=ANY_KIND,
    parameters=Parameters,
    desired=_desired,
    form=_form,
    permissions=(Permission("*", "*", ("get", "watch", "list", "patch")),),
    watches=pods_of,
    facts=frozenset({FactName.PODS, FactName.BUDGETS}),
    problems=_problems,
    conceal=_conceal,
)
