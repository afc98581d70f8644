"""
The world of the engine's tests: a whole executor over fakes, started, and shut down behind the test.
"""

from collections.abc import AsyncIterator

import pytest

from tests.worlds import World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    await made.start()
    yield made
    await made.service.shut_down()
