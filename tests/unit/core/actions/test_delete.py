"""
Delete: how the removal is asked for, when it has settled, and what of it does not come back.
"""

from typing import Any

import pytest

from executor.core.action import Form, Scene
from executor.core.actions import CATALOGUE
from executor.core.actions.delete import NEVER_THE_SAME
from executor.core.diff import diff
from executor.core.health import HealthState
from executor.core.model import ABSENT
from executor.core.restore import plan_restore, recreatable
from executor.core.target import Target
from tests.builders import a_deployment, a_secret
from tests.objects import a_config_map
from tests.plans import a_plan, a_step
from tests.rendering import NOW, desired, settled
from tests.unit.core.documents import found

pytestmark = pytest.mark.requirement("ACT-2")

ACTION = CATALOGUE["delete"]


def form(**parameters: Any) -> Form:
    return ACTION.form(Scene(a_config_map(), NOW), ACTION.read(parameters))


def test_the_object_is_wanted_gone_whether_it_is_there_or_not() -> None:
    assert [ABSENT, ABSENT] == [desired("delete", live) for live in (a_config_map(), ABSENT)]
    assert ACTION.may_be_absent


@pytest.mark.parametrize(
    ("propagation", "spelled"), [("background", "Background"), ("foreground", "Foreground"), ("orphan", "Orphan")]
)
def test_the_propagation_is_spelled_as_the_api_server_wants_it(propagation: str, spelled: str) -> None:
    assert {"propagationPolicy": spelled} == form(propagation=propagation).options


def test_children_go_in_the_background_and_the_grace_is_the_objects_own_unless_told() -> None:
    assert {"propagationPolicy": "Background"} == form().options
    assert {"propagationPolicy": "Background", "gracePeriodSeconds": 0} == form(grace_seconds=0).options


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"grace_seconds": -1}, "out_of_range"),
        ({"grace_seconds": 3601}, "out_of_range"),
        ({"grace_seconds": "1"}, "wrong_type"),
        ({"propagation": "Background"}, "not_one_of"),
        ({"force": True}, "unknown_key"),
    ],
    ids=str,
)
def test_what_is_out_of_bounds_is_refused(parameters: dict[str, Any], code: str) -> None:
    (name,) = parameters

    plan = a_plan(a_step("delete", "ConfigMap", "web", parameters))

    assert [(f"/steps/0/parameters/{name}", code)] == found(plan)


def test_it_has_settled_when_the_object_is_gone() -> None:
    health = settled("delete", ABSENT, before=a_config_map())

    assert (HealthState.CURRENT, "gone") == (health.state, health.message)


@pytest.mark.requirement("ROLL-8")
@pytest.mark.parametrize("kind", NEVER_THE_SAME)
def test_a_kind_of_which_a_new_one_is_another_is_irreversible_and_says_why(kind: str) -> None:
    target = Target(kind=kind, name="x")

    assert NEVER_THE_SAME[kind] == ACTION.why_irreversible(target)
    assert () == ACTION.remarks(target)


@pytest.mark.requirement("ROLL-8")
@pytest.mark.parametrize("kind", ["ConfigMap", "Secret", "Deployment", "Service", "Widget"])
def test_of_other_kinds_it_is_told_what_does_not_come_back(kind: str) -> None:
    target = Target(kind=kind, namespace="shop", name="x")

    assert None is ACTION.why_irreversible(target)
    (remark,) = ACTION.remarks(target)
    assert "uid, creation time and status do not come back" in remark


@pytest.mark.requirement("ROLL-7")
@pytest.mark.parametrize("manifest", [a_config_map(data={"a": "1"}), a_secret(data={"a": "AAE="}), a_deployment()])
def test_a_restore_makes_it_anew_as_the_snapshot_holds_it(manifest: Any) -> None:
    """
    What the API server gave it stays behind, what people wrote comes back.
    """
    servers = {
        "uid": "u-1",
        "resourceVersion": "7",
        "generation": 3,
        "creationTimestamp": "2026-11-23T11:00:00Z",
        "deletionTimestamp": "2026-11-23T11:00:00Z",
        "deletionGracePeriodSeconds": 30,
        "managedFields": [{"manager": "kubectl"}],
        "selfLink": "/x",
    }
    people = {"finalizers": ["example.test/hold"], "labels": {"a": "b"}, "ownerReferences": [{"uid": "u-9"}]}
    snapshot = {
        **manifest,
        "metadata": {**manifest["metadata"], **servers, **people},
        "status": {"replicas": 1},
    }

    (back,) = plan_restore(snapshot, ABSENT, ABSENT).put_back

    assert {**manifest, "metadata": {**manifest["metadata"], **people}} == recreatable(snapshot) == back.after
    kept = {key: value for key, value in servers.items() if not key.startswith("deletion") and key != "selfLink"}
    alive = {**snapshot, "metadata": {**manifest["metadata"], **kept, **people}}
    assert () == diff(alive, back.after)
