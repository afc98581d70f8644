"""
The cluster contract: an object seen and changed through a part of it.
"""

import pytest

from executor.core.errors import ImmutableField, NotServed, TargetNotFound, UnsafeRequest
from executor.core.model import Manifest
from executor.core.target import Target
from tests.builders import a_daemon_set
from tests.contract.cluster_helpers import calm, change_to
from tests.fixtures.cluster_worlds import World

pytestmark = pytest.mark.requirement("ACT-2")


async def test_a_workload_is_scaled_through_its_scale(world: World, web: Target) -> None:
    before = await calm(world, web)
    scale = await world.cluster.read(web, subresource="scale")
    change = await change_to(world, web, scale, {**scale, "spec": {"replicas": 3}}, subresource="scale")

    answer = await world.cluster.apply(change)

    assert before["metadata"]["uid"] == scale["metadata"]["uid"]
    assert 3 == answer.manifest["spec"]["replicas"]
    assert 3 == (await world.cluster.read(web))["spec"]["replicas"]


async def test_a_kind_without_a_scale_says_so(world: World) -> None:
    agent = await world.create(a_daemon_set("agent", world.namespace))

    with pytest.raises((NotServed, TargetNotFound), match="scale"):
        await world.cluster.read(agent, subresource="scale")


@pytest.mark.requirement("SEC-2")
@pytest.mark.parametrize("subresource", ["..", "status", "scale/..", "exec", "proxy", ""])
async def test_only_the_subresources_that_actions_need_are_reached(world: World, web: Target, subresource: str) -> None:
    live = await calm(world, web)
    good = await change_to(world, web, live, {**live, "spec": {**live["spec"], "replicas": 3}})
    unsafe = good.model_copy(update={"path": f"{good.path}/{subresource}", "subresource": subresource})

    for attempt in (
        world.cluster.read(web, subresource=subresource),
        world.cluster.dry_run(unsafe),
        world.cluster.apply(unsafe),
        world.cluster.apply(unsafe.model_copy(update={"verb": "POST", "content_type": "application/json"})),
        anext(world.cluster.watch(web, subresource=subresource)),
    ):
        with pytest.raises(UnsafeRequest, match="nothing was sent"):
            await attempt

    assert live == await world.cluster.read(web)


async def test_the_resources_of_a_pod_are_changed_through_resize_only(world: World) -> None:
    pod = await world.pod("web-1", app="web")
    live = await world.cluster.read(pod)
    wanted = {"requests": {"cpu": "100m"}}
    desired = with_resources(live, wanted)

    resized = await world.cluster.dry_run(await change_to(world, pod, live, desired, subresource="resize"))

    assert "100m" == resized.manifest["spec"]["containers"][0]["resources"]["requests"]["cpu"]
    with pytest.raises(ImmutableField):
        await world.cluster.dry_run(await change_to(world, pod, live, desired))


def with_resources(pod: Manifest, resources: Manifest) -> Manifest:
    containers = [{**each, "resources": resources} for each in pod["spec"]["containers"]]
    return {**pod, "spec": {**pod["spec"], "containers": containers}}
