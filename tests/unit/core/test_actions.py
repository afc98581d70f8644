"""
Each action: the object it wants, the targets it cannot take, and what the catalogue says of it.
"""

import copy
from typing import Any

import pytest

from executor.core.action import ANY_KIND, NO_TARGET, with_value, without_value
from executor.core.actions import CATALOGUE
from executor.core.diff import diff
from executor.core.errors import Unusable
from executor.core.health import HealthState
from executor.core.paths import readable
from executor.core.target import RESOURCES
from tests.builders import a_daemon_set, a_deployment, a_node, a_stateful_set
from tests.rendering import NOW, settled
from tests.rendering import desired as desired_of

WORKLOADS = [a_deployment(), a_stateful_set(), a_daemon_set()]


def rendered(action: str, live: Any, **parameters: Any) -> Any:
    """
    Return the desired object, and fail when the live one was touched.
    """
    before = copy.deepcopy(live)
    desired = desired_of(action, live, parameters)
    assert before == live
    return desired


def changes(action: str, live: Any, **parameters: Any) -> list[tuple[str, Any]]:
    """
    Return what an action wants changed, as people read it.
    """
    return [(readable(each.path), each.after) for each in diff(live, rendered(action, live, **parameters))]


WORKLOAD_KINDS = ("Deployment", "StatefulSet", "DaemonSet")
KINDS = {
    **dict.fromkeys(["restart", "undo_rollout", "set_image", "set_env", "set_resources"], WORKLOAD_KINDS),
    **dict.fromkeys(["cordon", "uncordon", "taint", "untaint", "drain"], ("Node",)),
    **dict.fromkeys(["pause_rollout", "resume_rollout"], ("Deployment",)),
    **dict.fromkeys(["suspend", "resume"], ("Job", "CronJob")),
    **dict.fromkeys(["delete_pod", "evict_pod", "quarantine_pod", "resize_pod"], ("Pod",)),
    **dict.fromkeys(["scale", "label", "annotate", "patch", "apply", "delete", "wait_for", "collect"], ANY_KIND),
    "set_autoscaling": ("HorizontalPodAutoscaler",),
    "trigger_cronjob": ("CronJob",),
    "expand_pvc": ("PersistentVolumeClaim",),
    "update_configmap": ("ConfigMap",),
    "update_secret": ("Secret",),
    "notify": NO_TARGET,
}
"""The whole catalogue: there is no action but these."""


@pytest.mark.requirement("ACT-1", "ACT-2", "PLAN-7")
@pytest.mark.parametrize("action", CATALOGUE.values(), ids=CATALOGUE)
def test_the_set_is_closed_and_each_action_has_its_kinds(action: Any) -> None:
    assert KINDS[action.name] == action.kinds


@pytest.mark.requirement("ACT-2", "ACT-3", "ROLL-8")
@pytest.mark.parametrize("action", CATALOGUE.values(), ids=CATALOGUE)
def test_every_action_says_what_it_does_and_takes(action: Any) -> None:
    assert action.description.endswith(".")
    assert action.parameters.model_json_schema()["additionalProperties"] is False
    assert "$ref" not in str(action.parameters.model_json_schema())
    assert action.reversible is (action.irreversible_because is None)
    assert action.irreversible_because != ""


@pytest.mark.requirement("ACT-2")
@pytest.mark.parametrize("action", CATALOGUE.values(), ids=CATALOGUE)
def test_every_action_names_what_its_account_must_be_allowed_for_each_kind(action: Any) -> None:
    for kind in action.kinds:
        resource = "*" if action.takes_any_kind else RESOURCES[kind].plural
        allowed = [each for each in action.permissions if each.resource == resource]
        assert any("get" in each.verbs for each in allowed), f"no permission to read {resource}"


@pytest.mark.requirement("ROLL-8")
def test_a_restart_cannot_be_undone_and_says_why() -> None:
    assert "restart them once more" in (CATALOGUE["restart"].irreversible_because or "")


