"""
Objects as the real API server and its controllers report them: their trouble is named early, and each kind settles.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from deploy.local.control_plane import ControlPlane
from executor.core.health import Health, health
from executor.core.health.autoscaler import autoscaler_observed
from executor.core.health.rollout import rolled_out
from executor.core.health.scaling import scaled
from executor.core.health.suspension import suspended
from executor.core.health.trouble import Trouble, trouble_of, trouble_of_conditions
from executor.core.model import Manifest
from executor.core.target import collection_path
from tests.builders import a_daemon_set, a_deployment, a_stateful_set, an_autoscaler
from tests.integration.local_workloads import STRATEGIC, until

pytestmark = [pytest.mark.integration, pytest.mark.requirement("VER-1")]

SECONDS = 90.0
"""A busy machine is slow, and the autoscaler's controller looks every 15 s."""


@dataclass(frozen=True)
class Namespace:
    """
    One namespace of the real cluster, read and written as raw objects.
    """

    plane: ControlPlane
    name: str

    def make(self, manifest: Manifest) -> None:
        """
        Create an object here.
        """
        manifest["metadata"]["namespace"] = self.name
        self.plane.api.request("POST", collection_path(manifest["kind"], self.name), manifest)

    def path(self, kind: str, name: str) -> str:
        """
        Return where an object is.
        """
        return f"{collection_path(kind, self.name)}/{name}"

    def read(self, kind: str, name: str) -> Manifest:
        """
        Return an object as it is now.
        """
        found: Manifest = self.plane.api.get(self.path(kind, name))
        return found

    def pods(self, app: str) -> list[Manifest]:
        """
        Return the pods of a workload.
        """
        found: list[Manifest] = self.plane.api.get(f"{collection_path('Pod', self.name)}?labelSelector=app%3D{app}")[
            "items"
        ]
        return found

    def change(self, kind: str, name: str, patch: Manifest) -> Manifest:
        """
        Patch an object and return it.
        """
        changed: Manifest = self.plane.api.request("PATCH", self.path(kind, name), patch, content_type=STRATEGIC)
        return changed

    def settles(self, kind: str, name: str, judge: Callable[[Manifest], Health] = health) -> Health:
        """
        Return the health of an object as soon as it is current.
        """

        def look() -> Health | None:
            found = judge(self.read(kind, name))
            assert not found.is_failed, found
            return found if found.is_current else None

        return until(look, f"{kind} {name} is current", seconds=SECONDS)


@pytest.fixture
def shop(control_plane: ControlPlane, namespace: str) -> Namespace:
    return Namespace(control_plane, namespace)


def with_requests(manifest: Manifest, **requests: str) -> Manifest:
    manifest["spec"]["template"]["spec"]["containers"][0]["resources"] = {"requests": requests}
    return manifest


FAULTS: dict[str, tuple[Callable[[], Manifest], str, str]] = {
    "an image that cannot be pulled": (
        lambda: a_deployment(pod_labels={"fault": "image-pull"}),
        "ImagePullBackOff",
        "container app: its image registry.test/web:1 cannot be pulled (ImagePullBackOff): Back-off pulling image",
    ),
    "a process that crashes": (
        lambda: a_deployment(pod_labels={"fault": "crash-loop"}),
        "CrashLoopBackOff",
        "container app: it keeps crashing (CrashLoopBackOff): it ended with exit code 1 (Error)",
    ),
    "more than any node has": (
        lambda: with_requests(a_deployment(), cpu="100k"),
        "Unschedulable",
        "no node takes it (Unschedulable): 0/",
    ),
}


@pytest.mark.parametrize(("workload", "reason", "why"), FAULTS.values(), ids=FAULTS)
def test_real_pods_tell_why_they_will_not_get_there(
    shop: Namespace, workload: Callable[[], Manifest], reason: str, why: str
) -> None:
    shop.make(workload())

    found: Trouble = until(lambda: trouble_of(shop.pods("web"), since=None), reason, seconds=SECONDS)

    assert reason == found.reason
    assert found.message.startswith("pod web-")
    assert why in found.message
    assert not health(shop.read("Deployment", "web")).is_current


