"""
Who owns the fields of a Deployment of another field manager, before our change and after its restore.
"""

from typing import Any

import pytest

from executor.core.model import Manifest
from tests.anything import Place
from tests.builders import a_deployment
from tests.plans import a_plan, scale, set_image
from tests.serving import Caller

pytestmark = [pytest.mark.integration, pytest.mark.requirement("ROLL-7")]

BOT = "deploy-bot"

THIRD = {"metadata": {"annotations": {"example.test/third": "theirs"}}}

Step = dict[str, Any]


def owned(manifest: Manifest) -> dict[tuple[str, ...], Any]:
    """
    Return the entries of the managed fields without their times, those of the status left to its controllers.
    """
    return {
        (each["manager"], each["operation"], each["apiVersion"]): each["fieldsV1"]
        for each in manifest["metadata"]["managedFields"]
        if each.get("subresource") != "status"
    }


async def delivered(place: Place) -> Manifest:
    """
    Have a Deployment that a delivery tool applied, and return it when its controller has done with it.
    """
    made = a_deployment("web", place.namespace, replicas=2, annotations={"example.test/note": "theirs"})
    await place.apply(made, manager=BOT)
    return await place.rolled_out("web")


def patched(place: Place) -> Step:
    target = place.target("Deployment", "web")
    patch = {
        "metadata": {"annotations": {"example.test/note": None, "example.test/ours": "yes"}},
        "spec": {"template": {"spec": {"containers": [{"name": "app", "env": [{"name": "A", "value": "1"}]}]}}},
    }
    return place.step("patch", target, {"type": "strategic", "patch": patch})


CHANGES = {
    "set_image": lambda place: set_image(namespace=place.namespace),
    "scale": lambda place: scale(to=3, namespace=place.namespace),
    "patch": patched,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_after_a_restore_every_field_is_its_managers_again_and_nothing_else_changed(
    open_caller: Caller, place: Place, change: Any
) -> None:
    before = await delivered(place)

    run = await open_caller.run_of(a_plan(change(place), place.failing("web")))

    assert "rolled_back" == run["phase"], run["message"]
    after = await place.rolled_out("web")
    assert owned(before) == owned(after)
    assert before["spec"] == after["spec"]
    assert _notes(before) == _notes(after)
    # One for our change, one for the restore; who owns the fields is not part of the desired state.
    assert before["metadata"]["generation"] + 2 == after["metadata"]["generation"]
    step = await open_caller.get(f"/v1/runs/{run['id']}/steps/web")
    assert "given back" == step["restore"]["field_owners"]
    assert [] != step["restore"]["diff"]


def _notes(manifest: Manifest) -> dict[str, str]:
    found = manifest["metadata"]["annotations"]
    return {key: value for key, value in found.items() if key != "deployment.kubernetes.io/revision"}


async def test_the_delivery_tool_goes_on_without_a_conflict(open_caller: Caller, place: Place) -> None:
    await delivered(place)

    run = await open_caller.run_of(a_plan(set_image(namespace=place.namespace), place.failing("web")))

    assert "rolled_back" == run["phase"], run["message"]
    images = {"app": "registry.test/web:3"}
    following = a_deployment("web", place.namespace, replicas=2, images=images)
    applied = await place.apply(following, manager=BOT)
    assert "registry.test/web:3" == applied["spec"]["template"]["spec"]["containers"][0]["image"]


async def test_what_a_third_manager_came_to_own_in_between_stays_theirs(open_caller: Caller, place: Place) -> None:
    before = await delivered(place)
    held = {**await place.hold("held"), "needs": ["web"]}
    run_id = await open_caller.submit(a_plan(set_image(namespace=place.namespace), held, place.failing("held")))
    await place.held("held")

    await place.edit(place.target("Deployment", "web"), THIRD, manager="third")
    await place.let_go("held")
    run = await open_caller.ended(run_id)

    assert "rolled_back" == run["phase"], run["message"]
    after = await place.rolled_out("web")
    noted: dict[str, Any] = {"f:metadata": {"f:annotations": {"f:example.test/third": {}}}}
    assert {**owned(before), ("third", "Update", "apps/v1"): noted} == owned(after)