@pytest.mark.requirement("ACT-1")
@pytest.mark.parametrize("replicas", [0, 3, 1000])
def test_scale_sets_the_count_and_nothing_else(replicas: int) -> None:
    assert [(".spec.replicas", replicas)] == changes("scale", a_deployment(), replicas=replicas)


@pytest.mark.requirement("ACT-4")
def test_what_is_already_as_asked_is_no_change() -> None:
    live = a_deployment(replicas=3, images={"app": "web:2"})

    assert [] == changes("scale", live, replicas=3)
    assert [] == changes("set_image", live, images={"app": "web:2"})
    assert [] == changes("cordon", a_node(unschedulable=True))
    assert [] == changes("uncordon", a_node())


@pytest.mark.requirement("ACT-1")
@pytest.mark.parametrize("live", WORKLOADS, ids=lambda each: each["kind"])
def test_restart_marks_the_pod_template_with_the_time_as_kubectl_does(live: Any) -> None:
    path = ".spec.template.metadata.annotations.kubectl.kubernetes.io/restartedAt"

    assert [(path, NOW)] == changes("restart", live)


@pytest.mark.requirement("ACT-1")
@pytest.mark.parametrize("live", WORKLOADS, ids=lambda each: each["kind"])
def test_set_image_changes_the_named_container(live: Any) -> None:
    path = ".spec.template.spec.containers[app].image"

    assert [(path, "web:2")] == changes("set_image", live, images={"app": "web:2"})


def with_init(live: Any) -> Any:
    return with_value(live, ("spec", "template", "spec", "initContainers"), [{"name": "migrate"}, {"name": "warm"}])


@pytest.mark.requirement("ACT-1")
def test_set_image_reaches_several_containers_and_init_containers_and_leaves_the_others() -> None:
    live = with_init(a_deployment(images={"app": "web:1", "proxy": "proxy:1"}))

    assert [
        (".spec.template.spec.containers[app].image", "web:2"),
        (".spec.template.spec.initContainers[migrate].image", "web:2"),
    ] == changes("set_image", live, images={"app": "web:2", "migrate": "web:2"})


@pytest.mark.requirement("ACT-1")
def test_set_image_names_the_containers_there_are_when_one_is_not() -> None:
    with pytest.raises(Unusable, match="it has no container db, web; its containers are app, migrate, warm"):
        rendered("set_image", with_init(a_deployment()), images={"web": "w:2", "db": "d:2", "app": "a:2"})


@pytest.mark.requirement("ACT-1")
@pytest.mark.parametrize(("action", "more"), [("restart", {}), ("set_image", {"images": {"app": "web:2"}})])
def test_a_paused_rollout_takes_no_change_of_its_template(action: str, more: dict[str, Any]) -> None:
    with pytest.raises(Unusable, match="resume the rollout first"):
        rendered(action, with_value(a_deployment(), ("spec", "paused"), True), **more)


@pytest.mark.requirement("ACT-1")
def test_a_paused_rollout_can_still_be_scaled() -> None:
    assert [(".spec.replicas", 3)] == changes("scale", with_value(a_deployment(), ("spec", "paused"), True), replicas=3)


@pytest.mark.requirement("ACT-1")
def test_a_node_is_closed_and_opened_to_new_pods() -> None:
    assert [(".spec.unschedulable", True)] == changes("cordon", a_node())
    assert {} == rendered("uncordon", a_node(unschedulable=True))["spec"]


@pytest.mark.requirement("ACT-1")
@pytest.mark.parametrize("action", ["cordon", "uncordon"])
def test_a_node_settles_by_holding_the_value(action: str) -> None:
    assert HealthState.CURRENT is settled(action, a_node(ready=False)).state


def test_a_value_is_set_and_removed_in_a_copy() -> None:
    live = {"spec": None}

    assert {"spec": {"a": {"b": 1}}} == with_value(live, ("spec", "a", "b"), 1)
    assert {"spec": None} == live
    assert {"a": {"c": 2}} == without_value({"a": {"b": 1, "c": 2}}, ("a", "b"))
    assert {"a": {}} == without_value({"a": {}}, ("x", "b"))
