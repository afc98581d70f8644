"""
Patches on a real API server: json, merge and strategic, each written, put back, denied and refused.
"""

from typing import Any

import pytest

from executor.core.model import Manifest
from executor.core.target import Target
from tests.anything import Place
from tests.builders import a_deployment
from tests.fixtures.widgets import a_widget
from tests.plans import a_plan
from tests.serving import Caller

pytestmark = [pytest.mark.integration, pytest.mark.requirement("ACT-2")]

PATCHES: dict[str, Any] = {
    "json": [
        {"op": "test", "path": "/spec/replicas", "value": 1},
        {"op": "replace", "path": "/spec/replicas", "value": 2},
        {"op": "add", "path": "/metadata/labels", "value": {"tier": "front"}},
        {"op": "add", "path": "/spec/template/spec/containers/0/ports", "value": [{"containerPort": 80}]},
        {"op": "remove", "path": "/metadata/annotations/example.test~1note"},
    ],
    "merge": {
        "metadata": {"labels": {"tier": "front"}, "annotations": {"example.test/note": None}},
        "spec": {"replicas": 2, "strategy": {"type": "Recreate", "rollingUpdate": None}},
    },
    "strategic": {
        "metadata": {"labels": {"tier": "front"}, "annotations": {"example.test/note": None}},
        "spec": {
            "replicas": 2,
            "template": {
                "spec": {
                    "containers": [
                        {
                            "name": "app",
                            "resources": {"requests": {"cpu": "0.1"}},
                            "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                        }
                    ]
                }
            },
        },
    },
}


def patched(place: Place, target: Target, kind: str, patch: Any, **more: Any) -> dict[str, Any]:
    return place.step("patch", target, {"type": kind, "patch": patch}, **more)


async def opened(place: Place) -> tuple[Target, Manifest]:
    """
    Have a Deployment with a note that is rolled out, and return it as it was made.
    """
    manifest = a_deployment("web", place.namespace, annotations={"example.test/note": "old"})
    made = await place.put(manifest)
    await place.rolled_out("web")
    return place.target("Deployment", "web"), made


def told(manifest: Manifest) -> dict[str, Any]:
    """
    Return what people write of an object.
    """
    metadata = manifest["metadata"]
    notes = {key: value for key, value in metadata.get("annotations", {}).items() if "kubernetes.io" not in key}
    return {"labels": metadata.get("labels"), "annotations": notes, "spec": manifest["spec"]}


@pytest.mark.requirement("DRY-2")
@pytest.mark.parametrize("kind", PATCHES)
async def test_a_patch_changes_what_it_says_and_what_the_server_fills_in_is_no_surprise(
    open_caller: Caller, place: Place, kind: str
) -> None:
    target, _ = await opened(place)

    run = await open_caller.run_of(a_plan(patched(place, target, kind, PATCHES[kind])))

    assert "succeeded" == run["phase"], run["message"]
    live = await place.live(target)
    assert (2, {"tier": "front"}, {}) == (
        live["spec"]["replicas"],
        live["metadata"]["labels"],
        told(live)["annotations"],
    )


@pytest.mark.requirement("ROLL-7")
@pytest.mark.parametrize("kind", PATCHES)
async def test_what_a_patch_changed_is_as_before_after_a_rollback(open_caller: Caller, place: Place, kind: str) -> None:
    target, before = await opened(place)
    plan = a_plan(patched(place, target, kind, PATCHES[kind]), place.failing("web"))

    run = await open_caller.run_of(plan)

    assert "rolled_back" == run["phase"], run["message"]
    assert [] == run["rollback"]["residue"]
    assert told(before) == told(await place.live(target))


async def test_more_replicas_than_the_ceiling_are_denied_in_a_patch_too(open_caller: Caller, place: Place) -> None:
    target, before = await opened(place)

    run = await open_caller.run_of(a_plan(patched(place, target, "merge", {"spec": {"replicas": 400}})))

    assert "denied" == run["phase"], run["message"]
    assert "replica_ceiling" in run["message"]
    assert told(before) == told(await place.live(target))


@pytest.mark.requirement("ROLL-4")
async def test_a_patch_that_does_not_get_healthy_is_rolled_back(open_caller: Caller, place: Place) -> None:
    target, before = await opened(place)
    containers = [{"name": "app", "image": "fault.local/image-pull:1"}]
    patch = {"spec": {"template": {"spec": {"containers": containers}}}}

    run = await open_caller.run_of(a_plan(patched(place, target, "strategic", patch)))

    assert "rolled_back" == run["phase"], run["message"]
    assert "ImagePullBackOff" in run["message"]
    assert told(before) == told(await place.live(target))


@pytest.mark.requirement("ROLL-6")
async def test_what_somebody_else_patched_since_is_left_alone_and_named(open_caller: Caller, place: Place) -> None:
    target, _ = await opened(place)
    plan = a_plan(
        patched(place, target, "merge", {"metadata": {"labels": {"tier": "front", "zone": "a"}}}),
        {**await place.hold("held"), "needs": ["web"]},
        place.failing("held"),
    )
    run_id = await open_caller.submit(plan)
    await place.held("held")

    await place.edit(target, {"metadata": {"labels": {"zone": "theirs"}}})
    await place.let_go("held")
    run = await open_caller.ended(run_id)

    assert "degraded" == run["phase"], run["message"]
    residue = [(each["path"], each["expected"], each["actual"]) for each in run["rollback"]["residue"]]
    assert [("/metadata/labels/zone", None, "theirs")] == residue
    assert {"zone": "theirs"} == (await place.live(target))["metadata"]["labels"]


@pytest.mark.requirement("DRY-2")
async def test_a_strategic_patch_that_the_server_reads_otherwise_is_denied(open_caller: Caller, place: Place) -> None:
    """
    A strategic merge patch tells ports apart by their number alone: meant for the one of UDP, it changes that of TCP.
    """
    made = a_deployment("dns", place.namespace)
    ports = [
        {"name": f"dns-{protocol}", "containerPort": 53, "protocol": protocol.upper()} for protocol in ("tcp", "udp")
    ]
    made["spec"]["template"]["spec"]["containers"][0]["ports"] = ports
    before = await place.put(made)
    await place.rolled_out("dns")
    target = place.target("Deployment", "dns")
    container = {"name": "app", "ports": [{"containerPort": 53, "protocol": "UDP", "hostPort": 5353}]}
    patch = {"spec": {"template": {"spec": {"containers": [container]}}}}

    run = await open_caller.run_of(a_plan(patched(place, target, "strategic", patch)))

    assert "denied" == run["phase"], run["message"]
    assert "unrequested_changes" in run["message"]
    assert before["spec"] == (await place.live(target))["spec"]


@pytest.mark.usefixtures("widgets")
async def test_custom_resources_take_no_strategic_patch_and_say_so(open_caller: Caller, place: Place) -> None:
    target = place.target("Widget", "w")
    await place.put(a_widget("w", place.namespace))

    run = await open_caller.run_of(a_plan(patched(place, target, "strategic", {"spec": {"size": "large"}})))

    assert "failed" == run["phase"], run["message"]
    step = await open_caller.get(f"/v1/runs/{run['id']}/steps/w")
    assert "unsupported_patch" == step["code"]
    assert "Use a merge or JSON patch" in step["message"]


@pytest.mark.usefixtures("widgets")
@pytest.mark.parametrize(
    ("kind", "patch"),
    [("merge", {"spec": {"size": "large"}}), ("json", [{"op": "replace", "path": "/spec/size", "value": "large"}])],
)
async def test_custom_resources_are_patched_and_put_back(
    open_caller: Caller, place: Place, kind: str, patch: Any
) -> None:
    target = place.target("Widget", "w")
    before = await place.put(a_widget("w", place.namespace))

    run = await open_caller.run_of(a_plan(patched(place, target, kind, patch), place.failing("w")))

    assert "rolled_back" == run["phase"], run["message"]
    assert before["spec"] == (await place.live(target))["spec"]


async def test_a_patch_that_asks_for_what_is_there_writes_nothing(open_caller: Caller, place: Place) -> None:
    target, _ = await opened(place)

    run = await open_caller.run_of(a_plan(patched(place, target, "strategic", {"spec": {"replicas": 1}})))

    assert ("succeeded", "none") == (run["phase"], run["steps"][0]["actuation"]), run["message"]


async def test_what_is_the_servers_is_refused_with_its_pointer(open_caller: Caller, place: Place) -> None:
    target, _ = await opened(place)
    plan = a_plan(patched(place, target, "merge", {"status": {"replicas": 7}}))

    status, problem = await open_caller.post("/v1/runs", plan)

    assert (422, "invalid_plan") == (status, problem["code"])
    assert ["/steps/0/parameters/patch"] == [each["pointer"] for each in problem["errors"]]
