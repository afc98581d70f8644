"""
A pod of a real cluster in quarantine: out of its Service and its ReplicaSet, still running, and back by a restore.
"""

import pytest

from executor.core.model import Manifest
from executor.core.quarantine import KEPT_LABELS, QUARANTINED
from executor.core.target import Target
from tests.builders import a_deployment, a_stateful_set
from tests.integration.actions.local_stage import Stage
from tests.plans import a_plan
from tests.serving import Caller
from tests.waiting import eventually

pytestmark = [pytest.mark.integration, pytest.mark.requirement("ACT-2"), pytest.mark.requirement("DRY-1")]


def a_service(name: str, namespace: str) -> Manifest:
    spec = {"selector": {"app": name}, "ports": [{"port": 80}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": namespace}, "spec": spec}


async def served(stage: Stage) -> set[str]:
    """
    Return the names of the pods behind the Services of the namespace.
    """
    slices = await stage.all("EndpointSlice")
    endpoints = [endpoint for each in slices for endpoint in each.get("endpoints") or ()]
    return {endpoint["targetRef"]["name"] for endpoint in endpoints}


async def a_served_pod(stage: Stage, name: str = "web") -> Target:
    await stage.healthy(a_deployment(name, stage.namespace, replicas=2))
    await stage.put(a_service(name, stage.namespace))
    pods = [each for each in await stage.all("Pod") if each["metadata"]["labels"].get("app") == name]
    pod = stage.target("Pod", pods[0]["metadata"]["name"])

    async def is_served() -> bool:
        return pod.name in await served(stage)

    await eventually(is_served)
    return pod


async def test_a_pod_is_out_of_reach_and_runs_on_while_its_owner_makes_another(caller: Caller, stage: Stage) -> None:
    pod = await a_served_pod(stage)
    before = (await stage.live(pod))["metadata"]

    run = await caller.run_of(a_plan(stage.step("quarantine_pod", pod, id="it")))

    assert "succeeded" == run["phase"], run
    live = await stage.live(pod)
    assert before["uid"] == live["metadata"]["uid"]
    assert "Running" == live["status"]["phase"]
    assert "ownerReferences" not in live["metadata"]
    assert pod.name not in await served(stage)
    assert {**{key: before["labels"][key] for key in before["labels"] if key != "app"}, QUARANTINED: "true"} == live[
        "metadata"
    ]["labels"]
    assert '{"app": "web"}' == live["metadata"]["annotations"][KEPT_LABELS]
    await stage.settled(stage.target("Deployment", "web"))
    assert 3 == len(await stage.all("Pod"))


@pytest.mark.requirement("GATE-1")
async def test_a_pod_of_a_protected_namespace_is_left_alone(caller: Caller, stage: Stage, protected: Stage) -> None:
    workload = await protected.healthy(a_deployment("it-lone", protected.namespace))
    pods = [each for each in await protected.all("Pod") if each["metadata"]["labels"].get("app") == "it-lone"]
    pod = protected.target("Pod", pods[0]["metadata"]["name"])

    run = await caller.run_of(a_plan(stage.step("quarantine_pod", pod, id="it")))
    live = await protected.live(pod)
    await protected.gone(workload)

    assert "denied" == run["phase"], run
    assert "protected_namespaces" in run["message"]
    assert "it-lone" == live["metadata"]["labels"]["app"]


async def test_a_pod_of_a_stateful_set_is_refused(caller: Caller, stage: Stage) -> None:
    await stage.healthy(a_stateful_set("cache", stage.namespace))

    run = await caller.run_of(a_plan(stage.step("quarantine_pod", stage.target("Pod", "cache-0"), id="it")))

    assert "failed" == run["phase"], run
    assert "a StatefulSet names its pods" in run["message"]


@pytest.mark.requirement("ROLL-7")
async def test_a_restore_gives_the_labels_back_when_a_later_step_fails(caller: Caller, stage: Stage) -> None:
    """
    Its owner takes the pod back then, and has one too many: which of the three goes is its own choice.
    """
    pod = await a_served_pod(stage)

    run = await caller.run_of(a_plan(stage.step("quarantine_pod", pod, id="it"), stage.failing("it")))

    assert "rolled_back" == run["phase"], run
    assert "restored" == run["steps"][0]["phase"]
    live = await stage.find(pod)
    if live is not None:
        assert "web" == live["metadata"]["labels"]["app"]
        assert QUARANTINED not in live["metadata"]["labels"]
        assert KEPT_LABELS not in live["metadata"].get("annotations", {})
    await stage.settled(stage.target("Deployment", "web"))
