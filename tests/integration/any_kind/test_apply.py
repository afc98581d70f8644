"""
Apply on a real API server: objects are made and changed, conflicts are told, and all of it is put back.
"""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from deploy.local.control_plane import ControlPlane
from executor.core.model import Manifest
from executor.core.target import Target
from tests.anything import Place
from tests.builders import a_deployment
from tests.faults.proxy import Fault, is_write, nth, proxy_before
from tests.faults.proxy import Place as Before
from tests.fixtures.widgets import a_widget
from tests.objects import a_claim, a_config_map
from tests.plans import a_plan
from tests.serving import Caller, calling, serving
from tests.waiting import eventually, within

pytestmark = [pytest.mark.integration, pytest.mark.requirement("ACT-2")]

BOT = "deploy-bot"


def applied(place: Place, target: Target, manifest: Manifest, **more: Any) -> dict[str, Any]:
    return place.step("apply", target, {"manifest": manifest}, **more)


def owners(manifest: Manifest) -> list[tuple[str, str]]:
    """
    Return who owns fields of an object, and by what kind of write.
    """
    return sorted((each["manager"], each["operation"]) for each in manifest["metadata"]["managedFields"])


async def code_of(caller: Caller, run: dict[str, Any], step: str) -> str | None:
    code: str | None = (await caller.get(f"/v1/runs/{run['id']}/steps/{step}"))["code"]
    return code


def a_service(namespace: str) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]},
    }


def a_network_policy(namespace: str) -> Manifest:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {"podSelector": {}, "ingress": [{"ports": [{"port": 80}]}]},
    }


def an_autoscaler(namespace: str) -> Manifest:
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {"maxReplicas": 3, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}},
    }


