"""
Apply: whose manifest it must be, what it makes of an object, how it is sent, and what of a Secret it conceals.
"""

import json
from typing import Any

import pytest

from executor.core.action import Form, Scene, Wire
from executor.core.actions import CATALOGUE
from executor.core.change import FIELD_MANAGER
from executor.core.fingerprint import is_fingerprint
from executor.core.model import ABSENT, Manifest
from executor.core.paths import MISSING
from executor.core.restore import plan_restore
from executor.core.target import Target
from tests.builders import a_deployment
from tests.fakes.managed_fields import after_update
from tests.fixtures.widgets import API_VERSION, a_widget
from tests.objects import a_config_map
from tests.plans import a_plan, a_step
from tests.rendering import NOW, changes, desired
from tests.unit.core.documents import problems

pytestmark = pytest.mark.requirement("ACT-2")

ACTION = CATALOGUE["apply"]
KEY = b"a key of the executor"


def told(manifest: Any, *, kind: str = "ConfigMap", **target: Any) -> list[tuple[str, str]]:
    """
    Return what a plan with this manifest is told: pointer below the parameters, and the sentence.
    """
    step = a_step("apply", kind, "settings", {"manifest": manifest})
    found = problems(a_plan({**step, "target": {**step["target"], **target}}))
    return [(each.pointer.removeprefix("/steps/0/parameters"), each.message) for each in found]


def test_the_manifest_of_the_target_is_taken_with_and_without_its_namespace() -> None:
    named, unnamed = a_config_map(), a_config_map()
    del unnamed["metadata"]["namespace"]

    assert [[], []] == [told(named), told(unnamed)]


def test_the_manifest_of_a_custom_resource_has_the_version_of_the_target() -> None:
    manifest = a_widget("settings", "shop")

    assert [] == told(manifest, kind="Widget", api_version=API_VERSION)
    assert [("/manifest", SOMEBODY_ELSES)] == told(manifest, kind="Widget", api_version="widgets.example.com/v2")


