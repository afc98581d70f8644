"""
Owns what the policy tests ask: policy inputs as the executor makes them, of real manifests, actions and differences.
"""

from collections.abc import Callable
from typing import Any

from executor.core.actions import CATALOGUE
from executor.core.diff import as_json, diff, judge_requested
from executor.core.facts import BudgetFact, Facts, NodeFact
from executor.core.model import Manifest
from executor.core.plan import Plan, Step
from executor.core.policy import NamespaceInput, PolicyInput, Stage
from executor.core.request import Asker, Evidence, policy_request
from executor.core.target import Target
from tests.rendering import NOW, desired

Mutating = Callable[[Manifest], None]
"""What an admission policy does to an object, in place."""


def a_deployment(
    *, kind: str = "Deployment", name: str = "checkout", namespace: str = "shop", replicas: int = 3
) -> Manifest:
    """
    Return a workload as the API server holds it.
    """
    labels = {"app": name}
    spec: dict[str, Any] = {
        "selector": {"matchLabels": labels},
        "template": {
            "metadata": {"labels": labels},
            "spec": {
                "serviceAccountName": "shop",
                "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
                "containers": [a_container("app", "registry.example:5000/shop/checkout:1.4.2")],
                "initContainers": [a_container("migrate", "registry.example:5000/shop/migrate:1.4.2")],
                "volumes": [{"name": "scratch", "emptyDir": {}}],
            },
        },
    }
    if kind != "DaemonSet":
        spec["replicas"] = replicas
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": "6d4d5f5c-0000-4000-8000-000000000001",
            "resourceVersion": "1042",
            "labels": labels,
            "managedFields": [{"manager": "helm", "operation": "Apply", "fieldsV1": {"f:spec": {"f:replicas": {}}}}],
        },
        "spec": spec,
        "status": {"readyReplicas": replicas},
    }


def a_scale(*, name: str = "checkout", namespace: str = "shop", replicas: int = 3) -> Manifest:
    """
    Return the scale of a workload as the API server answers it.
    """
    return {
        "apiVersion": "autoscaling/v1",
        "kind": "Scale",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": "6d4d5f5c-0000-4000-8000-000000000001",
            "resourceVersion": "1042",
        },
        "spec": {"replicas": replicas},
        "status": {"replicas": replicas, "selector": f"app={name}"},
    }


def a_container(name: str, image: str) -> dict[str, Any]:
    """
    Return a container that has no power it does not need.
    """
    return {
        "name": name,
        "image": image,
        "ports": [{"containerPort": 8080, "protocol": "TCP"}],
        # Mounted twice on purpose: its name names no item.
        "volumeMounts": [{"name": "scratch", "mountPath": "/scratch"}, {"name": "scratch", "mountPath": "/cache"}],
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }


def a_node(name: str = "worker-1") -> Manifest:
    """
    Return a node as the API server holds it.
    """
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "uid": "6d4d5f5c-0000-4000-8000-000000000002", "resourceVersion": "7", "labels": {}},
        "spec": {"podCIDR": "10.0.1.0/24"},
        "status": {"conditions": [{"type": "Ready", "status": "True"}]},
    }


def a_worker(name: str, *, ready: bool = True, schedulable: bool = True, control_plane: bool = False) -> NodeFact:
    """
    Return what is known of a node.
    """
    return NodeFact(name=name, ready=ready, schedulable=schedulable, control_plane=control_plane)


def a_budget(*, allowed: int = 1, expected: int = 3, observed: bool = True) -> BudgetFact:
    """
    Return a budget that selects the target's pods.
    """
    return BudgetFact(
        name="checkout",
        namespace="shop",
        disruptions_allowed=allowed,
        current_healthy=expected,
        desired_healthy=max(expected - 1, 0),
        expected_pods=expected,
        observed=observed,
    )


def a_request(
    action: str,
    parameters: dict[str, Any] | None = None,
    *,
    stage: Stage = Stage.PREFLIGHT,
    live: Manifest | None = None,
    admission: Mutating | None = None,
    namespace: NamespaceInput | None = None,
    facts: Facts | None = None,
) -> PolicyInput:
    """
    Return what the executor asks about an action on a live object, which admission may change on the way.

    Facts default to a healthy cluster: one budget with headroom, two workers.
    """
    on_node = "Node" in CATALOGUE[action].kinds
    live = live or (a_node() if on_node else a_deployment())
    asked = desired(action, live, parameters)
    after = _admitted(asked, admission) if stage is not Stage.PREFLIGHT else asked
    return _input(
        stage=stage,
        action=action,
        parameters=parameters or {},
        before=live,
        after=after,
        asked=asked,
        namespace=None if on_node else namespace or NamespaceInput(labels={}, annotations={}),
        facts=facts or a_healthy_cluster(on_node=on_node),
    )


def a_restore(
    action: str, parameters: dict[str, Any], *, snapshot: Manifest | None = None, admission: Mutating | None = None
) -> PolicyInput:
    """
    Return what the executor asks before it puts back what an action changed.
    """
    snapshot = snapshot or (a_node() if "Node" in CATALOGUE[action].kinds else a_deployment())
    applied = desired(action, snapshot, parameters)
    applied = {**applied, "metadata": {**applied["metadata"], "resourceVersion": "1043"}}
    restored = {**snapshot, "metadata": {**snapshot["metadata"], "resourceVersion": "1043"}}
    return _input(
        stage=Stage.ROLLBACK,
        action=action,
        parameters=parameters,
        before=applied,
        after=_admitted(restored, admission),
        asked=restored,
        snapshot=snapshot,
        namespace=None if snapshot["kind"] == "Node" else NamespaceInput(labels={}, annotations={}),
        facts=Facts(),
    )


def a_healthy_cluster(*, on_node: bool) -> Facts:
    """
    Return the facts of a cluster in which nothing stands in the way.
    """
    if on_node:
        return Facts(nodes=[a_worker("worker-1"), a_worker("worker-2"), a_worker("master", control_plane=True)])
    return Facts(pods=[], budgets=[a_budget()])


def _admitted(asked: Manifest, admission: Mutating | None) -> Manifest:
    after: Manifest = _copy(asked)
    if admission is not None:
        admission(after)
    return after


def _copy(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _copy(value) for key, value in node.items()}
    return [_copy(item) for item in node] if isinstance(node, list) else node


def _input(
    *,
    stage: Stage,
    action: str,
    parameters: dict[str, Any],
    before: Manifest,
    after: Manifest,
    asked: Manifest,
    namespace: NamespaceInput | None,
    facts: Facts,
    snapshot: Manifest | None = None,
) -> PolicyInput:
    requested = judge_requested(diff(before, asked), diff(before, asked))
    found = judge_requested(diff(before, after), requested)
    step = Step(
        id="one",
        action=action,
        target=Target(
            kind=before["kind"], namespace=before["metadata"].get("namespace"), name=before["metadata"]["name"]
        ),
        parameters=parameters,
        needs=(),
        on_failure="rollback",
        assess="early",
        timeout_seconds=None,
    )
    evidence = Evidence(
        before=before,
        after=after,
        diff=as_json(found, before, after),
        namespace=namespace,
        facts=facts,
        snapshot=snapshot,
    )
    return policy_request(stage, NOW, _asker(step), step, evidence)


def _asker(step: Step) -> Asker:
    plan = Plan(
        name="relieve-checkout",
        reason="checkout is slow",
        labels={},
        rollback="automatic",
        max_parallel=None,
        timeout_seconds=600.0,
        steps=(step,),
    )
    return Asker(plan=plan, digest=plan.digest, caller="local", run="01")
