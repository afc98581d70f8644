"""
Steps about one pod: deleted, evicted, taken out of reach; and the Job of a CronJob that is run now.
"""

from typing import Any

import pytest

from executor.core.model import Manifest
from executor.core.quarantine import KEPT_LABELS, QUARANTINED
from executor.core.query import Query
from executor.core.target import Target
from tests.objects import a_cron_job
from tests.plans import a_plan, a_step, scale
from tests.unit.engine.nodes import allow, fill, pod, put_budget, put_pod
from tests.worlds import World

pytestmark = [pytest.mark.looptime, pytest.mark.requirement("ACT-2")]


def on_pod(action: str, name: str = "web-0", **parameters: Any) -> dict[str, Any]:
    return a_step(action, "Pod", name, parameters)


def failing(after: str) -> dict[str, Any]:
    return scale("nobody", needs=[after], assess="late")


def counted(live: Manifest, ready: int) -> None:
    """
    Let a ReplicaSet's controller report so many ready pods.
    """
    counts = ("replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas")
    live["status"] = {"observedGeneration": live["metadata"]["generation"], **dict.fromkeys(counts, ready)}


def report(world: World, ready: int) -> None:
    owner = Target(kind="ReplicaSet", namespace="shop", name="web-rs")
    world.cluster.edit(owner, lambda live: counted(live, ready))


@pytest.mark.parametrize("action", ["delete_pod", "evict_pod"])
async def test_a_pod_goes_and_the_step_waits_until_its_owner_is_back(world: World, action: str) -> None:
    """
    The fake's controllers make another pod at once; what is awaited is the owner's own word.
    """
    fill(world, 2)
    report(world, 1)
    run_id = await world.submitted(a_plan(on_pod(action)))
    while not world.cluster.applied:
        await world.clock.sleep(0.1)
    await world.clock.sleep(60)
    assert "running" == (await world.service.run(run_id))["phase"]

    report(world, 2)
    run = await world.ended(run_id)

    assert "succeeded" == run["phase"], run
    assert "its ReplicaSet web-rs: 2 of 2 replicas are ready" in run["steps"][0]["message"]
    (change,) = world.cluster.applied
    assert change.preconditions is not None
    assert ("web-0", {"delete_pod": "DELETE", "evict_pod": "POST"}[action]) == (change.target.name, change.verb)


async def test_a_pod_that_nothing_makes_anew_is_refused_before_anything_is_asked(world: World) -> None:
    put_pod(world, "lonely", None)

    run = await world.run_of(a_plan(on_pod("delete_pod", "lonely")))

    assert "failed" == run["phase"]
    assert "pod/shop/lonely: delete_pod cannot be done: no controller owns it" in run["message"]
    assert [] == world.cluster.dry_runs


async def test_an_eviction_that_a_budget_blocks_for_long_fails_with_the_budget(world: World) -> None:
    fill(world, 1)
    put_budget(world)

    run = await world.run_of(a_plan(on_pod("evict_pod")))

    assert "failed" == run["phase"]
    step = await world.service.step(run["id"], "web-0")
    assert "budget_blocked" == step["code"]
    assert "disruption budget web needs 1 healthy pods and has 1 now" in run["message"]
    assert [] == world.cluster.applied


async def test_an_eviction_goes_on_when_the_budget_lets_it(world: World) -> None:
    fill(world, 1)
    report(world, 1)
    put_budget(world)
    run_id = await world.submitted(a_plan(on_pod("evict_pod")))
    await world.clock.sleep(3)

    allow(world, 1)

    assert "succeeded" == (await world.ended(run_id))["phase"]


async def test_the_trouble_of_the_next_pod_is_told_and_that_of_others_on_the_node_is_not(world: World) -> None:
    fill(world, 1)
    report(world, 0)
    waiting = {"name": "app", "state": {"waiting": {"reason": "ErrImageNeverPull"}}}
    put_pod(world, "other", fill(world, 0, app="other"), app="web")
    world.cluster.edit(pod("other"), lambda live: live["status"].update(containerStatuses=[waiting]))
    run_id = await world.submitted(a_plan(on_pod("delete_pod")))
    await world.clock.sleep(60)
    assert "running" == (await world.service.run(run_id))["phase"]

    pods = (await world.cluster.related({"pods": Query("Pod", "shop")}))["pods"]
    (successor,) = [each["metadata"]["name"] for each in pods if each["metadata"]["name"].startswith("web-rs-")]
    world.cluster.edit(pod(successor), lambda live: live["status"].update(containerStatuses=[waiting]))
    run = await world.ended(run_id)

    assert "degraded" == run["phase"]
    assert "ErrImageNeverPull" in run["message"]
    assert "irreversible" in run["rollback"]["residue"][0]["why"]


