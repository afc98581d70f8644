"""
Owns requests that are denied: for every rule and stage at least one, as the executor makes them, with who denies them.
"""

from typing import Any

from executor.core.facts import Facts
from executor.core.model import Manifest
from executor.core.policy import ExpectInput, NamespaceInput, PolicyInput, Stage
from tests.policies.catalogue import ACCIDENTS, accident
from tests.policies.denials_of_any_kind import Denials, denials_of_any_kind
from tests.policies.denials_of_objects import denials_of_objects
from tests.policies.denials_of_outcomes import denials_of_outcomes
from tests.policies.denials_of_places import denials_of_places
from tests.policies.denials_of_plans import denials_of_plans
from tests.policies.manifests import a_container, a_deployment, a_node, a_scale, a_widget
from tests.policies.requests import Mutating, a_budget, a_request, a_restore, a_target, a_worker

CRITICAL = {"remediation.dev/critical": "true"}
CRITICAL_NAMESPACE = NamespaceInput(labels=CRITICAL, annotations={})
EXHAUSTED = Facts(pods=[], budgets=[a_budget(allowed=0)], workloads=[])


def denials() -> Denials:
    """
    Return every denied request with the rules that deny it.
    """
    cases = {**_preflight(), **_both(Stage.PREFLIGHT), **_both(Stage.DRY_RUN), **_dry_run(), **_rollback()}
    accidents = {f"the accident of {action}": accident(action) for action in ACCIDENTS}
    of_others = denials_of_any_kind() | denials_of_objects() | denials_of_outcomes() | denials_of_plans()
    return cases | accidents | of_others | denials_of_places()


def _preflight() -> Denials:
    def unknown(action: str) -> PolicyInput:
        request = a_request("scale", {"replicas": 5})
        assert request.step is not None
        return request.model_copy(update={"step": request.step.model_copy(update={"action": action})})

    def nodes(*found: Any) -> Facts:
        return Facts(nodes=list(found))

    worker, master = a_worker("worker-1"), a_worker("master-1", control_plane=True)
    return {
        "an action that is not on the list": (unknown("explode"), {"action_allowed"}),
        "cordon of a control-plane node": (
            a_request("cordon", live=a_node("master-1"), facts=nodes(a_worker("worker-1"), master)),
            {"control_plane_node"},
        ),
        "cordon of the only worker": (a_request("cordon", facts=nodes(worker, master)), {"schedulable_nodes"}),
        "cordon while the other worker is not ready": (
            a_request("cordon", facts=nodes(worker, a_worker("worker-2", ready=False))),
            {"schedulable_nodes"},
        ),
        "cordon while the other worker is cordoned": (
            a_request("cordon", facts=nodes(worker, a_worker("worker-2", schedulable=False))),
            {"schedulable_nodes"},
        ),
        "cordon while nodes are not known": (
            a_request("cordon", facts=Facts(unknown={"nodes": "may not list nodes"})),
            {"control_plane_node", "schedulable_nodes"},
        ),
    }


def _both(stage: Stage) -> Denials:
    def scale(replicas: int, **more: Any) -> PolicyInput:
        return a_request("scale", {"replicas": replicas}, stage=stage, **more)

    def by_scale(replicas: int, **more: Any) -> PolicyInput:
        scene = {"live": a_scale(name="w"), "target": a_target(a_widget()), **more}
        return a_request("scale", {"replicas": replicas}, stage=stage, **scene)

    def image(reference: str, container: str = "app") -> PolicyInput:
        return a_request("set_image", {"images": {container: reference}}, stage=stage)

    critical: Manifest = a_deployment()
    critical["metadata"]["labels"] = CRITICAL
    annotated: Manifest = a_deployment()
    annotated["spec"]["template"]["metadata"]["annotations"] = {"team": "shop"}
    cases: Denials = {
        "restart in a system namespace": (
            a_request("restart", stage=stage, live=a_deployment(namespace="kube-system")),
            {"protected_namespaces"},
        ),
        "restart in the executor's namespace": (
            a_request("restart", stage=stage, live=a_deployment(namespace="remediation-system")),
            {"protected_namespaces"} | ({"own_deployment"} if stage is Stage.PREFLIGHT else set()),
        ),
        "scale above the ceiling": (scale(21), {"replica_ceiling"}),
        "scale of a StatefulSet above the ceiling": (
            scale(21, live=a_deployment(kind="StatefulSet")),
            {"replica_ceiling"},
        ),
        "by its scale above the ceiling": (by_scale(21), {"replica_ceiling"}),
        "by its scale from none above the ceiling": (
            by_scale(21, live=a_scale(name="w", replicas=0)),
            {"replica_ceiling"},
        ),
        "by its scale to zero": (by_scale(0), {"replica_floor"}),
        "by its scale down without headroom": (by_scale(2, facts=EXHAUSTED), {"disruption_budget"}),
        "a critical workload to zero": (scale(0, live=critical), {"replica_floor"}),
        "a workload of a critical namespace to zero": (scale(0, namespace=CRITICAL_NAMESPACE), {"replica_floor"}),
        "latest": (image("nginx:latest"), {"image_registry"}),
        "no tag behind a port": (image("registry.example:5000/nginx"), {"image_registry"}),
        "latest in an init container": (image("nginx:latest", "migrate"), {"image_registry"}),
        "restart without headroom": (a_request("restart", stage=stage, facts=EXHAUSTED), {"disruption_budget"}),
        "restart of a DaemonSet without headroom": (
            a_request("restart", stage=stage, live=a_deployment(kind="DaemonSet"), facts=EXHAUSTED),
            {"disruption_budget"},
        ),
        "restart of an annotated template without headroom": (
            a_request("restart", stage=stage, live=annotated, facts=EXHAUSTED),
            {"disruption_budget"},
        ),
        "scale down without headroom": (scale(2, facts=EXHAUSTED), {"disruption_budget"}),
        "restart with a budget that is not observed": (
            a_request("restart", stage=stage, facts=Facts(budgets=[a_budget(observed=False)])),
            {"disruption_budget"},
        ),
        "restart while budgets are not known": (
            a_request("restart", stage=stage, facts=Facts(unknown={"budgets": "may not list budgets"})),
            {"disruption_budget"},
        ),
    }
    return {f"{stage}: {case}": denial for case, denial in cases.items()}


