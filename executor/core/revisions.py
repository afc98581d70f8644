"""
Owns the revisions of a workload that are still known: the pod templates it had, by number.

A Deployment's are its ReplicaSets, numbered by an annotation; those of a StatefulSet or DaemonSet are
ControllerRevisions.
Sources: kubernetes, pkg/controller/deployment/util, pkg/controller/history, kubectl's polymorphichelpers/rollback.go.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from executor.core.diff import same
from executor.core.model import Manifest
from executor.core.query import Query
from executor.core.target import Target

NUMBER = "deployment.kubernetes.io/revision"
HASH = "pod-template-hash"
_DIRECTIVE = "$patch"

Revisions = dict[int, dict[str, Any]]
"""Number → pod template, the oldest first."""


def revisions_query(target: Target, live: Manifest) -> Query:
    """
    Return the question for the objects that hold a workload's revisions, among others perhaps.
    """
    kind = "ReplicaSet" if target.kind == "Deployment" else "ControllerRevision"
    return Query(kind, target.namespace, selector=live["spec"]["selector"])


def templates(live: Manifest, found: Iterable[Manifest]) -> Revisions:
    """
    Return a workload's own revisions.
    """
    mine = (each for each in found if _is_owned(each, live["metadata"]["uid"]))
    numbered = {number: template for each in mine for number, template in _numbered(each)}
    return {number: numbered[number] for number in sorted(numbered)}


def present_revision(live: Manifest, known: Revisions) -> int | None:
    """
    Return the newest revision whose template is the live one, None while its controller has not recorded it.
    """
    template = _without_nulls(live["spec"]["template"])
    return next((number for number in reversed(known) if same(known[number], template)), None)


def _is_owned(each: Manifest, uid: str) -> bool:
    owners = each["metadata"].get("ownerReferences") or []
    return any(owner.get("uid") == uid and owner.get("controller") for owner in owners)


def _numbered(each: Manifest) -> Iterator[tuple[int, dict[str, Any]]]:
    if each.get("kind") == "ReplicaSet":
        number = (each["metadata"].get("annotations") or {}).get(NUMBER, "")
        if number.isdecimal():
            yield int(number), _of_deployment(each["spec"]["template"])
    elif template := ((each.get("data") or {}).get("spec") or {}).get("template"):
        yield each["revision"], _without_nulls({key: template[key] for key in template if key != _DIRECTIVE})


def _of_deployment(template: dict[str, Any]) -> dict[str, Any]:
    """
    Return a ReplicaSet's template without the label by which its Deployment tells its pods from those of another.
    """
    metadata = template.get("metadata") or {}
    labels = {key: value for key, value in (metadata.get("labels") or {}).items() if key != HASH}
    return _without_nulls({**template, "metadata": {**metadata, "labels": labels}})


def _without_nulls(template: dict[str, Any]) -> dict[str, Any]:
    """
    Return a template without the `creationTimestamp: null` that API servers before 1.34 write.
    """
    metadata = {key: value for key, value in (template.get("metadata") or {}).items() if value is not None}
    return {**template, "metadata": metadata}
