"""
The cluster contract: a name that must not enter a URL never does, whatever is done.
"""

import pytest

from executor.core.action import Form, Wire
from executor.core.change import Change, Preconditions
from executor.core.errors import (
    UnsafeRequest,
)
from executor.core.model import ABSENT, Manifest
from executor.core.target import Target
from tests.contract.cluster_helpers import calm, change_to, scaled
from tests.fixtures.cluster_worlds import World

NAMES = ["web#", "..", ".", "web?force=true", "../../secrets/x", "%2e%2e", "web/scale", ""]


@pytest.mark.requirement("SEC-2")
@pytest.mark.parametrize("name", NAMES)
async def test_a_name_that_is_none_never_leaves(world: World, web: Target, name: str) -> None:
    live = await calm(world, web)
    unsafe = Target.model_construct(kind="Deployment", namespace=world.namespace, name=name)
    path = f"/apis/apps/v1/namespaces/{world.namespace}/deployments/{name}"
    good = scaled(web, live, 3)
    mislead = Change.model_construct(
        target=web, verb="PATCH", path=path, content_type=good.content_type, body=good.body, preconditions=bound(live)
    )
    lying = mislead.model_copy(update={"target": unsafe})

    for attempt in (
        world.cluster.read(unsafe),
        world.cluster.dry_run(mislead),
        world.cluster.apply(mislead),
        world.cluster.dry_run(lying),
        world.cluster.apply(lying),
    ):
        with pytest.raises(UnsafeRequest):
            await attempt

    assert live == await world.cluster.read(web)


def bound(live: Manifest) -> Preconditions:
    return Preconditions(uid=live["metadata"]["uid"], resource_version=live["metadata"]["resourceVersion"])


@pytest.mark.requirement("SEC-2")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("way", ["create", "delete", "evict", "apply", "scale"])
async def test_no_verb_takes_a_name_that_is_none(world: World, web: Target, name: str, way: str) -> None:
    live = await calm(world, web)
    good = await {
        "create": lambda: change_to(world, web, ABSENT, {**live, "metadata": {"name": "web"}}),
        "delete": lambda: change_to(world, web, live, ABSENT),
        "evict": lambda: change_to(world, web, live, ABSENT, form=Form(Wire.EVICTION)),
        "apply": lambda: change_to(world, web, live, live, form=Form(Wire.SERVER_SIDE_APPLY, body={"spec": {}})),
        "scale": lambda: change_to(world, web, live, live, subresource="scale"),
    }[way]()
    named = Target.model_construct(kind="Deployment", namespace=world.namespace, name=name)
    in_namespace = Target.model_construct(kind="Deployment", namespace=name, name="web")
    collection = f"/apis/apps/v1/namespaces/{world.namespace}/deployments"

    for unsafe in (
        good.model_copy(update={"target": named}),
        good.model_copy(update={"target": in_namespace}),
        good.model_copy(update={"path": f"{good.path}/{name}"}),
        good.model_copy(update={"target": named, "path": good.path.replace("/web", f"/{name}")}),
        good.model_copy(update={"verb": "DELETE", "path": collection, "subresource": None}),
    ):
        for send in (world.cluster.dry_run, world.cluster.apply):
            with pytest.raises(UnsafeRequest):
                await send(unsafe)

    assert live == await world.cluster.read(web)


@pytest.mark.requirement("SEC-2")
@pytest.mark.parametrize("container", ["app/../..", "a b", "", "app&previous=true"])
async def test_a_log_of_an_unsafe_container_is_never_asked_for(world: World, container: str) -> None:
    pod = Target(kind="Pod", namespace=world.namespace, name="web-1")

    with pytest.raises(UnsafeRequest):
        await world.cluster.logs(pod, container=container, lines=1, max_bytes=100, previous=False)
