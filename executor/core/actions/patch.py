"""
Owns the action `patch`: change any object by a JSON, merge or strategic merge patch.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field

from executor.core.action import ANY_KIND, Action, Form, Permission, Scene, Wire, pods_of
from executor.core.concealing import conceal_body, copies_values
from executor.core.errors import Unusable
from executor.core.facts import FactName
from executor.core.model import Manifest, Value
from executor.core.patch_limits import merge_problems, operation_problems, too_large
from executor.core.patching import json_patched, merge_patched, strategic_patched
from executor.core.secret_bodies import TEXTS, in_base64
from executor.core.target import Target


class Parameters(Value):
    """
    The patch and what kind of patch it is: a list of operations for `json`, a partial object for the others.
    """

    type: Annotated[Literal["json", "merge", "strategic"], Field(description="RFC 6902, RFC 7386, or Kubernetes' own")]
    patch: Annotated[Any, Field(description="the patch, at most 64 KiB as JSON")]


def _problems(target: Target | None, parameters: Parameters) -> Iterable[tuple[str, str]]:
    patch = parameters.patch
    if too_large(patch):
        yield "patch", "must be at most 64 KiB as JSON"
        return
    found = list(operation_problems(patch) if parameters.type == "json" else merge_problems(patch))
    if not found and target is not None and _is_secret(target) and parameters.type == "json":
        found = list(_secret_problems(patch))
    for problem in found:
        yield "patch", problem


def _secret_problems(operations: list[dict[str, Any]]) -> Iterable[str]:
    if copies_values(operations):
        yield "must not copy or move values of a Secret to or from another place"
    for number, operation in enumerate(operations):
        if operation["path"].split("/")[1] == TEXTS:
            yield f"operation {number} must set data, in base64: that is where the API server keeps {TEXTS}"


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
    patch = parameters["patch"]
    patch, values = conceal_body(in_base64(patch) if isinstance(patch, dict) else patch, key)
    return {**parameters, "patch": patch}, values


ACTION = Action(
    name="patch",
    description=(
        "Change any object by a JSON, merge or strategic merge patch of at most 64 KiB; settled when the object is "
        "healthy. A restore puts back, three-way, the paths that it changed."
    ),
    kinds=ANY_KIND,
    parameters=Parameters,
    example={"type": "merge", "patch": {"spec": {"minReadySeconds": 5}}},
    desired=_desired,
    form=_form,
    permissions=(Permission("*", "*", ("get", "watch", "list", "patch")),),
    watches=pods_of,
    facts=frozenset({FactName.PODS, FactName.BUDGETS, FactName.AUTOSCALERS, FactName.QUOTA, FactName.WORKLOADS}),
    problems=_problems,
    conceal=_conceal,
)
