"""
Fixtures for all tests; what belongs to one part of the world stands in `tests/fixtures`.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

# One that imports another stands behind it, or pytest cannot rewrite its assertions.
pytest_plugins = [
    "tests.fixtures.kubernetes",
    "tests.fixtures.admission",
    "tests.fixtures.asking",
    "tests.fixtures.webhooks",
    "tests.fixtures.scripted_server",
    "tests.fixtures.service",
    "tests.fixtures.widgets",
    "tests.fixtures.worlds",
]


def pytest_configure() -> None:
    """
    Say that there is no event loop yet; else pytest-asyncio's first look makes one, which nobody closes.
    """
    asyncio.set_event_loop(None)


@pytest.fixture(scope="session", autouse=True)
def _no_cluster_but_ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """
    Whatever a test forgets to say, the cluster of the person who runs it is never found.
    """
    with pytest.MonkeyPatch.context() as patch:
        nowhere: Path = tmp_path_factory.mktemp("kubeconfig") / "none"
        patch.setenv("KUBECONFIG", str(nowhere))
        patch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
        patch.delenv("EXECUTOR_KUBE_CONTEXT", raising=False)
        yield
