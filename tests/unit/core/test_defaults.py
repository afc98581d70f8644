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
