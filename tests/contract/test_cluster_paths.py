"""
The cluster contract: a name that must not enter a URL never does.
"""

import pytest

from executor.core.change import Change, Preconditions
from executor.core.errors import (
    UnsafeRequest,
)
from executor.core.model import Manifest
from executor.core.target import Target
from tests.contract.cluster_helpers import calm, scaled
from tests.fixtures.cluster_worlds import World


@pytest.mark.requirement("SEC-2")
@pytest.mark.parametrize("name", ["web#", "..", ".", "web?force=true", "../../secrets/x", "%2e%2e", "web/scale", ""])
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