def a_probed_deployment(namespace: str) -> Manifest:
    """
    Return a Deployment in which the API server fills in much, and spells amounts its own way.
    """
    made = a_deployment("web", namespace)
    made["spec"]["template"]["spec"] |= {
        "serviceAccountName": "default",
        "containers": [
            {
                "name": "app",
                "image": "registry.test/web:1",
                "ports": [{"containerPort": 80}],
                "env": [{"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}],
                "resources": {"requests": {"cpu": 0.5, "memory": "1024Mi"}},
                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                "volumeMounts": [{"name": "settings", "mountPath": "/etc/web"}],
            }
        ],
        "volumes": [{"name": "settings", "configMap": {"name": "settings"}}],
    }
    return made


MADE = {
    "a ConfigMap": lambda namespace: a_config_map("web", namespace, data={"mode": "fast"}),
    "a Deployment": a_probed_deployment,
    "a Service": a_service,
    "a NetworkPolicy": a_network_policy,
    "an autoscaler": an_autoscaler,
    "a claim": lambda namespace: a_claim("web", namespace),
    "a custom resource": lambda namespace: a_widget("web", namespace),
}


@pytest.mark.usefixtures("widgets")
@pytest.mark.requirement("DRY-2")
@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
async def test_an_object_that_is_not_there_is_made_and_what_the_server_fills_in_is_no_surprise(
    open_caller: Caller, place: Place, make: Any
) -> None:
    manifest = make(place.namespace)
    target = Target(kind=manifest["kind"], namespace=place.namespace, name="web", api_version=manifest["apiVersion"])

    status, report = await open_caller.post("/v1/assessments", a_plan(applied(place, target, manifest)))

    (step,) = report["steps"]
    assert (200, "allow") == (status, step["effect"]), step["message"]
    assert [] == [each for each in step["diff"] if not each["requested"]]


@pytest.mark.parametrize("kind", ["ConfigMap", "Deployment", "Widget"])
@pytest.mark.usefixtures("widgets")
async def test_an_object_is_made_then_changed_by_another_manifest_and_left_alone_by_the_same(
    open_caller: Caller, place: Place, kind: str
) -> None:
    """
    Also the fields that the executor made itself are changed: they are no conflict with itself.
    """
    target = place.target(kind, "web")
    manifests = {
        "ConfigMap": [a_config_map("web", place.namespace, data={"mode": mode}) for mode in ("slow", "fast")],
        "Deployment": [a_deployment("web", place.namespace, replicas=count) for count in (1, 2)],
        "Widget": [a_widget("web", place.namespace, size=size) for size in ("small", "large")],
    }
    first, second = manifests[kind]

    runs = [await open_caller.run_of(a_plan(applied(place, target, each))) for each in (first, second, second)]

    assert ["succeeded"] * 3 == [run["phase"] for run in runs], [run["message"] for run in runs]
    assert ["applied", "applied", "none"] == [run["steps"][0]["actuation"] for run in runs]
    live = await place.live(target)
    body = {"ConfigMap": "data", "Deployment": "spec", "Widget": "spec"}[kind]
    assert second[body] == {key: live[body][key] for key in second[body]} | _pods(kind, second)


def _pods(kind: str, manifest: Manifest) -> dict[str, Any]:
    """
    Return the part of a Deployment in which the server fills in much.
    """
    return {"template": manifest["spec"]["template"]} if kind == "Deployment" else {}


async def test_what_a_later_manifest_leaves_out_stays_as_it_is(open_caller: Caller, place: Place) -> None:
    await place.put(a_config_map("web", place.namespace, data={"theirs": "1"}))
    target = place.target("ConfigMap", "web")
    for data in ({"ours": "1", "more": "1"}, {"ours": "2"}):
        run = await open_caller.run_of(a_plan(applied(place, target, a_config_map("web", place.namespace, data=data))))
        assert "succeeded" == run["phase"], run["message"]

    assert {"theirs": "1", "ours": "2", "more": "1"} == (await place.live(target))["data"]


async def test_a_field_of_another_manager_is_reported_with_its_path_and_never_forced(
    open_caller: Caller, place: Place
) -> None:
    before = await place.apply(a_config_map("web", place.namespace, data={"mode": "slow", "size": "1"}), manager=BOT)
    target = place.target("ConfigMap", "web")
    manifest = a_config_map("web", place.namespace, data={"mode": "fast", "size": "1"})

    run = await open_caller.run_of(a_plan(applied(place, target, manifest)))

    assert "failed" == run["phase"], run["message"]
    assert "field_conflict" == await code_of(open_caller, run, "web")
    assert f'.data.mode is owned by field manager "{BOT}"; nothing was forced' in run["message"]
    assert before == await place.live(target)


async def test_a_conflict_is_reported_also_where_some_fields_are_ours(open_caller: Caller, place: Place) -> None:
    """
    Fields that are ours alone are patched; the first one that is not makes it an apply again, which tells.
    """
    target = place.target("ConfigMap", "web")
    ours = a_config_map("web", place.namespace, data={"ours": "1"})
    assert "succeeded" == (await open_caller.run_of(a_plan(applied(place, target, ours))))["phase"]
    await place.apply(a_config_map("web", place.namespace, data={"mode": "slow"}), manager=BOT)
    both = a_config_map("web", place.namespace, data={"ours": "2", "mode": "fast"})

    run = await open_caller.run_of(a_plan(applied(place, target, both)))

    assert "failed" == run["phase"], run["message"]
    assert f'.data.mode is owned by field manager "{BOT}"' in run["message"]
    assert {"ours": "1", "mode": "slow"} == (await place.live(target))["data"]


async def test_an_object_that_was_made_is_removed_with_its_children(open_caller: Caller, place: Place) -> None:
    target = place.target("Deployment", "web")
    plan = a_plan(applied(place, target, a_deployment("web", place.namespace, replicas=2)), place.failing("web"))

    run = await open_caller.run_of(plan)

    assert "rolled_back" == run["phase"], run["message"]
    assert [] == run["rollback"]["residue"]
    assert await place.find(target) is None
    await eventually(partial(_nothing_left, place))


async def _nothing_left(place: Place) -> bool:
    """
    Tell if the garbage collector has done with what the Deployment owned.
    """
    return not await place.all("ReplicaSet") and not await place.all("Pod")


@pytest.mark.requirement("ROLL-7")
async def test_an_object_that_was_changed_is_as_before_with_the_owners_it_had(
    open_caller: Caller, place: Place
) -> None:
    """
    An apply owns what it found as it wants it, too; kept, that would stand in the way of the next delivery.
    """
    made = await place.apply(a_config_map("web", place.namespace, data={"size": "1"}), manager=BOT)
    target = place.target("ConfigMap", "web")
    manifest = a_config_map("web", place.namespace, data={"size": "1", "mode": "fast"})

    run = await open_caller.run_of(a_plan(applied(place, target, manifest), place.failing("web")))

    assert "rolled_back" == run["phase"], run["message"]
    live = await place.live(target)
    assert made["data"] == live["data"]
    assert [(BOT, "Apply")] == owners(live)
    assert made["metadata"]["managedFields"][0]["fieldsV1"] == live["metadata"]["managedFields"][0]["fieldsV1"]


@pytest.mark.requirement("ROLL-6")
async def test_an_object_that_somebody_changed_after_it_was_made_is_left_alone(
    open_caller: Caller, place: Place
) -> None:
    target = place.target("ConfigMap", "web")
    manifest = a_config_map("web", place.namespace, data={"mode": "fast"})
    held = {**await place.hold("held"), "needs": ["web"]}
    run_id = await open_caller.submit(a_plan(applied(place, target, manifest), held, place.failing("held")))
    await place.held("held")

    await place.edit(target, {"data": {"mode": "theirs"}})
    await place.let_go("held")
    run = await open_caller.ended(run_id)

    assert "degraded" == run["phase"], run["message"]
    assert {"mode": "theirs"} == (await place.live(target))["data"]
    assert ["web"] == [each["step"] for each in run["rollback"]["residue"]]


async def test_more_replicas_than_the_ceiling_are_denied_before_the_object_is_made(
    open_caller: Caller, place: Place
) -> None:
    target = place.target("Deployment", "web")

    run = await open_caller.run_of(a_plan(applied(place, target, a_deployment("web", place.namespace, replicas=400))))

    assert "denied" == run["phase"], run["message"]
    assert "replica_ceiling" in run["message"]
    assert await place.find(target) is None


@pytest.mark.requirement("VER-3")
@pytest.mark.requirement("ROLL-4")
async def test_an_object_that_does_not_get_healthy_is_removed_and_its_pods_say_why(
    open_caller: Caller, place: Place
) -> None:
    """
    Its pods are watched from the start, though there was no object before that could tell which they are.
    """
    target = place.target("Deployment", "web")
    manifest = a_deployment("web", place.namespace, images={"app": "fault.local/image-pull:1"})

    run = await open_caller.run_of(a_plan(applied(place, target, manifest)))

    assert "rolled_back" == run["phase"], run["message"]
    assert "ImagePullBackOff" in run["message"]
    assert await place.find(target) is None


@pytest.mark.requirement("ACT-2")
async def test_an_apply_that_was_judged_on_an_older_version_is_judged_again(
    control_plane: ControlPlane, fresh_state: Path, tmp_path: Path, place: Place
) -> None:
    target = place.target("ConfigMap", "web")
    await place.put(a_config_map("web", place.namespace, data={"theirs": "1"}))
    plan = a_plan(applied(place, target, a_config_map("web", place.namespace, data={"mode": "fast"})))
    async with (
        proxy_before(control_plane.kubeconfig, tmp_path) as proxy,
        serving(fresh_state, proxy.kubeconfig) as served,
        calling(served) as session,
    ):
        caller, fault = Caller(session), proxy.meet(Fault(nth(is_write, 1), Before.BEFORE))
        run_id = await caller.submit(plan)
        await within(fault.reached.wait())
        await place.edit(target, {"data": {"theirs": "2"}})
        fault.release()
        run = await caller.ended(run_id)

    assert ("succeeded", 2) == (run["phase"], run["steps"][0]["attempts"]), run["message"]
    assert {"theirs": "2", "mode": "fast"} == (await place.live(target))["data"]
