"""
What the API server fills in by itself is told from what admission adds.
"""

from typing import Any

import pytest

from executor.core.diff import differences, judge_requested
from executor.core.model import ABSENT, Manifest


def a_job(**pod: Any) -> Manifest:
    spec = {"template": {"spec": {"containers": [{"name": "run", "image": "busybox:1"}], **pod}}}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j"}, "spec": spec}


def unrequested(preview: Manifest, *, before: Manifest = ABSENT, desired: Manifest | None = None) -> list[str]:
    """
    Return the paths that nobody asked for when an object is made, or changed.
    """
    wanted = desired or a_job()
    asked = differences(before, wanted)
    found = judge_requested(differences(before, preview), asked, before=before, desired=wanted)
    return [".".join(each.path) for each in found if not each.requested]


def test_what_a_new_object_gets_from_the_server_counts_as_asked_for() -> None:
    made = a_job(dnsPolicy="ClusterFirst", terminationGracePeriodSeconds=30, securityContext={}, hostNetwork=False)
    made["spec"] |= {"completions": 1, "suspend": False}
    made["spec"]["template"]["metadata"] = {"labels": {"batch.kubernetes.io/controller-uid": "u", "job-name": "j"}}
    made["spec"]["template"]["spec"]["containers"][0] |= {
        "imagePullPolicy": "IfNotPresent",
        "resources": {},
        "terminationMessagePath": "/dev/termination-log",
    }

    assert [] == unrequested(made)


ADDED: dict[str, tuple[Manifest, str]] = {
    "a sidecar": (
        a_job(containers=[{"name": "run", "image": "busybox:1"}, {"name": "spy", "image": "spy:1"}]),
        "spec.template.spec.containers.[name=spy]",
    ),
    "an annotation": (
        {**a_job(), "metadata": {"name": "j", "annotations": {"injected": "yes"}}},
        "metadata.annotations.injected",
    ),
    "the host's network": (a_job(hostNetwork=True), "spec.template.spec.hostNetwork"),
    "a command": (
        a_job(containers=[{"name": "run", "image": "busybox:1", "command": ["sh"]}]),
        "spec.template.spec.containers.[name=run]",
    ),
    "privilege": (
        a_job(containers=[{"name": "run", "image": "busybox:1", "securityContext": {"privileged": True}}]),
        "spec.template.spec.containers.[name=run]",
    ),
    "another value than asked for": ({**a_job(), "metadata": {"name": "k"}}, "metadata.name"),
    "another account": (a_job(serviceAccountName="admin"), "spec.template.spec.serviceAccountName"),
    "a place to run at": (a_job(nodeName="worker-1"), "spec.template.spec.nodeName"),
    "another image": (
        a_job(containers=[{"name": "run", "image": "other:1"}]),
        "spec.template.spec.containers.[name=run]",
    ),
}


@pytest.mark.requirement("DRY-2")
@pytest.mark.parametrize(("preview", "path"), ADDED.values(), ids=ADDED)
def test_what_admission_adds_to_a_new_object_was_nobodys_request(preview: Manifest, path: str) -> None:
    assert [path] == unrequested(preview)


