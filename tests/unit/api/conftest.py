"""
Fixtures of the API's tests: the application as the product serves it, over the real service with fakes behind it.
"""

from collections.abc import AsyncIterator

import pytest

from tests.fakes.service import Served, serving


@pytest.fixture
async def api() -> AsyncIterator[Served]:
    async with serving(heartbeat_seconds=0.05) as served:
        yield served