def test_a_quota_that_stops_a_deployment_is_named_with_its_numbers(shop: Namespace) -> None:
    quota = {"kind": "ResourceQuota", "metadata": {"name": "team"}, "spec": {"hard": {"pods": "1"}}}
    shop.make(quota)
    until(lambda: shop.read("ResourceQuota", "team").get("status", {}).get("used"), "the quota counts", seconds=SECONDS)
    shop.make(a_deployment(replicas=2))

    def stopped() -> Trouble | None:
        found = trouble_of_conditions(shop.read("Deployment", "web"))
        return found if found and "1 of 1 used" in found.message else None

    found = until(stopped, "the quota is named", seconds=SECONDS)

    assert (
        "pods cannot be created (FailedCreate): quota team is exceeded: pods 1 asked for, 1 of 1 used" == found.message
    )


def test_a_rollout_past_its_deadline_is_told_by_the_deployment_itself(shop: Namespace) -> None:
    stuck = a_deployment(pod_labels={"fault": "never-ready"})
    stuck["spec"]["progressDeadlineSeconds"] = 1
    shop.make(stuck)

    found = until(
        lambda: trouble_of_conditions(shop.read("Deployment", "web")), "the deadline is reached", seconds=SECONDS
    )

    assert (
        Trouble("ProgressDeadlineExceeded", "the rollout made no progress for 1 s (progressDeadlineSeconds)", 0.0)
        == found
    )
    assert health(shop.read("Deployment", "web")).is_failed


WORKLOADS: dict[str, tuple[Callable[[], Manifest], str]] = {
    "Deployment": (lambda: a_deployment("web", replicas=2), "2 of 2 replicas are ready"),
    "StatefulSet": (lambda: a_stateful_set("web", replicas=2), "2 of 2 replicas are ready"),
    "DaemonSet": (lambda: a_daemon_set("web"), "3 of 3 pods are ready"),
}


@pytest.mark.parametrize(("workload", "sentence"), WORKLOADS.values(), ids=WORKLOADS)
def test_a_restart_has_arrived_when_every_real_pod_is_a_new_one(
    shop: Namespace, workload: Callable[[], Manifest], sentence: str
) -> None:
    manifest = workload()
    kind = manifest["kind"]
    shop.make(manifest)
    assert sentence == shop.settles(kind, "web").message
    before = {pod["metadata"]["uid"] for pod in shop.pods("web")}

    annotations = {"annotations": {"kubectl.kubernetes.io/restartedAt": "2026-11-23T11:24:06.942Z"}}
    restarted = shop.change(kind, "web", {"spec": {"template": {"metadata": annotations}}})
    since = max(entry["time"] for entry in restarted["metadata"]["managedFields"] if "subresource" not in entry)

    def arrived() -> list[Manifest] | None:
        # The pods are read last: those of before may be gone by the time the workload says that it is done.
        live, pods = shop.read(kind, "web"), shop.pods("web")
        return pods if rolled_out(live, pods, since).is_current else None

    pods = until(arrived, "every pod is a new one", seconds=SECONDS)

    there = {pod["metadata"]["uid"] for pod in pods if "deletionTimestamp" not in pod["metadata"]}
    assert not before & there
    assert there


def a_job(name: str, **spec: Any) -> Manifest:
    containers = [{"name": "app", "image": "report:1"}]
    pod = {"metadata": {"labels": {"app": name}}, "spec": {"restartPolicy": "Never", "containers": containers}}
    return {"kind": "Job", "metadata": {"name": name}, "spec": {"template": pod, **spec}}


def test_a_real_job_is_suspended_resumed_and_complete(shop: Namespace) -> None:
    shop.make(a_job("report", suspend=True, completions=2))
    assert (
        "it is suspended; 0 of 2 pods succeeded, 0 failed, 0 active" == shop.settles("Job", "report", suspended).message
    )

    shop.change("Job", "report", {"spec": {"suspend": False}})

    shop.settles("Job", "report", suspended)
    assert "it is complete; 2 of 2 pods succeeded, 0 failed, 0 active" == shop.settles("Job", "report").message


