"""
Pods of a real cluster, deleted and evicted: the owner comes back to its count, or the step says why not.
"""

from typing import Any

import pytest

from executor.core.model import Manifest
from executor.core.target import Target
from tests.builders import a_budget, a_daemon_set, a_deployment, a_pod, a_stateful_set, target_of
from tests.integration.actions.local_stage import Stage
from tests.plans import a_plan
from tests.serving import Caller

pytestmark = [pytest.mark.integration, pytest.mark.requirement("ACT-2"), pytest.mark.requirement("DRY-1")]

BOTH = pytest.mark.parametrize("action", ["delete_pod", "evict_pod"])


async def pods_of(stage: Stage, app: str) -> list[Manifest]:
    """
    Return the pods of an app that are not being deleted.
    """
    return [
        each
        for each in await stage.all("Pod")
        if each["metadata"]["labels"].get("app") == app and "deletionTimestamp" not in each["metadata"]
    ]


async def a_pod_of(stage: Stage, workload: Manifest) -> Target:
    target = await stage.healthy(workload)
    return stage.target("Pod", (await pods_of(stage, target.name))[0]["metadata"]["name"])


@BOTH
async def test_a_pod_goes_and_its_deployment_is_back_to_its_count(action: str, caller: Caller, stage: Stage) -> None:
    pod = await a_pod_of(stage, a_deployment("web", stage.namespace, replicas=2))

    run = await caller.run_of(a_plan(stage.step(action, pod, {"grace_seconds": 0}, id="it")))

    assert "succeeded" == run["phase"], run
    assert await stage.find(pod) is None
    now = await pods_of(stage, "web")
    assert 2 == len(now)
    assert pod.name not in {each["metadata"]["name"] for each in now}
    assert "2 of 2 replicas are ready" in run["steps"][0]["message"]
    assert not run["steps"][0]["reversible"]


@BOTH
async def test_a_pod_of_a_stateful_set_is_another_one_of_the_same_name(
    action: str, caller: Caller, stage: Stage
) -> None:
    pod = await a_pod_of(stage, a_stateful_set("cache", stage.namespace, replicas=1))
    before = (await stage.live(pod))["metadata"]["uid"]

    run = await caller.run_of(a_plan(stage.step(action, pod, id="it")))

    assert "succeeded" == run["phase"], run
    assert before != (await stage.live(pod))["metadata"]["uid"]


async def test_a_pod_of_a_daemon_set_comes_back_to_its_node(caller: Caller, stage: Stage) -> None:
    pod = await a_pod_of(stage, a_daemon_set("agent", stage.namespace))
    node = (await stage.live(pod))["spec"]["nodeName"]

    run = await caller.run_of(a_plan(stage.step("delete_pod", pod, id="it")))

    assert "succeeded" == run["phase"], run
    (back,) = [each for each in await pods_of(stage, "agent") if each["spec"]["nodeName"] == node]
    assert pod.name != back["metadata"]["name"]


@pytest.mark.requirement("GATE-1")
@BOTH
async def test_a_pod_of_a_protected_namespace_is_left_alone(
    action: str, caller: Caller, stage: Stage, protected: Stage
) -> None:
    target = await protected.healthy(a_deployment("it-web", protected.namespace))
    pod = protected.target("Pod", (await pods_of(protected, "it-web"))[0]["metadata"]["name"])

    run = await caller.run_of(a_plan(stage.step(action, pod, id="it")))
    live = await protected.find(pod)
    await protected.gone(target)

    assert "denied" == run["phase"], run
    assert "protected_namespaces" in run["message"]
    assert live is not None


@BOTH
async def test_a_pod_that_nothing_makes_anew_is_refused(action: str, caller: Caller, stage: Stage) -> None:
    manifest = a_pod("lonely", stage.namespace)
    del manifest["spec"]["nodeName"], manifest["status"]
    pod = await stage.healthy(manifest)

    run = await caller.run_of(a_plan(stage.step(action, pod, id="it")))

    assert "failed" == run["phase"], run
    assert "no controller owns it" in run["message"]
    assert await stage.find(pod) is not None


async def test_an_eviction_that_a_budget_blocks_fails_and_names_it_while_a_deletion_goes_through(
    caller: Caller, stage: Stage
) -> None:
    """
    The budget keeps all there are; a deletion asks no budget, which is why the policy does.
    """
    pod = await a_pod_of(stage, a_deployment("web", stage.namespace))
    budget = a_budget("web", stage.namespace, app="web", min_available=1)
    del budget["status"]
    await stage.put(budget)
    await stage.until(stage.target("PodDisruptionBudget", "web"), _is_counted)

    evicted = await caller.run_of(a_plan(stage.step("evict_pod", pod, id="it")))
    deleted = await caller.run_of(a_plan(stage.step("delete_pod", pod, id="it")))

    assert "failed" == evicted["phase"], evicted
    step = await caller.get(f"/v1/runs/{evicted['id']}/steps/it")
    assert "budget_blocked" == step["code"]
    assert "disruption budget web needs 1 healthy pods and has 1 now" in evicted["message"]
    assert "denied" == deleted["phase"], deleted
    assert "blast_radius: the plan would bring a disruption budget to -1 disruptions" in deleted["message"]
    assert await stage.find(pod) is not None


async def test_a_pod_that_went_is_residue_when_a_later_step_fails(caller: Caller, stage: Stage) -> None:
    pod = await a_pod_of(stage, a_deployment("web", stage.namespace))

    run = await caller.run_of(a_plan(stage.step("evict_pod", pod, id="it"), stage.failing("it")))

    assert "degraded" == run["phase"], run
    assert ["it"] == [each["step"] for each in run["rollback"]["residue"]]
    assert "irreversible" in run["rollback"]["residue"][0]["why"]


@pytest.mark.requirement("VER-1")
async def test_an_owner_whose_next_pod_does_not_start_fails_the_step_within_seconds(
    caller: Caller, stage: Stage
) -> None:
    """
    A StatefulSet that is updated only when its pods are deleted: the next one has an image that cannot be pulled.
    """
    agent = a_stateful_set("cache", stage.namespace)
    agent["spec"]["updateStrategy"] = {"type": "OnDelete"}
    pod = await a_pod_of(stage, agent)
    image = [{"name": "app", "image": "fault.local/image-pull:1"}]
    await stage.edit(target_of(agent), {"spec": {"template": {"spec": {"containers": image}}}})

    run = await caller.run_of(a_plan(stage.step("delete_pod", pod, id="it")))

    assert "degraded" == run["phase"], run
    assert "ImagePullBackOff" in run["message"]


def _is_counted(live: dict[str, Any]) -> bool:
    return bool(live.get("status", {}).get("currentHealthy") == 1)
