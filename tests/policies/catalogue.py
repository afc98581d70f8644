"""
Owns one ordinary request of every action, which the defaults allow, and one that they deny, with who denies it.

An action that is new in the catalogue needs both here: `test_decisions` says so.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from executor.core.facts import Facts
from executor.core.model import ABSENT
from executor.core.policy import PolicyInput, Stage
from executor.core.target import Target
from tests.policies.manifests import (
    a_claim,
    a_config_map,
    a_cron_job,
    a_deployment,
    a_job,
    a_node,
    a_plain_deployment,
    a_plain_object,
    a_pod,
    a_replica_set,
    a_widget,
    an_autoscaler,
)
from tests.policies.requests import a_budget, a_request, a_target, a_worker

EXHAUSTED = Facts(pods=[], budgets=[a_budget(allowed=0)], workloads=[])

SYSTEM = "kube-system"
MASTER = "node-role.kubernetes.io/control-plane"
CORDONED = {**a_node(), "spec": {"unschedulable": True}}
TAINTED = {**a_node(), "spec": {"taints": [{"key": "acme.io/repair", "effect": "NoSchedule"}]}}
PAUSED = a_deployment()
PAUSED["spec"]["paused"] = True
CRON_JOB = a_target(a_cron_job())
RESOURCES = {"container": "app", "limits": {"memory": "1Gi"}}
BY_SERVICES = {"services": (), "owner": (a_replica_set(revision=2),)}
SERVICE = {
    **a_plain_object("Service", "v1"),
    "spec": {"selector": {"app": "checkout"}},
}

Arguments = Mapping[str, Any]


def _applied(manifest: dict[str, Any]) -> Arguments:
    return {"parameters": {"manifest": manifest}, "live": ABSENT, "target": a_target(manifest)}


def _in_system(**arguments: Any) -> tuple[Arguments, set[str]]:
    return arguments, {"protected_namespaces"}


ORDINARY: Mapping[str, Arguments] = {
    "annotate": {"parameters": {"set": {"team": "shop"}}, "live": a_config_map()},
    "apply": _applied(a_plain_deployment()),
    "collect": {},
    "cordon": {},
    "delete": {"live": a_config_map()},
    "delete_pod": {"live": a_pod()},
    "drain": {"related": {"on_node": ()}},
    "evict_pod": {"live": a_pod(), "facts": EXHAUSTED},
    "expand_pvc": {"parameters": {"size": "20Gi"}, "live": a_claim()},
    "label": {"parameters": {"set": {"team": "shop"}}, "live": a_widget()},
    "notify": {"parameters": {"message": "checkout is back"}, "live": ABSENT},
    "patch": {"parameters": {"type": "merge", "patch": {"spec": {"size": 5}}}, "live": a_widget()},
    "pause_rollout": {},
    "quarantine_pod": {"live": a_pod(), "related": {**BY_SERVICES, "services": (SERVICE,)}},
    "resize_pod": {"parameters": RESOURCES, "live": a_pod()},
    "restart": {},
    "resume": {"live": a_job(suspended=True)},
    "resume_rollout": {"live": PAUSED},
    "scale": {"parameters": {"replicas": 5}},
    "set_autoscaling": {"parameters": {"max": 20}, "live": an_autoscaler()},
    "set_env": {"parameters": {"container": "app", "set": {"MODE": "slow"}}},
    "set_image": {"parameters": {"images": {"app": "nginx:1.27"}}},
    "set_resources": {"parameters": RESOURCES},
    "suspend": {"live": a_cron_job()},
    "taint": {"parameters": {"key": "acme.io/repair", "effect": "NoSchedule"}},
    "trigger_cronjob": {"live": ABSENT, "target": CRON_JOB, "related": {"cronjob": (a_cron_job(),)}},
    "uncordon": {"live": CORDONED},
    "undo_rollout": {"related": {"revisions": (a_replica_set(),)}},
    "untaint": {"parameters": {"key": "acme.io/repair"}, "live": TAINTED},
    "update_configmap": {"parameters": {"set": {"mode": "slow"}}, "live": a_config_map()},
    "update_secret": {"parameters": {"set": {"mode": "slow"}}, "live": a_config_map(kind="Secret")},
    "wait_for": {"parameters": {"health": True}},
}
"""Action → what `a_request` asks of it."""

ACCIDENTS: Mapping[str, tuple[Arguments, set[str]]] = {
    "annotate": _in_system(parameters={"set": {"team": "shop"}}, live=a_config_map(namespace=SYSTEM)),
    "apply": (
        _applied(a_plain_object("ClusterRole", "rbac.authorization.k8s.io/v1", namespace=None)),
        {"protected_kinds"},
    ),
    "collect": _in_system(live=a_deployment(namespace=SYSTEM)),
    "cordon": ({"live": a_node("master")}, {"control_plane_node"}),
    "delete": ({"live": a_claim()}, {"deletion_allowed"}),
    "delete_pod": ({"live": a_pod(), "facts": EXHAUSTED}, {"disruption_budget"}),
    "drain": ({"parameters": {"force_unmanaged": True}, "related": {"on_node": ()}}, {"drain_force"}),
    "evict_pod": (
        {"parameters": {"force_unmanaged": True}, "live": a_pod(owned=False)},
        {"deletion_allowed"},
    ),
    "expand_pvc": _in_system(parameters={"size": "20Gi"}, live=a_claim(namespace=SYSTEM)),
    "label": (
        {
            "parameters": {"unset": ["remediation.dev/critical"]},
            "live": a_widget(labels={"remediation.dev/critical": "true"}),
        },
        {"protected_fields"},
    ),
    "patch": (
        {
            "parameters": {"type": "merge", "patch": {"metadata": {"finalizers": None}}},
            "live": a_widget(finalizers=["acme.io/hold"]),
        },
        {"protected_fields"},
    ),
    "pause_rollout": _in_system(live=a_deployment(namespace=SYSTEM)),
    "quarantine_pod": ({"live": a_pod(), "related": BY_SERVICES, "facts": EXHAUSTED}, {"disruption_budget"}),
    "resize_pod": _in_system(parameters=RESOURCES, live=a_pod(namespace=SYSTEM)),
    "restart": ({"facts": EXHAUSTED}, {"disruption_budget"}),
    "resume": _in_system(live={**a_cron_job(namespace=SYSTEM), "spec": {**a_cron_job()["spec"], "suspend": True}}),
    "resume_rollout": _in_system(live={**PAUSED, "metadata": {**PAUSED["metadata"], "namespace": SYSTEM}}),
    "scale": ({"parameters": {"replicas": 21}}, {"replica_ceiling"}),
    "set_autoscaling": ({"parameters": {"max": 21}, "live": an_autoscaler()}, {"replica_ceiling"}),
    "set_env": (
        {"parameters": {"container": "app", "set": {"MODE": "slow"}}, "facts": EXHAUSTED},
        {"disruption_budget"},
    ),
    "set_image": ({"parameters": {"images": {"app": "nginx:latest"}}}, {"image_registry"}),
    "set_resources": ({"parameters": RESOURCES, "facts": EXHAUSTED}, {"disruption_budget"}),
    "suspend": ({"live": a_job(), "facts": EXHAUSTED}, {"disruption_budget"}),
    "taint": (
        {
            "parameters": {"key": "acme.io/repair", "effect": "NoExecute"},
            "facts": Facts(nodes=[a_worker("worker-1"), a_worker("worker-2")], budgets=[a_budget(allowed=0)]),
        },
        {"disruption_budget"},
    ),
    "trigger_cronjob": _in_system(
        live=ABSENT,
        target=Target(kind="CronJob", namespace=SYSTEM, name="tidy"),
        related={"cronjob": (a_cron_job(namespace=SYSTEM),)},
    ),
    "uncordon": (
        {"live": CORDONED, "stage": Stage.DRY_RUN, "admission": lambda it: it["metadata"].update(labels={"a": "b"})},
        {"unrequested_changes"},
    ),
    "undo_rollout": ({"related": {"revisions": (a_replica_set(),)}, "facts": EXHAUSTED}, {"disruption_budget"}),
    "untaint": (
        {
            "parameters": {"key": MASTER},
            "live": {**a_node("master"), "spec": {"taints": [{"key": MASTER, "effect": "NoSchedule"}]}},
        },
        {"control_plane_node"},
    ),
    "update_configmap": _in_system(parameters={"set": {"mode": "slow"}}, live=a_config_map(namespace=SYSTEM)),
    "update_secret": _in_system(
        parameters={"set": {"mode": "slow"}}, live=a_config_map(namespace=SYSTEM, kind="Secret")
    ),
    "wait_for": _in_system(parameters={"absent": True}, live=ABSENT, target=a_target(a_pod(namespace=SYSTEM))),
}
"""Action → what `a_request` asks of it, and the rules that deny it."""

NOTHING_TO_DENY = frozenset({"notify"})
"""Actions about no object: only the list of allowed actions says no to them."""


def ordinary(action: str, stage: Stage) -> PolicyInput:
    """
    Return an ordinary request of an action.
    """
    return partial(a_request, action, **ORDINARY[action])(stage=stage)


def accident(action: str) -> tuple[PolicyInput, set[str]]:
    """
    Return a request of an action that is denied, and the rules that deny it.
    """
    arguments, codes = ACCIDENTS[action]
    return a_request(action, **arguments), codes