def test_a_real_job_tells_why_it_failed(shop: Namespace) -> None:
    never = a_job("late", activeDeadlineSeconds=1)
    never["spec"]["template"]["metadata"]["labels"]["fault"] = "never-ready"
    shop.make(never)

    found = until(lambda: trouble_of_conditions(shop.read("Job", "late")), "the Job fails", seconds=SECONDS)

    assert "DeadlineExceeded" == found.reason
    assert found.message.startswith("it failed (DeadlineExceeded): Job was active longer than specified deadline; ")
    assert health(shop.read("Job", "late")).is_failed


def test_the_other_kinds_settle_as_their_real_controllers_report_them(shop: Namespace) -> None:
    selector = {"selector": {"matchLabels": {"app": "web"}}}
    shop.make(a_deployment(replicas=3))
    shop.make({"kind": "PodDisruptionBudget", "metadata": {"name": "web"}, "spec": {"minAvailable": 2, **selector}})
    shop.make({"kind": "Service", "metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}]}})
    shop.make({"kind": "ConfigMap", "metadata": {"name": "web"}})
    shop.make(an_autoscaler(between=(2, 5)))

    assert "3 of 3 replicas are ready" == shop.settles("Deployment", "web").message
    (replica_set,) = shop.plane.api.get(collection_path("ReplicaSet", shop.name))["items"]
    assert "3 of 3 replicas are ready" == shop.settles("ReplicaSet", replica_set["metadata"]["name"]).message
    assert (
        "the pod is ready, 1 of 1 containers are"
        == shop.settles("Pod", shop.pods("web")[0]["metadata"]["name"]).message
    )
    until(
        lambda: "3 of 3 pods are healthy, 2 must be" in shop.settles("PodDisruptionBudget", "web").message,
        "the budget counts three",
        seconds=SECONDS,
    )
    assert "the service is there" == shop.settles("Service", "web").message
    assert "it is there, and has no condition to wait for" == shop.settles("ConfigMap", "web").message
    scale = shop.plane.api.get(f"{shop.path('Deployment', 'web')}/scale")
    assert "3 of 3 replicas are there" == scaled(scale).message
    seen = shop.settles("HorizontalPodAutoscaler", "web", autoscaler_observed)
    assert seen.message.startswith("it keeps 2 to 5 replicas; 3 are there")


def test_a_real_node_and_a_real_claim_tell_where_they_are(shop: Namespace) -> None:
    node = shop.plane.api.get(f"/api/v1/nodes/{min(shop.plane.api.ready_nodes())}")
    asked = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    shop.make({"kind": "PersistentVolumeClaim", "metadata": {"name": "data"}, "spec": asked})

    assert health(node).message.startswith("the node is ready, ")
    assert (
        "the claim is not bound to a volume yet (Pending)" == health(shop.read("PersistentVolumeClaim", "data")).message
    )


def test_a_real_custom_resource_definition_is_served_or_in_conflict(
    control_plane: ControlPlane, namespace: str
) -> None:
    group, root = f"{namespace}.example", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"

    def make(plural: str, kind: str) -> str:
        names = {"plural": plural, "singular": plural[:-1], "kind": kind}
        schema = {"openAPIV3Schema": {"type": "object"}}
        version = {"name": "v1", "served": True, "storage": True, "schema": schema}
        spec = {"group": group, "scope": "Namespaced", "names": names, "versions": [version]}
        name = f"{plural}.{group}"
        control_plane.api.request("POST", root, {"metadata": {"name": name}, "spec": spec})
        return f"{root}/{name}"

    first = make("widgets", "Widget")
    served = until(lambda: _done(health(control_plane.api.get(first))), "it is served", seconds=SECONDS)
    second = make("gadgets", "Widget")
    refused = until(lambda: _done(health(control_plane.api.get(second))), "it is refused", seconds=SECONDS)

    assert (True, "the API server serves it") == (served.is_current, served.message)
    assert refused.is_failed
    assert refused.message.startswith("its names are taken (ListKindConflict)")


def _done(found: Health) -> Health | None:
    return found if found.is_current or found.is_failed else None
