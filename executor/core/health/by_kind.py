"""
Owns what "healthy" means for an object of any kind, from the object alone.

The rules are those of kstatus (kubernetes-sigs/cli-utils, pkg/kstatus/status, generic.go and core.go), in its order:
what is being deleted never gets there, a status about another generation says nothing, `Reconciling` and `Stalled`
decide for every kind that has them, then the kind's own rule, then the `Ready` condition. Where a kind's file decides
otherwise than kstatus, it says so.
"""

from collections.abc import Callable, Mapping

from executor.core.health.autoscaler import autoscaler
from executor.core.health.budget import budget
from executor.core.health.claim import claim
from executor.core.health.cron_job import cron_job
from executor.core.health.daemon_set import daemon_set
from executor.core.health.definition import definition
from executor.core.health.deployment import deployment
from executor.core.health.generic import by_ready_condition, by_standard_conditions, not_seen, terminating
from executor.core.health.job import job
from executor.core.health.node import node, schedulability
from executor.core.health.pod import pod
from executor.core.health.reading import is_behind, is_being_deleted, text
from executor.core.health.replica_set import replica_set
from executor.core.health.service import service
from executor.core.health.stateful_set import stateful_set
from executor.core.health.values import Health, current
from executor.core.model import Manifest

Rule = Callable[[Manifest], Health]

_RULES: Mapping[tuple[str, str], Rule] = {
    ("apps", "Deployment"): deployment,
    ("apps", "StatefulSet"): stateful_set,
    ("apps", "DaemonSet"): daemon_set,
    ("apps", "ReplicaSet"): replica_set,
    ("batch", "Job"): job,
    ("batch", "CronJob"): cron_job,
    ("", "Pod"): pod,
    ("", "PersistentVolumeClaim"): claim,
    ("", "Service"): service,
    ("", "Node"): node,
    ("policy", "PodDisruptionBudget"): budget,
    ("autoscaling", "HorizontalPodAutoscaler"): autoscaler,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): definition,
}
_BUILT_IN: Mapping[str, Rule] = {kind: rule for (_, kind), rule in _RULES.items()}

_ALWAYS_SAY = frozenset({deployment, stateful_set, daemon_set, replica_set, budget})
"""Rules of kinds whose controller always reports the generation it saw: without one, it has not looked yet."""


def health(manifest: Manifest) -> Health:
    """
    Judge an object by its kind's rule; a kind without one by its `Ready` condition, and current where it has none.

    Never raises, whatever a status holds: what has not the expected type counts as not reported.
    """
    if is_being_deleted(manifest):
        return terminating(manifest)
    rule = _rule(manifest)
    if is_behind(manifest, always_says=rule in _ALWAYS_SAY):
        return not_seen()
    return by_standard_conditions(manifest) or (by_ready_condition if rule is None else rule)(manifest)


def observed(manifest: Manifest) -> Health:
    """
    Judge an object for which holding the value is all there is to wait for, such as a cordoned node.
    """
    if is_being_deleted(manifest):
        return terminating(manifest)
    return current(schedulability(manifest) if _rule(manifest) is node else "it is as asked")


def _rule(manifest: Manifest) -> Rule | None:
    """
    Return the kind's rule. Other groups have kinds of the same names (`Service` of Knative, `Job` of Volcano).

    An object without apiVersion, as the items of a list are, is taken for the built-in kind.
    """
    group, slash, _ = text(manifest, "apiVersion").rpartition("/")
    if not slash and not manifest.get("apiVersion"):
        return _BUILT_IN.get(text(manifest, "kind"))
    return _RULES.get((group, text(manifest, "kind")))
