"""
The cluster contract: each fact, as the API server's own objects show it.
"""

from typing import Any

import pytest

from executor.core.change import FIELD_MANAGER
from executor.core.facts import BudgetFact, FactName, Facts, NodeFact, Reference, gitops_of, managers_of
from executor.core.target import Target
from tests.builders import a_budget, a_deployment, a_node, a_pod, a_quota, an_autoscaler
from tests.contract.cluster_helpers import REPLICAS, calm, scaled
from tests.fixtures.cluster_worlds import World
from tests.waiting import eventually

pytestmark = pytest.mark.requirement("GATE-12")


async def facts_of(world: World, target: Target, *wanted: FactName) -> Facts:
    live = await world.cluster.read(target)
    return (await world.cluster.surroundings(target, live=live, wanted=frozenset(wanted))).facts


async def test_pods_of_a_workload_tell_how_they_are_and_whose(world: World, web: Target) -> None:
    await world.running(web, 2)

    found = await facts_of(world, web, FactName.PODS)

    assert found.pods is not None
    assert [(world.namespace, "Running", True, False, False, False, False)] * 2 == [
        (pod.namespace, pod.phase, pod.ready, pod.unmanaged, pod.daemon_set, pod.mirror, pod.terminating)
        for pod in found.pods
    ]
    assert ["ReplicaSet"] * 2 == [pod.owner.kind for pod in found.pods if pod.owner]
    assert all(pod.node for pod in found.pods)


async def test_pods_on_a_node_come_with_the_budgets_over_them(world: World) -> None:
    node = await world.create(a_node(f"{world.namespace}-node"))
    pod = a_pod("alone", world.namespace, node=node.name)
    pod["spec"]["volumes"] = [{"name": "scratch", "emptyDir": {}}]
    await world.create(pod)
    await world.create(a_pod("elsewhere", world.namespace, node=f"{world.namespace}-other"))
    await world.create(a_budget("over-it", world.namespace))
    await world.create(a_budget("over-others", world.namespace, app="api"))

    found = await facts_of(world, node, FactName.PODS, FactName.BUDGETS)

    # Other tests' DaemonSets put a pod on every node.
    ours = [each for each in found.pods or [] if each.namespace == world.namespace]
    assert [("alone", node.name, True, True)] == [
        (each.name, each.node, each.unmanaged, each.empty_dir) for each in ours
    ]
    assert ["over-it"] == [each.name for each in found.budgets or [] if each.namespace == world.namespace]


async def test_a_pod_is_its_own_pods(world: World, web: Target) -> None:
    one, _ = await world.running(web, 2)

    found = await facts_of(world, one, FactName.PODS)

    assert [one.name] == [pod.name for pod in found.pods or []]


async def test_budgets_over_the_pods_tell_their_headroom(world: World, web: Target) -> None:
    await world.running(web, 2)
    await world.create(a_budget("for-web", world.namespace, app="web"))
    await world.create(a_budget("for-others", world.namespace, app="api"))

    async def counted() -> list[BudgetFact] | None:
        budgets = (await facts_of(world, web, FactName.BUDGETS)).budgets or []
        return budgets if all(each.observed and each.disruptions_allowed for each in budgets) else None

    assert [
        BudgetFact(
            name="for-web",
            namespace=world.namespace,
            disruptions_allowed=1,
            current_healthy=2,
            desired_healthy=1,
            expected_pods=2,
            observed=True,
        )
    ] == await eventually(counted)


async def test_autoscalers_are_those_that_scale_the_target(world: World, web: Target) -> None:
    scaling = await world.create(an_autoscaler("web", world.namespace, of="web", between=(2, 5)))
    await world.create(an_autoscaler("api", world.namespace, of="api"))

    of_web = await facts_of(world, web, FactName.AUTOSCALERS)
    of_itself = await facts_of(world, scaling, FactName.AUTOSCALERS)

    for found in (of_web, of_itself):
        assert [("web", 2, 5, Reference(kind="Deployment", name="web"))] == [
            (each.name, each.min_replicas, each.max_replicas, each.target) for each in found.autoscalers or []
        ]


async def test_owners_are_followed_up_to_the_top(world: World, web: Target) -> None:
    pod, _ = await world.running(web, 2)

    found = await facts_of(world, pod, FactName.OWNERS)

    assert {} == found.unknown
    assert [("ReplicaSet", "apps/v1"), ("Deployment", "apps/v1")] == [
        (owner.kind, owner.api_version) for owner in found.owners or []
    ]
    uid = (await world.cluster.read(web))["metadata"]["uid"]
    assert [("web", uid)] == [(owner.name, owner.uid) for owner in (found.owners or [])[-1:]]


async def test_quotas_tell_what_is_left(world: World, web: Target) -> None:
    hard = {"count/deployments.apps": "3", "requests.memory": "4Gi"}
    used = {"count/deployments.apps": "1", "requests.memory": "0"}
    await world.create(a_quota("team", world.namespace, hard=hard, used=used))

    async def counted() -> dict[str, str | None] | None:
        [quota] = (await facts_of(world, web, FactName.QUOTA)).quota or []
        return quota.headroom if None not in quota.headroom.values() else None

    assert {"count/deployments.apps": "2", "requests.memory": "4Gi"} == await eventually(counted)


async def test_nodes_tell_what_may_run_there(world: World) -> None:
    name = f"{world.namespace}-node"
    master = a_node(name, unschedulable=True, labels={"node-role.kubernetes.io/control-plane": ""})
    node = await world.create(master)

    async def ready() -> NodeFact | None:
        nodes = (await facts_of(world, node, FactName.NODES)).nodes or []
        return next((each for each in nodes if each.name == name and each.ready), None)

    assert NodeFact(name=name, ready=True, schedulable=False, control_plane=True) == await eventually(ready)


async def test_managers_are_those_of_the_changed_fields(world: World, web: Target) -> None:
    live = await calm(world, web)
    after = (await world.cluster.apply(scaled(web, live, 3))).manifest

    found = managers_of(after, [REPLICAS])

    assert [(FIELD_MANAGER, "Update", None, ["/spec/replicas"])] == [
        (each.manager, each.operation, each.subresource, each.paths) for each in found
    ]
    containers = ("spec", "template", "spec", "containers")
    [owner] = managers_of(after, [(*containers, "[name=app]", "image")])
    assert FIELD_MANAGER != owner.manager
    assert ["/spec/template/spec/containers/0/image"] == owner.paths


MARKS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "argo_cd": ({"argocd.argoproj.io/instance": "apps"}, {}),
    "flux": ({"kustomize.toolkit.fluxcd.io/name": "apps"}, {}),
    "helm": ({"app.kubernetes.io/managed-by": "Helm"}, {"meta.helm.sh/release-name": "apps"}),
}


@pytest.mark.parametrize("tool", MARKS)
async def test_gitops_is_told_from_the_live_object(world: World, tool: Any) -> None:
    labels, annotations = MARKS[tool]
    kept = await world.create(a_deployment("kept", world.namespace, labels=labels, annotations=annotations))

    found = gitops_of(await world.cluster.read(kept))

    assert found is not None
    assert (tool, "apps") == (found.tool, found.name)
