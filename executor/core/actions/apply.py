"""
Owns the action `apply`: make an object, or change it to hold what a manifest says, by server-side apply.
"""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field

from executor.core.action import ANY_KIND, Action, Form, Permission, Scene, Wire, pods_of
from executor.core.change import FIELD_MANAGER
from executor.core.concealing import conceal_body
from executor.core.diff import diff
from executor.core.facts import FactName, managers_of
from executor.core.merging import merged
from executor.core.model import Manifest, Value
from executor.core.ownership import has_written
from executor.core.secret_bodies import in_base64
from executor.core.target import Target, known_resource

_SERVERS = ("uid", "resourceVersion", "generation", "creationTimestamp", "managedFields")


class Parameters(Value):
    """
    The fields that the object shall hold; what the manifest leaves out stays as it is.
    """

    manifest: Annotated[dict[str, Any], Field(description="the object as for `kubectl apply --server-side`")]


def _problems(target: Target | None, parameters: Parameters) -> Iterable[tuple[str, str]]:
    manifest = parameters.manifest
    metadata = manifest.get("metadata")
    if target is None:
        return
    known = known_resource(target.kind, target.api_version)
    api_version = target.api_version or (known.api_version if known else None)
    if not isinstance(metadata, dict):
        yield "manifest", "must hold metadata"
        return
    named = (manifest.get("apiVersion"), manifest.get("kind"), metadata.get("namespace"), metadata.get("name"))
    # Compared and not looked up: what a manifest says need not be hashable.
    if named not in [(api_version, target.kind, space, target.name) for space in (target.namespace, None)]:
        yield "manifest", "must have the apiVersion, kind, namespace and name of the target"
    if "status" in manifest or any(key in metadata for key in _SERVERS):
        yield "manifest", f"must hold neither status nor what is the server's in metadata ({', '.join(_SERVERS)})"


def _desired(scene: Scene, parameters: Parameters) -> Manifest:
    result: Manifest = merged(scene.live, parameters.manifest, removes=False)
    return result


def _form(scene: Scene, parameters: Parameters) -> Form:
    """
    Fields that are ours alone are patched.

    An apply would meet those that we made or changed before as a conflict with ourselves, and would drop those of an
    earlier manifest that this one leaves out. A field of somebody else is left to the apply, which reports it.
    """
    changed = [each.path for each in diff(scene.live, _desired(scene, parameters))]
    others = [owner for owner in managers_of(scene.live, changed) if owner.manager != FIELD_MANAGER]
    if has_written(scene.live) and not others:
        return Form()
    return Form(Wire.SERVER_SIDE_APPLY, body=parameters.manifest)


def _conceal(target: Target, parameters: dict[str, Any], key: bytes) -> tuple[dict[str, Any], dict[str, str]]:
    if target.kind != "Secret" or target.api_version is not None:
        return parameters, {}
    manifest, values = conceal_body(in_base64(parameters["manifest"]), key)
    return {**parameters, "manifest": manifest}, values


ACTION = Action(
    name="apply",
    description=(
        "Make an object, custom resources included, or change it to hold what a manifest says; settled when it is "
        "healthy. A field that another manager owns is a conflict: it is reported and never forced. A restore puts the "
        "old values and their owners back, or removes the object when it was made."
    ),
    kinds=ANY_KIND,
    parameters=Parameters,
    example={
        "manifest": {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "NAME", "namespace": "NAMESPACE"},
            "spec": {"replicas": 3},
        }
    },
    desired=_desired,
    form=_form,
    permissions=(Permission("*", "*", ("get", "watch", "list", "create", "patch", "delete")),),
    may_be_absent=True,
    watches=pods_of,
    facts=frozenset({FactName.PODS, FactName.BUDGETS, FactName.AUTOSCALERS, FactName.QUOTA, FactName.WORKLOADS}),
    problems=_problems,
    conceal=_conceal,
)
