"""
Undoing a rollout: the template of an earlier revision, from ReplicaSets or ControllerRevisions.
"""

import copy
from typing import Any

import pytest

from executor.core.action import with_value
from executor.core.actions import CATALOGUE
from executor.core.errors import Unusable
from executor.core.query import Query
from tests.builders import a_daemon_set, a_deployment, a_stateful_set, target_of
from tests.rendering import changes
from tests.rendering import desired as desired_of

pytestmark = pytest.mark.requirement("ACT-2")

IMAGE = ".spec.template.spec.containers[app].image"
UID = "11111111-0000-4000-8000-000000000001"


def with_uid(live: Any) -> Any:
    return with_value(live, ("metadata", "uid"), UID)


def owned(name: str, *, uid: str = UID, **metadata: Any) -> dict[str, Any]:
    return {"name": name, "ownerReferences": [{"uid": uid, "controller": True}], **metadata}


def a_replica_set(revision: str, image: str, *, uid: str = UID) -> dict[str, Any]:
    template = copy.deepcopy(a_deployment(images={"app": image})["spec"]["template"])
    template["metadata"]["labels"]["pod-template-hash"] = f"h{revision}"
    annotations = {"deployment.kubernetes.io/revision": revision}
    return {
        "kind": "ReplicaSet",
        "metadata": owned(f"web-h{revision}", uid=uid, annotations=annotations),
        "spec": {"replicas": 0, "template": template},
    }


def a_controller_revision(live: Any, revision: int, image: str) -> dict[str, Any]:
    template = copy.deepcopy(live["spec"]["template"])
    template["metadata"]["creationTimestamp"] = None
    template["spec"]["containers"][0]["image"] = image
    return {
        "kind": "ControllerRevision",
        "metadata": owned(f"{live['metadata']['name']}-{revision}"),
        "revision": revision,
        "data": {"spec": {"template": {**template, "$patch": "replace"}}},
    }


DEPLOYMENT = with_uid(a_deployment(images={"app": "web:3"}))
HISTORY = (a_replica_set("3", "web:3"), a_replica_set("1", "web:1"), a_replica_set("2", "web:2"))


def test_the_newest_template_that_is_not_live_comes_back() -> None:
    assert [(IMAGE, "web:2")] == changes("undo_rollout", DEPLOYMENT, related={"revisions": HISTORY})


def test_a_revision_is_chosen_by_its_number() -> None:
    assert [(IMAGE, "web:1")] == changes("undo_rollout", DEPLOYMENT, {"to_revision": 1}, related={"revisions": HISTORY})


@pytest.mark.requirement("ACT-4")
def test_the_live_revision_is_no_change() -> None:
    assert [] == changes("undo_rollout", DEPLOYMENT, {"to_revision": 3}, related={"revisions": HISTORY})


def test_the_label_that_tells_replica_sets_apart_is_not_brought_back() -> None:
    wanted = desired_of("undo_rollout", DEPLOYMENT, related={"revisions": HISTORY})

    assert {"app": "web"} == wanted["spec"]["template"]["metadata"]["labels"]


def test_revisions_are_ordered_by_number_and_not_by_text() -> None:
    history = (*HISTORY, a_replica_set("10", "web:10"))

    assert [(IMAGE, "web:10")] == changes("undo_rollout", DEPLOYMENT, related={"revisions": history})


def test_what_another_object_of_the_name_left_is_no_revision_of_this_one() -> None:
    history = (HISTORY[0], a_replica_set("2", "evil:1", uid="another"))

    with pytest.raises(Unusable, match=r"it has no earlier revision; its revisions are 3 \(live\)"):
        changes("undo_rollout", DEPLOYMENT, related={"revisions": history})


def test_a_replica_set_without_a_number_is_no_revision() -> None:
    unnumbered = a_replica_set("2", "web:2")
    del unnumbered["metadata"]["annotations"]

    with pytest.raises(Unusable, match="it has no earlier revision"):
        changes("undo_rollout", DEPLOYMENT, related={"revisions": (HISTORY[0], unnumbered)})


def test_a_template_that_is_not_recorded_yet_goes_back_to_the_newest_that_is() -> None:
    live = with_uid(a_deployment(images={"app": "web:4"}))

    assert [(IMAGE, "web:3")] == changes("undo_rollout", live, related={"revisions": HISTORY})


def test_a_revision_that_is_not_kept_is_answered_with_those_that_are() -> None:
    with pytest.raises(Unusable, match=r"it has no revision 7; its revisions are 1, 2, 3 \(live\)"):
        changes("undo_rollout", DEPLOYMENT, {"to_revision": 7}, related={"revisions": HISTORY})
    with pytest.raises(Unusable, match="it has no revision 7; no revision of it is kept"):
        changes("undo_rollout", DEPLOYMENT, {"to_revision": 7})


def test_a_paused_rollout_is_resumed_first() -> None:
    with pytest.raises(Unusable, match="resume the rollout first"):
        changes("undo_rollout", with_value(DEPLOYMENT, ("spec", "paused"), True), related={"revisions": HISTORY})


@pytest.mark.parametrize("live", [with_uid(a_stateful_set()), with_uid(a_daemon_set())], ids=lambda each: each["kind"])
def test_sets_go_back_by_their_controller_revisions(live: Any) -> None:
    present = live["spec"]["template"]["spec"]["containers"][0]["image"]
    history = (a_controller_revision(live, 2, present), a_controller_revision(live, 1, "web:0"))
    wanted = desired_of("undo_rollout", live, related={"revisions": history})

    assert [(IMAGE, "web:0")] == changes("undo_rollout", live, related={"revisions": history})
    assert "$patch" not in wanted["spec"]["template"]
    with pytest.raises(Unusable, match=r"its revisions are 1, 2 \(live\)"):
        changes("undo_rollout", live, {"to_revision": 9}, related={"revisions": history})


@pytest.mark.parametrize(
    ("live", "kind"),
    [(a_deployment(), "ReplicaSet"), (a_stateful_set(), "ControllerRevision"), (a_daemon_set(), "ControllerRevision")],
    ids=lambda each: each if isinstance(each, str) else each["kind"],
)
def test_the_history_is_looked_for_by_the_selector_of_the_workload(live: Any, kind: str) -> None:
    queries = CATALOGUE["undo_rollout"].reads(target_of(live), live)

    assert {"revisions": Query(kind, "shop", selector=live["spec"]["selector"])} == queries
