"""
The benchmark's own measuring: the same steps for whoever is measured, one by one and then twenty at a time.
"""

import asyncio
from collections import Counter

import pytest

from tests.bench.__main__ import CONCURRENCY, NODES, measure

pytestmark = pytest.mark.requirement("PERF-1")


class CountingStepper:
    """
    Cordons nodes of its own, and sees how many steps go on at once.
    """

    def __init__(self) -> None:
        self.cordoned: Counter[str] = Counter()
        self.steps = self.most = self._now = 0

    async def step(self, node: str, *, cordon: bool) -> None:
        self._now += 1
        self.steps, self.most = self.steps + 1, max(self.most, self._now)
        await asyncio.sleep(0)
        self._now -= 1
        assert self.cordoned[node] == (0 if cordon else 1), "every step changes its node, so that none is a no-op"
        self.cordoned[node] = int(cordon)


async def test_every_step_changes_its_node_and_twenty_go_on_at_once() -> None:
    stepper = CountingStepper()

    figures = await measure(stepper, [f"node-{number}" for number in range(NODES)], steps=100)

    assert CONCURRENCY == stepper.most
    assert 2 * NODES + 100 + CONCURRENCY * 4 == stepper.steps
    assert set() == {node for node, cordoned in stepper.cordoned.items() if cordoned}
    assert 0 < figures.p50 <= figures.p95
    assert figures.throughput > 0
