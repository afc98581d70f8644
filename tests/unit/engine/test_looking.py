"""
Steps that only look: judged once, then looked; nothing is written and nothing is to be put back.
"""

from typing import Any

import pytest

from executor.core.errors import ClusterUnavailable
from executor.core.policy import Stage
from executor.core.target import Target
from tests.builders import a_pod
from tests.plans import a_plan, a_step, scale
from tests.unit.engine.nodes import fill, pod
from tests.worlds import World, deployment

pytestmark = [pytest.mark.looptime, pytest.mark.requirement("ACT-2")]


def wait(name: str = "web", kind: str = "Deployment", *, step: str = "wait", **parameters: Any) -> dict[str, Any]:
    limit = {"timeout_seconds": parameters.pop("within")} if "within" in parameters else {}
    return a_step("wait_for", kind, name, parameters, id=step, **limit)


def notify(message: str = "look at the shop", **more: Any) -> dict[str, Any]:
    return {"id": "tell", "action": "notify", "parameters": {"message": message}, **more}


async def observed(world: World, run: str, step: str) -> Any:
    return (await world.service.step(run, step))["observed"]


async def test_a_wait_ends_when_what_is_awaited_holds(world: World) -> None:
    run_id = await world.submitted(a_plan(wait(json_path=".spec.replicas", value=5)))
    await world.clock.sleep(30)
    assert "running" == (await world.service.run(run_id))["phase"]

    world.cluster.edit(deployment("web"), lambda live: live["spec"].update(replicas=5))
    run = await world.ended(run_id)

    assert "succeeded" == run["phase"], run
    assert "deployment/shop/web: .spec.replicas is 5" == run["steps"][0]["message"]
    assert ".spec.replicas is 5" == (await observed(world, run_id, "wait"))["message"]
    assert ("none", True) == (run["steps"][0]["actuation"], run["steps"][0]["reversible"])


@pytest.mark.requirement("GATE-1")
async def test_a_look_is_judged_once_and_nothing_is_sent(world: World) -> None:
    run = await world.run_of(a_plan(wait(health=True), notify()))

    assert "succeeded" == run["phase"], run
    assert ["preflight", "preflight", "plan", "preflight", "preflight"] == [
        str(request.stage) for request in world.gate.requests
    ]
    assert [] == world.cluster.dry_runs
    assert ["StepStarted", "SnapshotTaken", "PolicyDecided", "StepSucceeded"] == await world.names(run["id"], "wait")
    assert {"message": "look at the shop"} == await observed(world, run["id"], "tell")


@pytest.mark.requirement("GATE-1")
@pytest.mark.parametrize("step", [wait(health=True), notify(), a_step("collect", "Deployment", "web")])
async def test_a_look_that_is_denied_does_not_happen(world: World, step: dict[str, Any]) -> None:
    world.gate.denies("not_for_you", stage=Stage.PREFLIGHT)

    run = await world.run_of(a_plan(step))

    assert "denied" == run["phase"]
    assert await observed(world, run["id"], step["id"]) is None


async def test_a_wait_that_reaches_its_limit_says_how_far_it_came(world: World) -> None:
    run = await world.run_of(a_plan(wait(condition="Available=False", within=20)))

    assert "failed" == run["phase"]
    assert "20 s was reached; it came as far as: its condition Available is True" in run["message"]
    assert "nothing is left changed" in run["message"]


async def test_a_wait_for_health_ends_early_when_the_pods_will_not_get_there(world: World) -> None:
    world.cluster.controllers = False
    world.cluster.edit(deployment("web"), lambda live: live["spec"].update(replicas=2))
    broken = a_pod("web-1")
    broken["status"]["containerStatuses"] = [{"name": "app", "state": {"waiting": {"reason": "ErrImageNeverPull"}}}]
    world.cluster.put(broken)

    run = await world.run_of(a_plan(wait(health=True)))

    assert "failed" == run["phase"]
    assert "ErrImageNeverPull" in run["message"]
    assert world.clock.monotonic() < 10


async def test_an_object_is_awaited_that_is_still_to_be_made(world: World) -> None:
    run_id = await world.submitted(a_plan(wait("late", "Pod", condition="Ready=True", may_be_absent=True)))
    await world.clock.sleep(10)

    world.cluster.put(a_pod("late"))

    assert "succeeded" == (await world.ended(run_id))["phase"]


async def test_an_object_is_awaited_until_it_is_gone(world: World) -> None:
    world.cluster.put(a_pod("old"))
    run_id = await world.submitted(a_plan(wait("old", "Pod", absent=True)))
    await world.clock.sleep(10)
    assert "running" == (await world.service.run(run_id))["phase"]

    world.cluster.delete(pod("old"))

    assert "succeeded" == (await world.ended(run_id))["phase"]


async def test_an_object_that_goes_while_it_is_awaited_ends_the_wait(world: World) -> None:
    world.cluster.put(a_pod("web-1", ready=False))
    run_id = await world.submitted(a_plan(wait("web-1", "Pod", condition="Ready=True")))
    await world.clock.sleep(10)

    world.cluster.delete(pod("web-1"))
    run = await world.ended(run_id)

    assert "failed" == run["phase"]
    assert "it does not exist any more" in run["message"]


