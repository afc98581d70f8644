"""
Owns the figures of single steps: one after the other, and twenty at a time. Every step cordons or uncordons a node.
"""

import asyncio
import statistics
import time
from dataclasses import dataclass
from typing import Protocol

from tests.bench.floor import Floor
from tests.bench.service import submitting
from tests.serving import Served

CONCURRENCY = 20


class Stepper(Protocol):
    async def step(self, node: str, *, cordon: bool) -> None: ...


class BareStepper:
    """
    Cordons by the floor.
    """

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    async def step(self, node: str, *, cordon: bool) -> None:
        """
        Cordon or uncordon a node.
        """
        operation = {"op": "add", "value": True} if cordon else {"op": "remove"}
        await self._floor.step(f"/api/v1/nodes/{node}", {**operation, "path": "/spec/unschedulable"})


@dataclass(frozen=True, slots=True)
class Figures:
    """
    Milliseconds per step one after the other, and steps per second at concurrency 20.
    """

    p50: float
    p95: float
    throughput: float


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """
    Figures of the executor with what it tells of itself: the p95 of submits under load, in ms, and seconds by stage.
    """

    steps: Figures
    submit_p95: float
    stages: dict[str, tuple[float, int]]


async def measure(stepper: Stepper, nodes: list[str], steps: int) -> Figures:
    """
    Run steps one by one, then twenty at a time; every node is cordoned and uncordoned in turn.
    """
    for node in nodes:
        await stepper.step(node, cordon=True)
        await stepper.step(node, cordon=False)
    took = []
    for number in range(steps):
        began = time.perf_counter()
        await stepper.step(nodes[0], cordon=number % 2 == 0)
        took.append(time.perf_counter() - began)

    async def worker(place: int) -> None:
        for number in range(_each(steps)):
            await stepper.step(nodes[place], cordon=number % 2 == 0)

    began = time.perf_counter()
    await asyncio.gather(*(worker(place) for place in range(CONCURRENCY)))
    throughput = CONCURRENCY * _each(steps) / (time.perf_counter() - began)
    return Figures(statistics.median(took) * 1000, p95(took), throughput)


async def measure_service(served: Served, nodes: list[str], steps: int) -> ServiceFigures:
    """
    Run the same steps over HTTP.
    """
    async with submitting(served) as submitter:
        figures = await measure(submitter, nodes, steps)
        under_load = submitter.submit_seconds[-CONCURRENCY * _each(steps) :]
        return ServiceFigures(figures, p95(under_load), await submitter.stage_seconds())


def p95(seconds: list[float]) -> float:
    """
    Return what 95 of 100 stay below, in milliseconds.
    """
    return sorted(seconds)[int(len(seconds) * 0.95)] * 1000


def _each(steps: int) -> int:
    """
    Return how many steps each of the twenty does: an even number, so that every node is uncordoned in the end.
    """
    return max(steps // CONCURRENCY, 2) // 2 * 2
