"""
Owns what one step disturbs, as the cluster is now: objects, nodes, and the pods that end or move.

Every number is an upper bound. What was away before the step is not its doing; what a restore would move once more is
not counted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from executor.core.action import Work, by_observation
from executor.core.actions import CATALOGUE
from executor.core.diff import differences
from executor.core.facts import BudgetFact, Facts
from executor.core.losses import NOTHING, Gap, Loss, Lost, Part, Way, not_known, together
from executor.core.model import Manifest
from executor.core.plan import Step
from executor.core.pod_losses import from_node, from_pod, out_of_service, why_unknown
from executor.core.target import Target
from executor.core.workload_losses import (
    fewer,
    from_autoscaler,
    from_cron_job,
    from_custom,
    from_job,
    from_workload,
)

BUILT_IN_GROUPS = frozenset(
    {
        "",
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "apps",
        "autoscaling",
        "batch",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
    }
)
"""Kubernetes' own groups: their kinds hold no pods but for those named below."""


@dataclass(frozen=True, slots=True)
class Disruption:
    """
    What a step disturbs. `gaps` say what of it could not be read, `budgets` are those over the pods it takes.
    """

    objects: frozenset[Target] = frozenset()
    nodes: frozenset[str] = frozenset()
    losses: tuple[Loss, ...] = ()
    budgets: tuple[BudgetFact, ...] = ()
    gaps: tuple[Gap, ...] = ()


def disruption_of(step: Step, subject: Target | None, *, before: Manifest, after: Manifest, facts: Facts) -> Disruption:
    """
    Return what a step disturbs that makes `after` of `before`.

    A step that only looks, or changes nothing, disturbs nothing; one that takes no pods away needs no fact.
    """
    action = CATALOGUE[step.action]
    drains = action.work is Work.DRAIN
    if subject is None or action.only_looks or not (drains or differences(before, after)):
        return Disruption()
    lost = together(found := _lost(step, subject, before, after, facts), _without_budgets(found, facts))
    if action.settled is by_observation:
        # It is verified as soon as the object holds the change, whatever its pods do then.
        lost = replace(lost, losses=tuple(replace(each, lasting=each.at_once) for each in lost.losses))
    is_node = subject.kind == "Node" and subject.api_version is None
    return Disruption(
        objects=frozenset({subject}),
        nodes=frozenset({subject.name}) if is_node and (drains or out_of_service(before, after)) else frozenset(),
        losses=lost.losses,
        budgets=tuple(facts.budgets or ()) if lost.losses else (),
        gaps=lost.gaps,
    )


def _lost(step: Step, subject: Target, before: Manifest, after: Manifest, facts: Facts) -> Lost:
    shown = before or after
    kind, group = str(shown.get("kind")), str(shown.get("apiVersion", "")).rpartition("/")[0]
    if not before or (not after and step.parameters.get("propagation") == "orphan"):
        return NOTHING
    look = _BY_KIND.get(kind) if group in BUILT_IN_GROUPS else from_custom
    if look is not None:
        return look(subject, before, after, facts)
    if kind == "Pod":
        return from_pod(step, before, after, facts)
    drains = CATALOGUE[step.action].work is Work.DRAIN
    return from_node(step, before, after, facts, drains=drains) if kind == "Node" else NOTHING


def _everything(subject: Target, _: Manifest, after: Manifest, __: Facts) -> Lost:
    return NOTHING if after else not_known(f"{subject}: everything in it goes with it and was not counted")


_BY_KIND: Mapping[str, Callable[[Target, Manifest, Manifest, Facts], Lost]] = {
    "APIService": _everything,
    "CronJob": from_cron_job,
    "CustomResourceDefinition": _everything,
    "DaemonSet": from_workload,
    "Deployment": from_workload,
    "HorizontalPodAutoscaler": from_autoscaler,
    "Job": from_job,
    "Namespace": _everything,
    "ReplicaSet": from_workload,
    "ReplicationController": from_workload,
    "Scale": fewer,
    "StatefulSet": from_workload,
}


def _without_budgets(lost: Lost, facts: Facts) -> Lost:
    """
    Return that what budgets allow is not known where pods are taken.

    What a workload's own controller takes misses only budgets that were looked for in vain.
    """
    taken = {loss.way for loss in lost.losses if loss.at_once} - {Way.UNSEEN}
    if facts.budgets is not None:
        behind = [f"{each.namespace}/{each.name}" for each in facts.budgets if not each.observed]
        if not (behind and Way.FORCED in taken):
            return NOTHING
        return not_known(f"disruption budget {behind[0]}: its controller has not counted yet", Part.HEADROOM)
    if not (taken - {Way.OWN} or (taken and "budgets" in facts.unknown)):
        return NOTHING
    why = f"the disruption budgets over the pods are not known: {why_unknown(facts, 'budgets')}"
    return not_known(why, Part.HEADROOM)
