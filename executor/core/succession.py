"""
Owns whether the owner of a pod that was taken away is back to its count.

The owner's status alone does not tell: right after the pod is gone it may still count it. So the pods are looked at
too, for each kind where its next pod is to be found: by the labels of a ReplicaSet, under the same name for a
StatefulSet, on the same node for a DaemonSet.
"""

from collections.abc import Callable, Iterable, Mapping

from executor.core.action import After
from executor.core.facts import OwnerFact, condition_is_true, owner_of
from executor.core.health import Health, health
from executor.core.health.job import completed, why_failed
from executor.core.health.reading import is_being_deleted
from executor.core.health.values import current, failed, waiting
from executor.core.model import Manifest
from executor.core.names import is_object_name
from executor.core.query import Query
from executor.core.target import RESOURCES, Target

OWNER, PODS = "owner", "pods"

_TEMPLATE_HASH = "pod-template-hash"
_JOB_NAMES = ("batch.kubernetes.io/job-name", "job-name")


def owner_and_pods(target: Target, before: Manifest) -> Mapping[str, Query]:
    """
    Return what is watched beside a pod that goes: its owner and where the next pod will be.

    Nothing for a pod without an owner, and for owners of kinds whose count is not known.
    """
    owner = owner_of(before)
    if owner is None or owner.kind not in _WHERE or not _is_built_in(owner) or not is_object_name(owner.name):
        return {}
    pods = _WHERE[owner.kind](target, before)
    found = {OWNER: Query(owner.kind, target.namespace, owner.name)}
    return found if pods is None else {**found, PODS: pods}


def successors(before: Manifest, pods: Iterable[Manifest]) -> list[Manifest]:
    """
    Return the pods of the same owner, the one that goes left out.
    """
    owner, gone = owner_of(before), before["metadata"]["uid"]
    if owner is None:
        return []
    return [each for each in pods if each["metadata"]["uid"] != gone and _owned_by(each, owner.uid)]


def owner_is_back(after: After) -> Health:
    """
    Judge, once a pod is gone, if its owner has as many as it asks for again.
    """
    owner = owner_of(after.before)
    if owner is None:
        return current("gone; nothing makes another")
    if OWNER not in after.related:
        return current(f"gone; how many pods its {owner.kind} wants is not known")
    found = [each for each in after.related[OWNER] if each["metadata"]["uid"] == owner.uid]
    if not found or is_being_deleted(found[0]):
        return current(f"gone, and its {owner.kind} {owner.name} goes too")
    others = [each for each in successors(after.before, after.related.get(PODS, ())) if not is_being_deleted(each)]
    named = f"its {owner.kind} {owner.name}"
    if owner.kind == "Job":
        return _job(found[0], others, named)
    missing = _missing(owner.kind, found[0], others, after.before) if PODS in after.related else None
    if missing is not None:
        return waiting(f"gone; {named} has {missing} to make ready")
    judged = health(found[0])
    return Health(judged.state, f"gone; {named}: {judged.message}")


def _is_built_in(owner: OwnerFact) -> bool:
    return RESOURCES[owner.kind].group == owner.api_version.rpartition("/")[0]


def _owned_by(pod: Manifest, uid: str) -> bool:
    owner = owner_of(pod)
    return owner is not None and owner.uid == uid


def _job(job: Manifest, others: list[Manifest], named: str) -> Health:
    if done := completed(job):
        return current(f"gone; {named}: {done}")
    if lost := why_failed(job):
        return failed(f"gone; {named}: {lost}")
    return current(f"gone; {named} has another") if others else waiting(f"gone; {named} has no other yet")


def _missing(kind: str, owner: Manifest, others: list[Manifest], before: Manifest) -> str | None:
    """
    Return what is missing among the pods in words, or None where nothing is.
    """
    ready = [each for each in others if condition_is_true(each, "Ready")]
    match kind:
        case "StatefulSet":
            name = before["metadata"]["name"]
            return None if any(each["metadata"]["name"] == name for each in ready) else f"pod {name}"
        case "DaemonSet":
            node = _node(before)
            return None if any(_node(each) == node for each in ready) else f"a pod on {node}"
        case _:
            wanted = owner.get("spec", {}).get("replicas", 1)
            return None if len(ready) >= wanted else f"{wanted - len(ready)} of {wanted} pods"


def _node(pod: Manifest) -> str | None:
    node: str | None = pod.get("spec", {}).get("nodeName")
    return node


def _labelled(target: Target, before: Manifest) -> Query | None:
    """
    The hash tells the ReplicaSets of a Deployment apart; one that people made has its template's labels only.
    """
    labels = before["metadata"].get("labels") or {}
    chosen = {_TEMPLATE_HASH: labels[_TEMPLATE_HASH]} if _TEMPLATE_HASH in labels else labels
    return Query("Pod", target.namespace, selector={"matchLabels": chosen}) if chosen else None


def _of_the_same_name(target: Target, _: Manifest) -> Query | None:
    return Query("Pod", target.namespace, target.name)


def _on_the_same_node(target: Target, before: Manifest) -> Query | None:
    node = _node(before)
    return Query("Pod", target.namespace, fields={"spec.nodeName": node}) if node else None


def _of_the_job(target: Target, before: Manifest) -> Query | None:
    labels = before["metadata"].get("labels") or {}
    name = next((key for key in _JOB_NAMES if key in labels), None)
    return None if name is None else Query("Pod", target.namespace, selector={"matchLabels": {name: labels[name]}})


_WHERE: Mapping[str, Callable[[Target, Manifest], Query | None]] = {
    "ReplicaSet": _labelled,
    "ReplicationController": _labelled,
    "StatefulSet": _of_the_same_name,
    "DaemonSet": _on_the_same_node,
    "Job": _of_the_job,
}
