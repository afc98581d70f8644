"""
Owns what the fake's API server makes of a change: the object after it, or why it is refused.

Binding, forms and owners behave as on the real one; of validation there are the few rules that tests rest on.
"""

import copy
from typing import Any

from executor.core.change import FIELD_MANAGER, SCALE, Change
from executor.core.model import Manifest
from executor.core.paths import Path, names_item
from executor.core.target import RESOURCES
from executor.kube.refusal import Cause, Refusal
from executor.kube.urls import RESIZE
from tests.fakes.json_patch import PatchDoesNotFitError, patched
from tests.fakes.managed_fields import (
    ITSELF,
    after_apply,
    after_update,
    applied_by,
    fields_of,
    foreign_owners,
    value_at,
)
from tests.fakes.merging import merged, without
from tests.fakes.scales import has_scale, scale_of, scaled_by

_IMMUTABLE = "Invalid value: field is immutable"
_POD_PATHS = "Forbidden: pod updates may not change fields other than `spec.containers[*].image`"


class RefusedError(Exception):
    """
    The API server refuses.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def made_by(change: Change, *, uid: str, time: str) -> Manifest:
    """
    Return the object that a creation makes, before admission.
    """
    made: Manifest = copy.deepcopy(_document(change))
    made.pop("status", None)
    made["metadata"] |= {"uid": uid, "creationTimestamp": time}
    for key in ("resourceVersion", "managedFields", "generation"):
        made["metadata"].pop(key, None)
    if "spec" in made and made["kind"] != "Node":
        made["metadata"]["generation"] = 1
    return made


def changed_by(change: Change, live: Manifest) -> Manifest:
    """
    Return what a patch makes of an object, before admission; raises RefusedError.
    """
    if change.content_type == "application/apply-patch+yaml":
        after = _applied(change, live)
    elif change.content_type == "application/strategic-merge-patch+json":
        if change.target.kind not in RESOURCES:
            raise RefusedError(Refusal(415, "UnsupportedMediaType"))
        after = merged(live, change.body)
    else:
        after = _patched(change, live)
    if after["metadata"]["resourceVersion"] != live["metadata"]["resourceVersion"]:
        raise RefusedError(Refusal(409, "Conflict", object_name=change.target.name))
    if "status" in live:
        after = {**after, "status": live["status"]}
    return after


def checked(change: Change, live: Manifest, after: Manifest) -> Manifest:
    """
    Return the object as it would be stored, with its generation and its owners; raises RefusedError.
    """
    causes = _invalid(change, live, after)
    if causes:
        raise RefusedError(Refusal(422, "Invalid", causes=tuple(causes)))
    return generation_of(after, live)


def owned(change: Change, live: Manifest, after: Manifest, *, time: str) -> Manifest:
    """
    Return an object with its owners after a change; one that says itself who owns its fields is believed.
    """
    if live and after["metadata"].get("managedFields") != live["metadata"].get("managedFields"):
        return after
    if change.content_type == "application/apply-patch+yaml":
        entries = after_apply(live, after, _fields(change), manager=FIELD_MANAGER, time=time)
    else:
        subresource = change.subresource
        entries = after_update(live, after, manager=FIELD_MANAGER, time=time, subresource=subresource)
    if not entries:
        return after
    return {**after, "metadata": {**after["metadata"], "managedFields": entries}}


def generation_of(after: Manifest, live: Manifest) -> Manifest:
    """
    Return an object with its generation: a change of the spec is a new one. A Node has none, a new object its first.
    """
    if "generation" not in live.get("metadata", {}):
        return after
    moved = after["spec"] != live["spec"]
    return {**after, "metadata": {**after["metadata"], "generation": live["metadata"]["generation"] + moved}}


def _patched(change: Change, live: Manifest) -> Manifest:
    operations = change.body if isinstance(change.body, list) else []
    try:
        if change.subresource != SCALE:
            after: Manifest = patched(live, operations)
            return after
        if not has_scale(live):
            named = "" if change.target.kind in RESOURCES else change.target.name
            raise RefusedError(Refusal(404, "NotFound", object_name=named))
        return scaled_by(live, patched(scale_of(live), operations))
    except PatchDoesNotFitError:
        said = "the server rejected our request due to an error in our request"
        raise RefusedError(Refusal(422, "Invalid", message=said)) from None


def _applied(change: Change, live: Manifest) -> Manifest:
    body, fields = _document(change), _fields(change)
    causes = [
        Cause(field=_spelled(field), message=f'conflict with "{owner}" using v1', reason="FieldManagerConflict")
        for field in sorted(fields)
        if value_at(live, field) != value_at(body, field)
        for owner in foreign_owners(live, field, manager=FIELD_MANAGER)
    ]
    if causes:
        said = f"Apply failed with {len(causes)} conflicts"
        raise RefusedError(Refusal(409, "Conflict", message=said, causes=tuple(causes)))
    dropped = {
        field
        for field in applied_by(live, FIELD_MANAGER) - fields
        if not foreign_owners(live, field, manager=FIELD_MANAGER)
    }
    after: Manifest = without(merged(live, body), dropped)
    return after


def _fields(change: Change) -> set[Path]:
    return fields_of(_document(change))


def _document(change: Change) -> Manifest:
    return change.body if isinstance(change.body, dict) else {}


def _spelled(field: Path) -> str:
    """
    Return a field as structured-merge-diff spells it: `.spec.template.spec.containers[name="app"].image`.
    """
    return "".join(_spelled_token(token) for token in field if token != ITSELF)


def _spelled_token(token: str) -> str:
    if not names_item(token):
        return f".{token}"
    pairs = (pair.split("=", 1) for pair in token[1:-1].split(","))
    return "[" + ",".join(f'{key}="{value}"' for key, value in pairs) + "]"


def _invalid(change: Change, live: Manifest, after: Manifest) -> list[Cause]:
    causes = []
    if live and after["metadata"]["uid"] != live["metadata"]["uid"]:
        causes.append(Cause(field="metadata.uid", message=_IMMUTABLE))
    spec, before = after.get("spec", {}), live.get("spec", {})
    if spec.get("replicas", 0) < 0:
        causes.append(Cause(field="spec.replicas", message="Invalid value: must be greater than or equal to 0"))
    if live and spec.get("selector") != before.get("selector"):
        causes.append(Cause(field="spec.selector", message=_IMMUTABLE))
    if live and live["kind"] == "Pod" and _resources(spec) != _resources(before) and change.subresource != RESIZE:
        causes.append(Cause(field="spec", message=_POD_PATHS))
    return causes


def _resources(pod_spec: dict[str, Any]) -> list[Any]:
    return [each.get("resources") or {} for each in pod_spec.get("containers") or []]
