"""
Owns a service with a site's configuration under which more kinds may be deleted, for all tests of this folder.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest

from deploy.local.control_plane import ControlPlane
from tests.anything import Place
from tests.fakes.policies import a_config_folder
from tests.serving import Caller, Served, calling, serving

DELETED = ["ConfigMap", "Deployment.apps", "Pod", "Secret", "Widget.widgets.example.com"]
"""By default only what comes back by itself, or costs nothing while it is away, may be deleted."""


@pytest.fixture(scope="session")
def open_service(control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """
    `remediate serve` with a site's configuration.
    """
    folder = tmp_path_factory.mktemp("open-service")
    rules = {"deletion_allowed": {"params": {"kinds": DELETED}}}
    config = a_config_folder(folder / "site", json.dumps({"rules": rules}))
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        entered = serving(folder / "state", control_plane.kubeconfig, EXECUTOR_POLICY_PATHS=str(config))
        try:
            yield runner.run(stack.enter_async_context(entered))
        finally:
            runner.run(stack.aclose())


@pytest.fixture
async def open_caller(open_service: Served) -> AsyncIterator[Caller]:
    """
    Somebody with the local token of that service.
    """
    async with calling(open_service) as session:
        yield Caller(session)


@pytest.fixture
def place(control_plane: ControlPlane, namespace: str) -> Place:
    """
    A namespace whose objects anybody may make, change and look at.
    """
    return Place(control_plane, namespace)
