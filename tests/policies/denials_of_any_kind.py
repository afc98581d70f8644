"""
Owns requests about objects of any kind that are denied: made, changed, removed and restored ones, with who denies them.
"""

from typing import Any

from executor.core.facts import Facts
from executor.core.model import ABSENT, Manifest
from executor.core.policy import PolicyInput, Stage
from tests.policies.catalogue import CORDONED, CRON_JOB, EXHAUSTED, MASTER
from tests.policies.manifests import (
    a_claim,
    a_config_map,
    a_container,
    a_cron_job,
    a_deployment,
    a_job,
    a_node,
    a_plain_deployment,
    a_plain_object,
    a_pod,
    a_template,
    a_widget,
)
from tests.policies.requests import Mutating, a_request, a_restore, a_target, a_worker

Denials = dict[str, tuple[PolicyInput, set[str]]]
"""Case → the request, and the codes of all rules that deny it."""

POD = a_template({})["spec"]
OUT_OF_SERVICE = {"control_plane_node", "schedulable_nodes"}


def denials_of_any_kind() -> Denials:
    """
    Return every such request with the rules that deny it.
    """
    return {**_removed(), **_changed(), **_nodes(), **_dry_run(), **_restored()} | {
        f"{stage}: {case}": denial
        for stage in (Stage.PREFLIGHT, Stage.DRY_RUN)
        for case, denial in (_made(stage) | _pods(stage)).items()
    }


def _removed() -> Denials:
    critical = a_deployment()
    critical["metadata"]["labels"] = {"remediation.dev/critical": "true"}
    kinds = {"protected_kinds", "deletion_allowed"}
    namespace = a_plain_object("Namespace", "v1", namespace=None)
    gone = {
        "a Namespace": (namespace, kinds | {"disruption_budget"}),
        "a node": (a_node(), kinds | OUT_OF_SERVICE),
        "a StatefulSet": (a_deployment(kind="StatefulSet"), {"deletion_allowed"}),
        "a critical workload": (critical, {"deletion_allowed", "replica_floor"}),
        "a custom resource": (a_widget(), {"deletion_allowed"}),
        "a pod that nobody owns": (a_pod(owned=False), {"deletion_allowed"}),
    }
    return {f"delete {what}": (a_request("delete", live=live), codes) for what, (live, codes) in gone.items()} | {
        "delete a Job without headroom": (a_request("delete", live=a_job(), facts=EXHAUSTED), {"disruption_budget"})
    }


def _changed() -> Denials:
    def patch(live: Manifest, *operations: dict[str, Any], **more: Any) -> PolicyInput:
        return a_request("patch", {"type": "json", "patch": list(operations)}, live=live, **more)

    def label(live: Manifest, **labels: str) -> PolicyInput:
        return a_request("label", {"set": labels}, live=live)

    def replace(path: str, value: Any) -> dict[str, Any]:
        return {"op": "replace", "path": path, "value": value}

    three = {**a_widget(), "spec": {"replicas": 3}}
    system = a_plain_object("Namespace", "v1", namespace=None)
    system["metadata"]["name"] = "kube-system"
    enforced = {"pod-security.kubernetes.io/enforce": "privileged"}
    owner = {"op": "add", "path": "/metadata/ownerReferences", "value": [{"kind": "Widget", "name": "w", "uid": "u"}]}
    return {
        "label a ServiceAccount": (label(a_plain_object("ServiceAccount", "v1"), team="shop"), {"protected_kinds"}),
        "label kube-system": (label(system, team="shop"), {"protected_namespaces"}),
        "relax a Namespace": (
            label(a_plain_object("Namespace", "v1", namespace=None), **enforced),
            {"protected_fields"},
        ),
        "give an owner": (patch(a_config_map(), owner), {"protected_fields"}),
        "take a claim's finalizer": (
            patch(a_claim(), {"op": "remove", "path": "/metadata/finalizers"}),
            {"protected_fields"},
        ),
        "patch the replicas of a custom resource": (patch(three, replace("/spec/replicas", 21)), {"replica_ceiling"}),
        "patch replicas into a custom resource": (
            patch(a_widget(), {"op": "add", "path": "/spec/replicas", "value": 21}),
            {"disruption_budget", "replica_ceiling"},
        ),
        "patch a pod's image without headroom": (
            patch(a_pod(), replace("/spec/containers/0/image", "nginx:1.27"), facts=EXHAUSTED),
            {"disruption_budget"},
        ),
        "patch a pod's label without headroom": (
            patch(a_pod(), replace("/metadata/labels/app", "other"), facts=EXHAUSTED),
            {"disruption_budget"},
        ),
        "patch a Job to sleep without headroom": (
            patch(a_job(), replace("/spec/suspend", True), facts=EXHAUSTED),
            {"disruption_budget"},
        ),
    }