SOMEBODY_ELSES = "must have the apiVersion, kind, namespace and name of the target"
OTHERS: dict[str, dict[str, Any]] = {
    "another name": {"metadata": {"name": "other", "namespace": "shop"}},
    "no name": {"metadata": {"generateName": "settings-", "namespace": "shop"}},
    "another namespace": {"metadata": {"name": "settings", "namespace": "other"}},
    "another kind": {"kind": "Secret"},
    "another version": {"apiVersion": "v2"},
    "no version": {"apiVersion": None},
    "a kind of another shape": {"kind": {"x": 1}},
    "a name of another shape": {"metadata": {"name": ["settings"], "namespace": "shop"}},
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_the_manifest_of_another_object_is_refused(other: dict[str, Any]) -> None:
    assert [("/manifest", SOMEBODY_ELSES)] == told({**a_config_map(), **other})


@pytest.mark.parametrize("metadata", [None, "settings", []], ids=json.dumps)
def test_a_manifest_without_metadata_is_refused(metadata: Any) -> None:
    assert [("/manifest", "must hold metadata")] == told({**a_config_map(), "metadata": metadata})


@pytest.mark.parametrize("key", ["uid", "resourceVersion", "generation", "creationTimestamp", "managedFields"])
def test_a_manifest_with_what_is_the_servers_is_refused(key: str) -> None:
    manifest = a_config_map()
    manifest["metadata"][key] = "x"

    (found,) = told(manifest)

    assert "/manifest" == found[0]
    assert "must hold neither status nor what is the server's in metadata" in found[1]
    assert [found] == told({**a_config_map(), "status": {}})


def test_an_object_that_is_not_there_is_made_as_the_manifest_says() -> None:
    manifest = a_config_map(data={"mode": "fast"})

    assert manifest == desired("apply", ABSENT, {"manifest": manifest})


def test_what_the_manifest_leaves_out_stays_as_it_is() -> None:
    live = a_deployment(replicas=2, annotations={"note": "theirs"}, images={"app": "a:1", "log": "l:1"})
    manifest = a_deployment(replicas=3, images={"app": "a:2"})
    del manifest["spec"]["selector"]

    expected = [(".spec.replicas", 3), (".spec.template.spec.containers[app].image", "a:2")]
    assert expected == changes("apply", live, {"manifest": manifest})


@pytest.mark.requirement("ACT-4")
def test_the_same_manifest_again_wants_nothing_changed() -> None:
    assert [] == changes("apply", a_deployment(), {"manifest": a_deployment()})


def test_finalizers_are_added_to_those_of_others() -> None:
    live, manifest = a_config_map(), a_config_map()
    live["metadata"]["finalizers"] = ["theirs"]
    manifest["metadata"]["finalizers"] = ["ours"]

    assert [(".metadata.finalizers", ["theirs", "ours"])] == changes("apply", live, {"manifest": manifest})


@pytest.mark.requirement("ROLL-7")
def test_a_restore_removes_what_was_made_and_puts_back_what_was_changed() -> None:
    before, manifest = a_config_map(data={"mode": "slow"}), a_config_map(data={"mode": "fast"})
    made = {**manifest, "metadata": {**manifest["metadata"], "uid": "u-1", "resourceVersion": "7"}}

    (removed,) = plan_restore(ABSENT, made, made).put_back
    (back,) = plan_restore(before, manifest, manifest).put_back

    assert ("remove", (), MISSING) == (removed.op, removed.path, removed.after)
    assert (("data", "mode"), "slow") == (back.path, back.after)


def by(manager: str, manifest: Manifest) -> Manifest:
    """
    Return an object as one manager made it.
    """
    entries = after_update(ABSENT, manifest, manager=manager, time=NOW)
    return {**manifest, "metadata": {**manifest["metadata"], "managedFields": entries}}


def also_by(manager: str, before: Manifest, after: Manifest) -> Manifest:
    """
    Return an object as another manager changed it.
    """
    entries = after_update(before, after, manager=manager, time=NOW)
    return {**after, "metadata": {**after["metadata"], "managedFields": entries}}


def form(live: Manifest, manifest: Manifest) -> Form:
    return ACTION.form(Scene(live, NOW), ACTION.read({"manifest": manifest}))


SLOW, FAST = a_config_map(data={"mode": "slow"}), a_config_map(data={"mode": "fast"})
BY_APPLY = Form(Wire.SERVER_SIDE_APPLY, body=FAST)


def test_an_object_of_others_is_changed_by_server_side_apply() -> None:
    """
    The API server knows whose fields they are, and says so where they are not to be had.
    """
    assert BY_APPLY == form(by("kubectl", SLOW), FAST)
    assert BY_APPLY == form(SLOW, FAST)


def test_what_is_ours_alone_is_patched() -> None:
    """
    Made by us it is ours as of an update, and an apply of ours would meet that as a conflict.
    """
    assert Form() == form(by(FIELD_MANAGER, SLOW), FAST)


def test_one_field_of_somebody_else_makes_it_an_apply_again() -> None:
    both = a_config_map(data={"mode": "slow", "size": "1"})
    live = also_by("kubectl", by(FIELD_MANAGER, a_config_map(data={"size": "1"})), both)

    assert BY_APPLY == form(live, FAST)
    assert Form() == form(live, a_config_map(data={"size": "2"}))


SECRET = Target(kind="Secret", namespace="shop", name="db")
VALUE = "aHVudGVyMg=="


@pytest.mark.requirement("DRY-3")
@pytest.mark.parametrize(
    "body",
    [
        {"data": {"password": VALUE}},
        {"stringData": {"password": "hunter2"}},
        {"data": {"password": f"{VALUE[:4]}\n{VALUE[4:]}\n"}},
    ],
    ids=["in base64", "as a text", "in base64 of several lines"],
)
def test_a_value_of_a_secret_is_the_fingerprint_of_what_the_secret_will_hold(body: dict[str, Any]) -> None:
    manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}, **body}

    concealed, values = ACTION.conceal(SECRET, {"manifest": manifest}, KEY)

    ((mark, value),) = values.items()
    assert VALUE == value
    assert is_fingerprint(mark)
    plain = {key: each for key, each in manifest.items() if key not in body}
    assert {"manifest": {**plain, "data": {"password": mark}}} == concealed