def a_service() -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]},
    }


def a_slice(*uids: str) -> Manifest:
    endpoints = [{"addresses": ["10.0.0.1"], "targetRef": {"kind": "Pod", "uid": uid}} for uid in uids]
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": "web-x7", "namespace": "shop"},
        "addressType": "IPv4",
        "endpoints": endpoints,
    }


SLICE = Target(kind="EndpointSlice", namespace="shop", name="web-x7")


async def test_a_pod_in_quarantine_is_out_of_reach_and_comes_back_by_a_restore(world: World) -> None:
    fill(world, 1)
    world.cluster.put(a_service())
    world.cluster.put(a_slice(world.cluster.now(pod("web-0"))["metadata"]["uid"]))
    labels = world.cluster.now(pod("web-0"))["metadata"]["labels"]
    seen: list[Any] = []
    run_id = await world.submitted(a_plan(on_pod("quarantine_pod"), failing("web-0")))
    while not world.cluster.applied:
        await world.clock.sleep(0.1)
    seen.append(world.cluster.now(pod("web-0"))["metadata"])
    world.cluster.edit(SLICE, lambda live: live.update(endpoints=[]))
    await world.clock.sleep(1)
    world.cluster.edit(pod("web-0"), lambda live: live["metadata"].pop("ownerReferences"))

    run = await world.ended(run_id)

    assert {QUARANTINED: "true"} == seen[0]["labels"]
    assert '{"app": "web"}' == seen[0]["annotations"][KEPT_LABELS]
    assert "rolled_back" == run["phase"], run
    assert labels == world.cluster.now(pod("web-0"))["metadata"]["labels"]
    assert KEPT_LABELS not in world.cluster.now(pod("web-0"))["metadata"].get("annotations", {})


def trigger() -> dict[str, Any]:
    return a_step("trigger_cronjob", "CronJob", "report")


async def made_job(world: World) -> Target:
    while not world.cluster.applied:
        await world.clock.sleep(0.1)
    return world.cluster.applied[0].target


def ends(world: World, job: Target, kind: str, reason: str) -> None:
    condition = {"type": kind, "status": "True", "reason": reason}
    world.cluster.edit(job, lambda live: live.update(status={"conditions": [condition]}))


async def test_a_cron_jobs_job_is_made_once_and_awaited(world: World) -> None:
    world.cluster.put(a_cron_job())
    run_id = await world.submitted(a_plan(trigger()))
    job = await made_job(world)
    made = world.cluster.now(job)

    ends(world, job, "Complete", "CompletionsReached")
    run = await world.ended(run_id)

    assert "succeeded" == run["phase"], run
    assert job.name.startswith("report-")
    assert "manual" == made["metadata"]["annotations"]["cronjob.kubernetes.io/instantiate"]
    assert [True] == [request.target.exists for request in world.gate.requests if request.target][:1]
    assert 1 == len(world.cluster.applied)


async def test_a_job_that_fails_fails_the_step_with_its_reason_and_is_residue(world: World) -> None:
    world.cluster.put(a_cron_job())
    run_id = await world.submitted(a_plan(trigger()))

    ends(world, await made_job(world), "Failed", "BackoffLimitExceeded")
    run = await world.ended(run_id)

    assert "degraded" == run["phase"]
    assert "BackoffLimitExceeded" in run["message"]
    assert run["rollback"]["residue"][0]["why"].startswith("irreversible")


async def test_a_cron_job_that_does_not_exist_fails_before_anything_is_made(world: World) -> None:
    run = await world.run_of(a_plan(trigger()))

    assert "failed" == run["phase"]
    assert "there is no such CronJob" in run["message"]
    assert [] == world.cluster.applied
