"""
What a reviewer would try first: slow and failing stores, crashes at bad places, requests that race with an end.
"""

import asyncio

import pytest

from executor.engine.ports import Batch
from tests.plans import a_plan, scale
from tests.worlds import World

pytestmark = pytest.mark.looptime


@pytest.mark.requirement("LOCK-1")
@pytest.mark.parametrize("seconds", [0.15, 0.25, 0.4])
async def test_a_slow_store_never_keeps_the_claims_of_a_run_that_has_ended(
    world: World, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """
    Whichever flush takes RunFinished along, the timer's or the runner's own, releases the claims with it.
    """
    append = world.store.append

    async def slow(batch: Batch) -> None:
        await asyncio.sleep(seconds)
        await append(batch)

    monkeypatch.setattr(world.store, "append", slow)
    world.gate.denies("frozen", step="api")

    await world.run_of(a_plan(scale("web"), scale("api", needs=["web"], assess="late")))

    assert [] == list(await world.store.claims())