def _dry_run() -> Denials:
    def scale(admission: Mutating) -> PolicyInput:
        return a_request("scale", {"replicas": 5}, stage=Stage.DRY_RUN, admission=admission)

    def pod(manifest: Manifest) -> dict[str, Any]:
        spec: dict[str, Any] = manifest["spec"]["template"]["spec"]
        return spec

    def gain(change: Mutating) -> tuple[PolicyInput, set[str]]:
        return scale(change), {"no_privilege_gain", "unrequested_changes"}

    def expecting(paths: list[str]) -> PolicyInput:
        request = scale(lambda _: None)
        assert request.step is not None
        step = request.step.model_copy(update={"expect": ExpectInput(paths=paths)})
        return request.model_copy(update={"step": step})

    return {
        "more than the step promised": (expecting(["/metadata/labels"]), {"expected_paths"}),
        "admission annotates the object": (
            scale(lambda it: it["metadata"].update(annotations={"sidecar.example.io/status": "injected"})),
            {"unrequested_changes"},
        ),
        "admission raises the replicas": (
            scale(lambda it: it["spec"].update(replicas=50)),
            {"replica_ceiling", "unrequested_changes"},
        ),
        "admission puts another image in": (
            scale(lambda it: pod(it)["containers"][0].update(image="mirror.example/checkout:latest")),
            {"image_registry", "unrequested_changes"},
        ),
        "admission moves the object": (
            scale(lambda it: it["metadata"].update(namespace="kube-system")),
            {"protected_fields", "protected_namespaces", "unrequested_changes"},
        ),
        "admission injects a privileged sidecar": gain(
            lambda it: pod(it)["containers"].append(
                {**a_container("proxy", "mesh/proxy:1.0"), "securityContext": {"privileged": True}}
            )
        ),
        "admission makes a container privileged": gain(
            lambda it: pod(it)["containers"][0]["securityContext"].update(privileged=True)
        ),
        "admission makes an init container privileged": gain(
            lambda it: pod(it)["initContainers"][0]["securityContext"].update(privileged=True)
        ),
        "admission adds a capability": gain(
            lambda it: pod(it)["containers"][0]["securityContext"]["capabilities"].update(add=["SYS_ADMIN"])
        ),
        "admission no longer drops capabilities": gain(
            lambda it: pod(it)["containers"][0]["securityContext"].pop("capabilities")
        ),
        "admission mounts the host": gain(
            lambda it: pod(it)["volumes"].append({"name": "root", "hostPath": {"path": "/"}})
        ),
        "admission joins the host's network": gain(lambda it: pod(it).update(hostNetwork=True)),
        "admission runs as root": gain(lambda it: pod(it)["securityContext"].update(runAsNonRoot=False)),
        "admission unconfines": gain(
            lambda it: pod(it)["securityContext"].update(seccompProfile={"type": "Unconfined"})
        ),
        "admission changes the service account": gain(lambda it: pod(it).update(serviceAccountName="admin")),
    }


def _rollback() -> Denials:
    code = {"restore_within_snapshot"}

    def scaled(admission: Mutating) -> PolicyInput:
        return a_restore("scale", {"replicas": 5}, admission=admission)

    restored = a_restore("set_image", {"images": {"app": "nginx:1.27"}})
    other: Manifest = a_deployment()
    other["spec"]["template"]["spec"]["containers"][0]["image"] = "nginx:1.26"
    return {
        "a restore that admission adds to": (scaled(lambda it: it["metadata"].update(annotations={"a": "b"})), code),
        "a restore that does not reach the snapshot": (scaled(lambda it: it["spec"].update(replicas=4)), code),
        "a restore of another image": (
            restored.model_copy(update={"snapshot": other}),
            code,
        ),
        "a restore that takes away what was there": (scaled(lambda it: it["metadata"].pop("labels")), code),
        "a restore onto another object of the name": (
            scaled(lambda it: it["metadata"].update(uid="6d4d5f5c-0000-4000-8000-000000000009")),
            code,
        ),
        "a restore without a snapshot": (restored.model_copy(update={"snapshot": None}), code),
    }
