"""
The benchmark's own measuring: the same steps for whoever is measured, and so many at a time.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from tests.bench import objects
from tests.bench.steps import CONCURRENCY, measure

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

    figures = await measure(stepper, [f"node-{number}" for number in range(24)], steps=100)

    assert CONCURRENCY == stepper.most
    assert 2 * 24 + 100 + CONCURRENCY * 4 == stepper.steps
    assert set() == {node for node, cordoned in stepper.cordoned.items() if cordoned}
    assert 0 < figures.p50 <= figures.p95
    assert figures.throughput > 0


async def test_the_floor_labels_every_object_once_and_ten_at_a_time() -> None:
    labelled: Counter[str] = Counter()
    now = most = 0

    async def step(path: str, _: Mapping[str, Any]) -> None:
        nonlocal now, most
        labelled[path] += 1
        now, most = now + 1, max(most, now + 1)
        await asyncio.sleep(0)
        now -= 1

    await objects.label_all_bare(step, "a value")

    assert objects.CONCURRENCY == most
    assert Counter(f"{objects.PATH}/{name}" for name in objects.NAMES) == labelled
    assert objects.OBJECTS == labelled.total()