async def test_a_custom_resource_is_awaited_as_any_kind(world: World) -> None:
    made = {
        "apiVersion": "example.com/v1",
        "kind": "Widget",
        "metadata": {"name": "w", "namespace": "shop"},
        "status": {"conditions": [{"type": "Ready", "status": "True"}]},
    }
    world.cluster.put(made)
    step = wait("w", "Widget", condition="Ready=True")
    step["target"]["api_version"] = "example.com/v1"

    assert "succeeded" == (await world.run_of(a_plan(step)))["phase"]


@pytest.mark.requirement("DUR-1")
async def test_a_wait_goes_on_after_a_restart_though_the_object_is_another_one(world: World) -> None:
    world.cluster.put(a_pod("web-1", ready=False))
    run_id = await world.submitted(a_plan(wait("web-1", "Pod", condition="Ready=True")))
    await world.clock.sleep(10)
    await world.service.shut_down()
    world.cluster.delete(pod("web-1"))
    world.cluster.put(a_pod("web-1"))

    await world.restart()

    assert "succeeded" == (await world.ended(run_id))["phase"]


@pytest.mark.requirement("RUN-6")
async def test_a_cancel_ends_a_wait(world: World) -> None:
    run_id = await world.submitted(a_plan(wait(json_path=".spec.replicas", value=5)))
    await world.clock.sleep(10)

    await world.service.cancel(run_id, reason="enough", caller="ada")

    assert "cancelled" == (await world.ended(run_id))["phase"]


async def test_what_is_only_looked_at_is_not_claimed(world: World) -> None:
    waiting = await world.submitted(a_plan(wait(json_path=".spec.replicas", value=3)))

    scaled = await world.run_of(a_plan(scale("web", to=3)))

    assert "succeeded" == scaled["phase"], scaled
    assert "succeeded" == (await world.ended(waiting))["phase"]


async def test_a_look_has_nothing_to_put_back_when_a_later_step_fails(world: World) -> None:
    run = await world.run_of(a_plan(wait(health=True), scale("nobody", needs=["wait"], assess="late")))

    assert "failed" == run["phase"]
    assert "nothing is left changed" in run["message"]


def an_event(name: str, about: Target, message: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": "shop"},
        "involvedObject": {"kind": about.kind, "name": about.name, "namespace": about.namespace},
        "type": "Warning",
        "reason": "BackOff",
        "message": message,
        "lastTimestamp": "2026-11-23T11:00:00Z",
    }


@pytest.mark.requirement("DRY-3")
async def test_events_and_logs_are_kept_with_the_run_without_what_looks_like_a_credential(world: World) -> None:
    fill(world, 2)
    world.cluster.put(an_event("e1", deployment("web"), "password=hunter2 refused"))
    world.cluster.put(an_event("e2", deployment("api"), "not about web"))
    world.cluster.log(pod("web-0"), "starting\ntoken=hunter2\nready")

    run = await world.run_of(a_plan(a_step("collect", "Deployment", "web", {"lines": 2})))

    assert "succeeded" == run["phase"], run
    found = await observed(world, run["id"], "web")
    assert ["password=[scrubbed] refused"] == [each["message"] for each in found["events"]]
    logs = {each["pod"]: [line.partition(" ")[2] for line in each["text"].splitlines()] for each in found["logs"]}
    assert {"web-0": ["token=[scrubbed]", "ready"], "web-1": []} == logs
    assert {"found": 2, "read": 2} == found["pods"]
    assert "hunter2" not in str(await world.events(run["id"]))
    assert "1 event and 2 lines of 2 logs kept" in run["steps"][0]["message"]


async def test_a_log_that_cannot_be_read_is_told_and_the_others_are_kept(world: World) -> None:
    fill(world, 2)
    world.cluster.log(pod("web-1"), "before the crash", previous=True)

    run = await world.run_of(a_plan(a_step("collect", "Deployment", "web", {"previous": True})))

    found = await observed(world, run["id"], "web")
    assert ["web-1"] == [each["pod"] for each in found["logs"]]
    assert "web-0/app" in found["unread"][0]
    assert "1 log kept; 1 log could not be read" in run["steps"][0]["message"]
    assert "succeeded" == run["phase"]


async def test_what_is_collected_of_a_node_are_its_events(world: World) -> None:
    run = await world.run_of(a_plan(a_step("collect", "Node", "worker-1", namespace=None)))

    assert "succeeded" == run["phase"], run
    assert [] == (await observed(world, run["id"], "worker-1"))["logs"]


async def test_an_object_that_is_not_there_has_nothing_to_collect(world: World) -> None:
    run = await world.run_of(a_plan(a_step("collect", "Deployment", "nobody")))

    assert "failed" == run["phase"]


async def test_a_collection_that_meets_an_unreachable_server_fails(world: World) -> None:
    world.cluster.fail_next("related", ClusterUnavailable, times=20)

    run = await world.run_of(a_plan(a_step("collect", "Deployment", "web")))

    assert "failed" == run["phase"]
    assert "related failed" in run["message"]


@pytest.mark.requirement("DRY-5")
async def test_an_assessment_says_that_nothing_would_be_written(world: World) -> None:
    report = await world.service.assess(a_plan(wait(health=True), notify()), caller="ada")

    assert ["allow", "allow"] == [line["effect"] for line in report["steps"]]
    assert all("nothing would be written" in line["message"] for line in report["steps"])
