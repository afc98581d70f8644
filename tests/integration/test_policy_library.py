"""
Shipped rules over a real API server, real controllers and a real OPA: what they rest on is what the cluster says.
"""

import asyncio
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from deploy.local.control_plane import ControlPlane
from tests.fixtures.widgets import API_VERSION, a_widget
from tests.plans import a_plan, a_step, restart, scale, set_image
from tests.serving import Caller
from tests.shop import Shop
from tests.waiting import eventually

pytestmark = [pytest.mark.integration, pytest.mark.requirement("POL-1")]

FLUX = {"kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"}


def an_autoscaler(name: str) -> dict[str, Any]:
    reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": name},
        "spec": {"minReplicas": 1, "maxReplicas": 4, "scaleTargetRef": reference},
    }


def denied_by(run: dict[str, Any]) -> tuple[str, str]:
    """
    Return the phase, and the rule that the run's message begins with.
    """
    said: str = run["message"]
    return run["phase"], next((word.rstrip(":") for word in said.split() if "_" in word and word.endswith(":")), said)


@pytest.mark.parametrize("action", ["scale", "patch"])
async def test_replicas_that_an_autoscaler_sets_are_left_to_it(caller: Caller, shop: Shop, action: str) -> None:
    await shop.open("web")
    await shop.create("/apis/autoscaling/v2", an_autoscaler("web"))
    merge = {"type": "merge", "patch": {"spec": {"replicas": 3}}}
    parameters = {"replicas": 3} if action == "scale" else merge

    run = await caller.run_of(a_plan(a_step(action, "Deployment", "web", parameters, namespace=shop.namespace)))

    assert ("denied", "autoscaler_conflict") == denied_by(run)
    assert "between 1 and 4" in run["message"]
    assert "set_autoscaling" in run["message"]
    assert 1 == await shop.replicas("web")


@pytest.mark.requirement("GATE-11")
async def test_what_flux_keeps_is_changed_in_its_source_and_may_be_restarted(caller: Caller, shop: Shop) -> None:
    await shop.open("web", labels=FLUX)

    scaled = await caller.run_of(a_plan(scale("web", to=3, namespace=shop.namespace)))
    restarted = await caller.run_of(a_plan(restart("web", namespace=shop.namespace)))

    assert ("denied", "gitops_managed") == denied_by(scaled)
    assert "kept by Flux as part of apps" in scaled["message"]
    assert "change it in its source" in scaled["message"]
    assert "succeeded" == restarted["phase"], restarted


@pytest.mark.requirement("GATE-11")
@pytest.mark.usefixtures("widgets")
@pytest.mark.parametrize(("labels", "phase"), [(FLUX, "denied"), ({}, "succeeded")])
async def test_a_custom_resource_tells_who_keeps_it_though_its_scale_does_not(
    caller: Caller, control_plane: ControlPlane, namespace: str, labels: dict[str, str], phase: str
) -> None:
    widget = a_widget("w", namespace)
    widget["metadata"]["labels"] = labels
    widget["status"] = {"replicas": 0}
    where = f"/apis/{API_VERSION}/namespaces/{namespace}/widgets"
    await asyncio.to_thread(control_plane.api.request, "POST", where, widget)
    status = partial(control_plane.api.request, "PATCH", f"{where}/w/status", {"status": {"replicas": 3}})
    await asyncio.to_thread(partial(status, content_type="application/merge-patch+json"))
    step = a_step("scale", "Widget", "w", {"replicas": 3}, namespace=namespace)
    step["target"]["api_version"] = API_VERSION

    run = await caller.run_of(a_plan(step))

    assert phase == run["phase"], run
    if labels:
        assert "gitops_managed" in run["message"]


async def test_more_pods_than_the_quota_leaves_are_denied_before_a_rollout_stands_still(
    caller: Caller, control_plane: ControlPlane, shop: Shop
) -> None:
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "team"}, "spec": {"hard": {"pods": "2"}}}
    await shop.open("web")
    where = f"/api/v1/namespaces/{shop.namespace}/resourcequotas"
    await asyncio.to_thread(control_plane.api.request, "POST", where, quota)

    async def counted() -> bool:
        live = await asyncio.to_thread(control_plane.api.get, f"{where}/team")
        return bool(live.get("status", {}).get("used", {}).get("pods") == "1")

    await eventually(counted)

    too_many = await caller.run_of(a_plan(scale("web", to=3, namespace=shop.namespace)))
    enough = await caller.run_of(a_plan(scale("web", to=2, namespace=shop.namespace)))

    assert ("denied", "quota_headroom") == denied_by(too_many)
    assert "2 more of pods, and quota team leaves 1 of 2" in too_many["message"]
    assert "succeeded" == enough["phase"], enough


async def test_a_field_that_an_operator_applies_is_left_to_it(
    caller: Caller, control_plane: ControlPlane, shop: Shop
) -> None:
    await shop.open("web")
    applied = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {"replicas": 1},
    }
    where = f"/apis/apps/v1/namespaces/{shop.namespace}/deployments/web?fieldManager=shop-operator&force=true"
    apply = partial(control_plane.api.request, "PATCH", where, applied, content_type="application/apply-patch+yaml")
    await asyncio.to_thread(apply)

    run = await caller.run_of(a_plan(scale("web", to=3, namespace=shop.namespace)))

    assert ("denied", "foreign_fields") == denied_by(run)
    assert 'shop-operator applies its own: ["/spec/replicas"]' in run["message"]


@pytest.mark.requirement("GATE-6")
async def test_a_rollout_whose_pods_are_killed_for_want_of_memory_is_put_back_though_they_are_ready(
    caller: Caller, shop: Shop
) -> None:
    await shop.open("web")
    before = (await shop.live("web"))["spec"]

    run = await caller.run_of(a_plan(set_image("web", image="fault.local/oom-killed:1", namespace=shop.namespace)))

    assert "rolled_back" == run["phase"], run
    assert before == (await shop.live("web"))["spec"]
    step = await caller.get(f"/v1/runs/{run['id']}/steps/web")
    [asked] = [each for each in await _decisions(caller, step) if each["stage"] == "verify"]
    assert {"no_oom_kill"} == {each["code"] for each in asked["violations"]}
    assert asked["input"]["written_at"] <= asked["input"]["facts"]["pods"][0]["oom_killed_at"]


@pytest.mark.requirement("GATE-6")
async def test_a_pod_that_was_killed_before_the_change_does_not_fail_it(
    caller: Caller, control_plane: ControlPlane, shop: Shop
) -> None:
    await shop.open("web", replicas=2, images={"app": "fault.local/oom-killed:1"})

    async def a_second_has_passed_since_the_last_kill() -> bool:
        where = f"/api/v1/namespaces/{shop.namespace}/pods"
        pods = (await asyncio.to_thread(control_plane.api.get, where))["items"]
        kills = [each["status"]["containerStatuses"][0]["lastState"]["terminated"]["finishedAt"] for each in pods]
        return bool(max(kills) < datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))

    await eventually(a_second_has_passed_since_the_last_kill)

    run = await caller.run_of(a_plan(scale("web", to=1, namespace=shop.namespace)))

    assert "succeeded" == run["phase"], run


async def _decisions(caller: Caller, step: dict[str, Any]) -> list[dict[str, Any]]:
    return [await caller.get(f"/v1/decisions/{each}") for each in step["decisions"]]