def _nodes() -> Denials:
    master = {**a_node("master"), "spec": {"unschedulable": True}}
    role = {"op": "add", "path": f"/metadata/labels/{MASTER.replace('/', '~1')}", "value": ""}
    cordon = {"type": "merge", "patch": {"spec": {"unschedulable": True}}}
    repair = {"key": "acme.io/repair", "effect": "NoSchedule"}
    alone = Facts(nodes=[a_worker("worker-1"), a_worker("master", control_plane=True)])
    on_node: dict[str, Any] = {"related": {"on_node": ()}}
    return {
        "drain a control-plane node that is cordoned": (
            a_request("drain", live=master, **on_node),
            {"control_plane_node"},
        ),
        "drain the only worker that is cordoned": (
            a_request("drain", live=CORDONED, facts=alone, **on_node),
            {"schedulable_nodes"},
        ),
        "drain with the data of its pods": (
            a_request("drain", {"delete_empty_dir": True}, **on_node),
            {"drain_force"},
        ),
        "cordon by a patch, while nodes are not known": (a_request("patch", cordon, live=a_node()), OUT_OF_SERVICE),
        "taint a control-plane node": (a_request("taint", repair, live=a_node("master")), {"control_plane_node"}),
        "taint the only worker": (a_request("taint", repair, facts=alone), {"schedulable_nodes"}),
        "make a worker look like the control plane": (
            a_request("patch", {"type": "json", "patch": [role]}, live=a_node()),
            {"control_plane_node"},
        ),
    }


def _made(stage: Stage) -> Denials:
    def apply(manifest: Manifest) -> PolicyInput:
        return a_request("apply", {"manifest": manifest}, stage=stage, live=ABSENT, target=a_target(manifest))

    many, latest, held = a_plain_deployment(), a_plain_deployment(), a_plain_deployment()
    many["spec"]["replicas"] = 21
    latest["spec"]["template"]["spec"]["containers"][0]["image"] = "nginx"
    held["metadata"]["finalizers"] = ["acme.io/hold"]
    return {
        "made with too many replicas": (apply(many), {"replica_ceiling"}),
        "made of a latest image": (apply(latest), {"image_registry"}),
        "made with a finalizer": (apply(held), {"protected_fields"}),
    }


def _pods(stage: Stage) -> Denials:
    def patch(**pod: Any) -> PolicyInput:
        changed = [{"op": "add", "path": f"/spec/pools/1/pod/{key}", "value": value} for key, value in pod.items()]
        return a_request("patch", {"type": "json", "patch": changed}, stage=stage, live=a_widget(pod=POD), facts=ROOM)

    return {
        "a latest image in a custom resource": (
            patch(containers=[{**POD["containers"][0], "image": "nginx:latest"}]),
            {"image_registry"},
        )
    }


ROOM = Facts(pods=[], budgets=[])


def _dry_run() -> Denials:
    def apply(**pod: Any) -> PolicyInput:
        manifest = a_plain_deployment()
        manifest["spec"]["template"]["spec"] |= pod
        return a_request("apply", {"manifest": manifest}, stage=Stage.DRY_RUN, live=ABSENT, target=a_target(manifest))

    def label(admission: Mutating) -> PolicyInput:
        return a_request(
            "label", {"set": {"team": "shop"}}, stage=Stage.DRY_RUN, live=a_config_map(), admission=admission
        )

    def trigger(admission: Mutating) -> PolicyInput:
        related = {"cronjob": (a_cron_job(),)}
        return a_request(
            "trigger_cronjob", stage=Stage.DRY_RUN, live=ABSENT, target=CRON_JOB, related=related, admission=admission
        )

    widget = {"type": "merge", "patch": {"spec": {"pools": [{"size": 1}, {"pod": {**POD, "hostPID": True}}]}}}
    sidecar = a_container("proxy", "mesh/proxy:1.0")
    return {
        "admission adds a finalizer": (
            label(lambda it: it["metadata"].update(finalizers=["acme.io/hold"])),
            {"protected_fields", "unrequested_changes"},
        ),
        "the answer is another kind": (
            label(lambda it: it.update(kind="Secret")),
            {"protected_namespaces", "unrequested_changes"},
        ),
        "made on the host's network": (apply(hostNetwork=True), {"no_privilege_gain"}),
        "made with another account": (apply(serviceAccountName="admin"), {"no_privilege_gain"}),
        "a pod of a custom resource sees the host's processes": (
            a_request("patch", widget, stage=Stage.DRY_RUN, live=a_widget(pod=POD), facts=ROOM),
            {"no_privilege_gain"},
        ),
        "admission adds to a CronJob's Job": (
            trigger(lambda it: it["spec"]["template"]["spec"]["containers"].append(sidecar)),
            {"image_registry", "no_privilege_gain", "protected_fields", "unrequested_changes"},
        ),
    }


def _restored() -> Denials:
    code = {"restore_within_snapshot"}
    manifest = {**a_config_map(), "metadata": {"name": "settings", "namespace": "shop"}}

    def anew(admission: Mutating) -> PolicyInput:
        return a_restore("delete", snapshot=a_config_map(), admission=admission)

    made = a_restore("apply", {"manifest": manifest}, snapshot=ABSENT, target=a_target(manifest))
    return {
        "made anew otherwise": (anew(lambda it: it.update(data={"mode": "slow"})), code),
        "made anew with what admission adds": (anew(lambda it: it["metadata"].update(labels={"a": "b"})), code),
        "removed though it was there": (made.model_copy(update={"snapshot": a_config_map()}), code),
    }
