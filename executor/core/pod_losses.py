"""
Owns which pods a step takes away one by one, or from a node, and whose they are.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from executor.core.facts import Facts, PodFact, pod_facts
from executor.core.health.reading import items, mapping
from executor.core.losses import NOTHING, Lost, Part, Way, Workload, not_known, passes, stays_away, together
from executor.core.model import Manifest
from executor.core.plan import Step
from executor.core.target import RESOURCES

_ENDED = frozenset({"Succeeded", "Failed"})
_AWAITS_ITS_SUCCESSOR = frozenset({"delete_pod", "evict_pod"})
"""Actions that are settled when the owner of the pod is back to its count."""

_SINGLE_LABELS = frozenset({"label"})
"""Who takes off a single label of his own choice knows what it is for; the rule disruption_budget has it so, too."""


def is_alive(pod: PodFact) -> bool:
    """
    Tell if a pod is there to be lost: it has not ended and is not on its way out.
    """
    return pod.phase not in _ENDED and not pod.terminating


def from_pod(step: Step, before: Manifest, after: Manifest, facts: Facts) -> Lost:
    """
    Return what a change of one pod takes away: the pod itself, or nothing where it goes on running in its place.
    """
    pod = pod_facts([before])[0]
    if not is_alive(pod):
        return NOTHING
    if not after:
        way = Way.EVICTED if step.action == "evict_pod" else Way.FORCED
        known = pod.owner is not None and pod.owner.kind in RESOURCES
        if known and step.action in _AWAITS_ITS_SUCCESSOR:
            return _one(pod, facts, way, lasting=False)
        return _one(pod, facts, way, lasting=True)
    if step.action not in _SINGLE_LABELS and _loses_a_label(before, after):
        return _one(pod, facts, Way.FORCED, lasting=True)
    return _one(pod, facts, Way.FORCED, lasting=False) if _restarts(before, after) else NOTHING


def from_node(step: Step, before: Manifest, after: Manifest, facts: Facts, *, drains: bool) -> Lost:
    """
    Return what a change of a node takes from it: by a drain what can be evicted, else all that may have to leave.

    Successors of those pods are not awaited, so all of them stay away as far as the plan knows. Tolerations are not
    looked at: a taint NoExecute is taken to drive every pod off.
    """
    if not (drains or not after or _drives_off(before, after)):
        return NOTHING
    if facts.pods is None:
        return not_known(f"the pods on {step.about} are not known: {why_unknown(facts, 'pods')}")
    pods = [pod for pod in facts.pods if is_alive(pod) and not pod.mirror and not (drains and pod.daemon_set)]
    return _all_of(pods, facts, Way.EVICTED if drains else Way.FORCED)


def why_unknown(facts: Facts, name: str) -> str:
    """
    Return why a fact is not known.
    """
    return facts.unknown.get(name, "they were not read")


def out_of_service(before: Manifest, after: Manifest) -> bool:
    """
    Tell if a change keeps pods off a node that might have come before: it is gone, cordoned, or has a new taint.
    """
    cordoned = bool(mapping(after, "spec").get("unschedulable")) and not mapping(before, "spec").get("unschedulable")
    return not after or cordoned or bool(_new_taints(before, after))


def _drives_off(before: Manifest, after: Manifest) -> bool:
    return any(effect == "NoExecute" for _, _, effect in _new_taints(before, after))


def _new_taints(before: Manifest, after: Manifest) -> set[tuple[str, str, str]]:
    return _taints(after) - _taints(before)


def _taints(node: Manifest) -> set[tuple[str, str, str]]:
    # As texts: what a patch asks for need not be hashable.
    taints = items(mapping(node, "spec"), "taints")
    return {(str(each.get("key")), str(each.get("value")), str(each.get("effect"))) for each in taints}


def _all_of(pods: Iterable[PodFact], facts: Facts, way: Way) -> Lost:
    whose = [_whose(pod, facts) for pod in pods]
    lost = [stays_away(workload, count, way) for workload, count in Counter(whose).items()]
    return together(*lost, _share(facts) if whose else NOTHING)


def _one(pod: PodFact, facts: Facts, way: Way, *, lasting: bool) -> Lost:
    workload = _whose(pod, facts)
    lost = stays_away(workload, 1, way) if lasting else passes(workload, 1, 1, way)
    return together(lost, NOTHING if pod.unmanaged else _share(facts))


def _share(facts: Facts) -> Lost:
    if facts.workloads is not None:
        return NOTHING
    return not_known(f"whose the pods are is not known: {why_unknown(facts, 'workloads')}", Part.SHARE)


def _whose(pod: PodFact, facts: Facts) -> Workload:
    """
    Return the workload of a pod: the controller of its controller where there is one, with the nearest one's count.
    """
    namespace, owner = pod.namespace, pod.owner
    if owner is None:
        return Workload(f"pod/{namespace}/{pod.name}", namespace, 1)
    key = (owner.kind, namespace, owner.name)
    found = next((each for each in facts.workloads or () if (each.kind, each.namespace, each.name) == key), None)
    if found is None:
        return Workload(f"{owner.kind.lower()}/{namespace}/{owner.name}", namespace, None)
    top = found.owner or owner
    return Workload(f"{top.kind.lower()}/{namespace}/{top.name}", namespace, found.pods)


def _loses_a_label(before: Manifest, after: Manifest) -> bool:
    had, has = mapping(before, "metadata", "labels"), mapping(after, "metadata", "labels")
    return any(has.get(key) != value for key, value in had.items())


def _restarts(before: Manifest, after: Manifest) -> bool:
    """
    Tell if a container of the pod starts anew: it changes otherwise than in its resources, or asks for a restart then.
    """
    had, has = mapping(before, "spec"), mapping(after, "spec")
    return had != has and (_without_resources(had) != _without_resources(has) or _asks_for_restart(has))


def _without_resources(spec: Any) -> dict[str, Any]:
    lists = {
        key: [{name: value for name, value in each.items() if name != "resources"} for each in items(spec, key)]
        for key in ("containers", "initContainers")
    }
    return {**spec, **lists}


def _asks_for_restart(spec: Any) -> bool:
    return any(
        policy.get("restartPolicy") == "RestartContainer"
        for key in ("containers", "initContainers")
        for container in items(spec, key)
        for policy in items(container, "resizePolicy")
    )
