"""
Owns the action `quarantine_pod`: take a pod out of Services and from its owner, and keep it for study.
"""

from collections.abc import Mapping
from typing import Any

from executor.core.action import Action, After, Permission, Scene
from executor.core.errors import Unusable
from executor.core.facts import FactName, owner_of, owner_target, pod_selector
from executor.core.health import Health
from executor.core.health.reading import is_being_deleted
from executor.core.health.values import current, failed, waiting
from executor.core.model import Manifest, Value
from executor.core.names import is_object_name
from executor.core.quarantine import quarantined
from executor.core.query import Query
from executor.core.target import Target

OWNER, SERVICES, SLICES = "owner", "services", "slices"


class Parameters(Value):
    """
    A quarantine takes no parameters.
    """


def _reads(target: Target, live: Manifest) -> Mapping[str, Query]:
    queries = {SERVICES: Query("Service", target.namespace)}
    owner = owner_of(live)
    if owner is not None and is_object_name(owner.name):
        found = owner_target(owner, target.namespace)
        if found is not None:
            queries[OWNER] = Query(found.kind, found.namespace, found.name)
    return queries


def _desired(scene: Scene, _: Parameters) -> Manifest:
    services = {f"Service {each['metadata']['name']}": pod_selector(each) for each in scene.related[SERVICES]}
    # A Service without a selector has the endpoints that somebody gives it.
    selecting = {whose: each for whose, each in services.items() if each and each.get("matchLabels")}
    return quarantined(scene.live, {**selecting, **_selector_of_owner(scene)})


def _selector_of_owner(scene: Scene) -> dict[str, Mapping[str, Any]]:
    owner = owner_of(scene.live)
    if owner is None:
        return {}
    if owner.kind == "StatefulSet":
        raise Unusable("a StatefulSet names its pods: while this one is kept, it could make no other")
    found = [each for each in scene.related.get(OWNER, ()) if each["metadata"]["uid"] == owner.uid]
    if OWNER in scene.related and not found:
        return {}
    selector = pod_selector(found[0]) if found else None
    if selector is None:
        raise Unusable(f"how its {owner.kind} finds its pods is not known, so it cannot be taken from it")
    return {f"{owner.kind} {owner.name}": selector}


def _watches(target: Target, _: Manifest) -> Mapping[str, Query]:
    return {SLICES: Query("EndpointSlice", target.namespace)}


def _settled(after: After) -> Health:
    if is_being_deleted(after.live):
        return failed("it is being deleted")
    uid = after.live["metadata"]["uid"]
    serving = sorted(each["metadata"]["name"] for each in after.related.get(SLICES, ()) if _holds(each, uid))
    if serving:
        return waiting(f"it is still an endpoint in {', '.join(serving)}")
    owner = owner_of(after.live)
    if owner is not None:
        return waiting(f"its {owner.kind} {owner.name} has not let it go yet")
    return current("out of every Service, and nobody's any more")


def _holds(piece: Manifest, uid: str) -> bool:
    return any((each.get("targetRef") or {}).get("uid") == uid for each in piece.get("endpoints") or ())


ACTION = Action(
    name="quarantine_pod",
    description=(
        "Take from a pod the labels by which Services and its owner select it, and keep it running for study; its "
        "owner makes another. The labels taken are kept in an annotation; settled when it is in no EndpointSlice."
    ),
    kinds=("Pod",),
    parameters=Parameters,
    reads=_reads,
    desired=_desired,
    watches=_watches,
    settled=_settled,
    permissions=(
        Permission("", "pods", ("get", "watch", "list", "patch")),
        Permission("", "services", ("get", "list")),
        Permission("", "replicationcontrollers", ("get",)),
        Permission("apps", "replicasets", ("get",)),
        Permission("apps", "daemonsets", ("get",)),
        Permission("batch", "jobs", ("get",)),
        Permission("discovery.k8s.io", "endpointslices", ("get", "watch", "list")),
    ),
    facts=frozenset({FactName.PODS, FactName.BUDGETS, FactName.OWNERS, FactName.WORKLOADS}),
    remarks=lambda _: ("a restore gives its labels back: its owner then has one pod too many, and may delete any",),
)