@pytest.mark.requirement("DRY-2")
def test_in_an_object_that_exists_only_what_the_request_makes_anew_gets_defaults() -> None:
    """
    The default of a variable that is new counts as asked for, a scalar beside it does not.
    """
    before = a_job()
    reference = {"name": "HOST", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}
    filled = {"name": "HOST", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName", "apiVersion": "v1"}}}

    def with_variable(variable: dict[str, Any], **pod: Any) -> Manifest:
        return a_job(containers=[{"name": "run", "image": "busybox:1", "env": [variable]}], **pod)

    preview = with_variable(filled, nodeName="worker-1")

    assert ["spec.template.spec.nodeName"] == unrequested(preview, before=before, desired=with_variable(reference))


def a_workload(container: dict[str, Any], **pod: Any) -> Manifest:
    containers = [{"name": "app", "image": "web:1", **container}]
    return {
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {"template": {"spec": {"containers": containers, **pod}}},
    }


PROBE = {"httpGet": {"path": "/", "port": 80}}
PROBE_WITH_DEFAULTS = {"httpGet": {"path": "/", "port": 80, "scheme": "HTTP"}, "periodSeconds": 10}
FILLED: dict[str, tuple[Manifest, Manifest]] = {
    "a probe in a container that is there": (
        a_workload({"readinessProbe": PROBE}),
        a_workload({"readinessProbe": PROBE_WITH_DEFAULTS}),
    ),
    "one more port in a list without names": (
        a_workload({"ports": [{"containerPort": 80, "protocol": "TCP"}, {"containerPort": 81}]}),
        a_workload({"ports": [{"containerPort": 80, "protocol": "TCP"}, {"containerPort": 81, "protocol": "TCP"}]}),
    ),
    "amounts in the server's spelling": (
        a_workload({"resources": {"requests": {"cpu": 0.5, "memory": "1024Mi"}}}),
        a_workload({"resources": {"requests": {"cpu": "500m", "memory": "1Gi"}}}),
    ),
    "amounts in what is new": (
        a_workload({}, initContainers=[{"name": "init", "resources": {"limits": {"cpu": "0.5"}}}]),
        a_workload({}, initContainers=[{"name": "init", "resources": {"limits": {"cpu": "500m"}}}]),
    ),
    "an account under its other name": (
        a_workload({}, serviceAccountName="robot"),
        a_workload({}, serviceAccountName="robot", serviceAccount="robot"),
    ),
    "an empty directory in a volume": (
        a_workload({}, volumes=[{"name": "tmp", "emptyDir": {}}]),
        a_workload({}, volumes=[{"name": "tmp", "emptyDir": {}}]),
    ),
}


@pytest.mark.requirement("DRY-2")
@pytest.mark.parametrize(("desired", "preview"), FILLED.values(), ids=FILLED)
def test_what_the_server_fills_into_a_part_that_is_new_counts_as_asked_for(
    desired: Manifest, preview: Manifest
) -> None:
    before = a_workload({"ports": [{"containerPort": 80, "protocol": "TCP"}]})

    assert [] == unrequested(preview, before=before, desired=desired)


MEDDLED: dict[str, tuple[Manifest, Manifest]] = {
    "power in a probe's container": (
        a_workload({"readinessProbe": PROBE}),
        a_workload({"readinessProbe": PROBE_WITH_DEFAULTS, "securityContext": {"privileged": True}}),
    ),
    "a variable in a container that is there": (
        a_workload({"readinessProbe": PROBE}),
        a_workload({"readinessProbe": PROBE_WITH_DEFAULTS, "env": [{"name": "PROXY", "value": "x"}]}),
    ),
    "another port than asked for": (
        a_workload({"ports": [{"containerPort": 81}]}),
        a_workload({"ports": [{"containerPort": 82, "protocol": "TCP"}]}),
    ),
    "one port more than asked for": (
        a_workload({"ports": [{"containerPort": 81}]}),
        a_workload({"ports": [{"containerPort": 81}, {"containerPort": 82}]}),
    ),
    "another amount": (
        a_workload({"resources": {"requests": {"cpu": "0.5"}}}),
        a_workload({"resources": {"requests": {"cpu": "501m"}}}),
    ),
    "a text that is no amount": (
        a_workload({}, volumes=[{"name": "v", "hostPath": {"path": "1"}}]),
        a_workload({}, volumes=[{"name": "v", "hostPath": {"path": "1000m"}}]),
    ),
    "another account than asked for": (
        a_workload({}, serviceAccountName="robot"),
        a_workload({}, serviceAccountName="robot", serviceAccount="admin"),
    ),
}


@pytest.mark.requirement("DRY-2")
@pytest.mark.parametrize(("desired", "preview"), MEDDLED.values(), ids=MEDDLED)
def test_what_admission_makes_of_a_part_that_is_new_was_nobodys_request(desired: Manifest, preview: Manifest) -> None:
    assert [] != unrequested(preview, before=a_workload({}), desired=desired)


CREATED: dict[str, tuple[Manifest, dict[str, Any]]] = {
    "a Namespace": (
        {"kind": "Namespace", "metadata": {"name": "shop"}},
        {
            "metadata": {"name": "shop", "labels": {"kubernetes.io/metadata.name": "shop"}},
            "spec": {"finalizers": ["kubernetes"]},
        },
    ),
    "a claim": (
        {"kind": "PersistentVolumeClaim", "metadata": {"name": "data"}},
        {"metadata": {"name": "data", "finalizers": ["kubernetes.io/pvc-protection"]}},
    ),
    "an autoscaler": (
        {"kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"}, "spec": {"maxReplicas": 3}},
        {
            "spec": {
                "maxReplicas": 3,
                "metrics": [
                    {
                        "type": "Resource",
                        "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}},
                    }
                ],
            }
        },
    ),
}


@pytest.mark.requirement("DRY-2")
@pytest.mark.parametrize(("desired", "given"), CREATED.values(), ids=CREATED)
def test_what_the_server_gives_to_every_new_object_of_a_kind_counts_as_asked_for(
    desired: Manifest, given: dict[str, Any]
) -> None:
    assert [] == unrequested({**desired, **given}, desired=desired)


@pytest.mark.requirement("DRY-2")
def test_what_the_server_gives_to_a_new_object_is_somebodys_doing_in_an_old_one() -> None:
    before = {"kind": "PersistentVolumeClaim", "metadata": {"name": "data"}, "spec": {"size": 1}}
    desired = {**before, "spec": {"size": 2}}
    preview = {**desired, "metadata": {"name": "data", "finalizers": ["kubernetes.io/pvc-protection"]}}

    assert ["metadata.finalizers"] == unrequested(preview, before=before, desired=desired)
    assert ["metadata.labels.kubernetes.io/metadata.name"] == unrequested(
        {"kind": "Namespace", "metadata": {"name": "shop", "labels": {"kubernetes.io/metadata.name": "other"}}},
        desired={"kind": "Namespace", "metadata": {"name": "shop"}},
    )
