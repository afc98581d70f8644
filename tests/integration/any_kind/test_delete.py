"""
Deletions on a real API server: by each propagation, held up by finalizers, and put back where that is honest.
"""

from functools import partial
from typing import Any

import pytest

from executor.core.model import Manifest
from executor.core.target import Target
from tests.anything import Place
from tests.builders import a_deployment, a_secret
from tests.fixtures.widgets import a_widget
from tests.objects import a_config_map
from tests.plans import a_plan
from tests.serving import Caller
from tests.waiting import eventually

pytestmark = [pytest.mark.integration, pytest.mark.requirement("ACT-2")]

HOLD = "example.test/hold"
BOT = "deploy-bot"


def deleted(place: Place, target: Target, parameters: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return place.step("delete", target, parameters, **more)


async def running(place: Place) -> Target:
    """
    Have a Deployment with a ReplicaSet of one pod.
    """
    target = place.target("Deployment", "web")
    await place.put(a_deployment("web", place.namespace))
    await place.rolled_out("web")
    return target


@pytest.mark.parametrize("propagation", ["background", "foreground", "orphan"])
async def test_a_deleted_object_is_gone_and_its_children_as_was_asked(
    open_caller: Caller, place: Place, propagation: str
) -> None:
    target = await running(place)

    run = await open_caller.run_of(a_plan(deleted(place, target, {"propagation": propagation})))

    assert "succeeded" == run["phase"], run["message"]
    assert await place.find(target) is None
    if propagation == "orphan":
        (left,) = await place.all("ReplicaSet")
        assert not left["metadata"].get("ownerReferences")
    else:
        await eventually(partial(_nothing_left, place))


async def _nothing_left(place: Place) -> bool:
    return not await place.all("ReplicaSet") and not await place.all("Pod")


def a_held_map(place: Place, name: str = "web") -> Manifest:
    made = a_config_map(name, place.namespace, data={"mode": "slow"})
    return {**made, "metadata": {**made["metadata"], "finalizers": [HOLD]}}


async def test_an_object_with_a_finalizer_is_awaited_and_it_is_said_for_what(open_caller: Caller, place: Place) -> None:
    target = place.target("ConfigMap", "web")
    await place.put(a_held_map(place))
    run_id = await open_caller.submit(a_plan(deleted(place, target)))
    await place.until(target, lambda live: "deletionTimestamp" in live["metadata"])
    assert (await open_caller.get(f"/v1/runs/{run_id}"))["phase"] == "running"

    await place.edit(target, {"metadata": {"finalizers": None}})
    run = await open_caller.ended(run_id)

    assert "succeeded" == run["phase"], run["message"]
    assert await place.find(target) is None


@pytest.mark.requirement("ROLL-4")
async def test_a_deletion_that_never_ends_times_out_and_its_rollback_says_that_it_cannot_be_taken_back(
    open_caller: Caller, place: Place
) -> None:
    target = place.target("ConfigMap", "web")
    await place.put(a_held_map(place))

    run = await open_caller.run_of(a_plan(deleted(place, target, timeout_seconds=8)))

    assert "degraded" == run["phase"], run["message"]
    step = await open_caller.get(f"/v1/runs/{run['id']}/steps/web")
    assert ("timed_out", "restore_failed") == (step["verification"], step["phase"])
    (residue,) = run["rollback"]["residue"]
    assert f"it is being deleted; it waits for {HOLD}, and nothing can take that back" in residue["why"]
    events = await open_caller.events(run["id"])
    (failed,) = [each["data"]["message"] for each in events if each["type"] == "StepFailed"]
    assert failed.endswith(f"it came as far as: it is being deleted; it waits for {HOLD}")


@pytest.mark.requirement("ROLL-7")
async def test_a_deletion_that_ends_behind_its_limit_is_put_back_as_soon_as_that_is_possible(
    open_caller: Caller, place: Place
) -> None:
    target = place.target("ConfigMap", "web")
    before = await place.put(a_held_map(place))
    run_id = await open_caller.submit(a_plan(deleted(place, target, timeout_seconds=20)))
    await eventually(partial(_is_rolling_back, open_caller, run_id))

    await place.edit(target, {"metadata": {"finalizers": None}})
    run = await open_caller.ended(run_id)

    assert "rolled_back" == run["phase"], run["message"]
    live = await place.live(target)
    assert (before["data"], [HOLD]) == (live["data"], live["metadata"]["finalizers"])
    assert before["metadata"]["uid"] != live["metadata"]["uid"]


async def _is_rolling_back(caller: Caller, run_id: str) -> bool:
    return bool((await caller.get(f"/v1/runs/{run_id}"))["phase"] == "rolling_back")


REMADE = {
    "ConfigMap": lambda namespace: a_config_map("web", namespace, data={"a": "1"}, binary={"b": "AAE="}),
    "Deployment": lambda namespace: a_deployment("web", namespace, labels={"tier": "front"}),
    "Widget": lambda namespace: a_widget("web", namespace, size="large"),
}


@pytest.mark.requirement("ROLL-7")
@pytest.mark.usefixtures("widgets")
@pytest.mark.parametrize("kind", REMADE)
async def test_what_was_deleted_is_made_anew_equal_and_its_managers_own_it_again(
    open_caller: Caller, place: Place, kind: str
) -> None:
    """
    Else the next delivery would meet each field as a conflict with the executor.
    """
    manifest = REMADE[kind](place.namespace)
    before = await place.apply(manifest, manager=BOT)
    target = place.target(kind, "web")
    if kind == "Deployment":
        await place.rolled_out("web")

    run = await open_caller.run_of(a_plan(deleted(place, target), place.failing("web")))

    assert "rolled_back" == run["phase"], run["message"]
    live = await place.live(target)
    assert before["metadata"]["uid"] != live["metadata"]["uid"]
    assert _told(before) == _told(live)
    managers = {each["manager"] for each in live["metadata"]["managedFields"]}
    assert BOT in managers
    assert "remediation-executor" not in managers


def _told(manifest: Manifest) -> dict[str, Any]:
    labels = {"labels": manifest["metadata"].get("labels")}
    return {**{key: value for key, value in manifest.items() if key not in {"metadata", "status"}}, **labels}


@pytest.mark.requirement("ROLL-1")
async def test_a_secret_that_was_deleted_is_back_with_every_byte(open_caller: Caller, place: Place) -> None:
    data = {"password": "c2VjcmV0LXdvcmQ=", "binary": "AP8BAgM=", "empty": ""}
    before = await place.put(a_secret("db", place.namespace, data=data))
    target = place.target("Secret", "db")

    run = await open_caller.run_of(a_plan(deleted(place, target), place.failing("db")))

    assert "rolled_back" == run["phase"], run["message"]
    live = await place.live(target)
    assert (data, before["type"]) == (live["data"], live["type"])


@pytest.mark.requirement("ROLL-6")
async def test_what_somebody_made_in_its_place_is_left_alone_and_named(open_caller: Caller, place: Place) -> None:
    target = place.target("ConfigMap", "web")
    await place.put(a_config_map("web", place.namespace, data={"mode": "slow"}))
    await place.put(a_held_map(place, "held"))
    held = place.target("ConfigMap", "held")
    plan = a_plan(deleted(place, target), deleted(place, held, needs=["web"]), place.failing("held"))
    run_id = await open_caller.submit(plan)
    await place.until(held, lambda live: "deletionTimestamp" in live["metadata"])

    await place.put(a_config_map("web", place.namespace, data={"mode": "theirs"}))
    await place.edit(held, {"metadata": {"finalizers": None}})
    run = await open_caller.ended(run_id)

    assert "degraded" == run["phase"], run["message"]
    assert ["web"] == [each["step"] for each in run["rollback"]["residue"]]
    assert {"mode": "theirs"} == (await place.live(target))["data"]
    assert {"mode": "slow"} == (await place.live(held))["data"]


async def test_what_is_protected_is_not_deleted(open_caller: Caller, place: Place) -> None:
    target = Target(kind="ConfigMap", namespace="kube-system", name="extension-apiserver-authentication")
    before = await place.live(target)

    run = await open_caller.run_of(a_plan(deleted(place, target, id="authentication")))

    assert "denied" == run["phase"], run["message"]
    assert "protected_namespaces" in run["message"]
    assert before["metadata"]["uid"] == (await place.live(target))["metadata"]["uid"]


async def test_what_is_gone_already_needs_no_deletion(open_caller: Caller, place: Place) -> None:
    run = await open_caller.run_of(a_plan(deleted(place, place.target("ConfigMap", "nobody"))))

    assert ("succeeded", "none") == (run["phase"], run["steps"][0]["actuation"]), run["message"]


@pytest.mark.requirement("ROLL-8")
async def test_what_does_not_come_back_is_told_before_the_run(open_caller: Caller, place: Place) -> None:
    await running(place)
    (pod,) = await place.all("Pod")
    plan = a_plan(
        deleted(place, place.target("Pod", pod["metadata"]["name"]), id="pod"),
        deleted(place, place.target("Deployment", "web"), id="workload", needs=["pod"]),
    )

    _, report = await open_caller.post("/v1/assessments", plan)

    of_pod, of_workload = report["steps"]
    assert (False, True) == (of_pod["reversible"], of_workload["reversible"])
    assert "a pod that is made anew is another one" in of_pod["irreversible_because"]
    assert "uid, creation time and status do not come back" in of_workload["warnings"][0]
