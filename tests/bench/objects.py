"""
Owns the figures of many objects: 110 ConfigMaps of one namespace, each labelled, by the floor and in two runs.

A plan takes at most 100 steps, so two plans of 55 go side by side: ten steps at a time, as the floor does ten. Each
round does both, on the same objects, so that a busy moment of the machine meets both.
"""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deploy.local.control_plane import ControlPlane
from executor.core.times import seconds_between
from tests.bench.floor import Floor
from tests.bench.processes import cpu_seconds, with_children
from tests.bench.requests import requests_about
from tests.bench.service import Submitter
from tests.serving import Served

OBJECTS = 110
RUNS = 2
CONCURRENCY = 10
"""Two runs of five steps at a time, which is the default of EXECUTOR_MAX_PARALLEL_STEPS."""

NAMESPACE = "bench"
LABEL = "bench.test/round"
PATH = f"/api/v1/namespaces/{NAMESPACE}/configmaps"
NAMES = tuple(f"settings-{number:03d}" for number in range(OBJECTS))


@dataclass(frozen=True, slots=True)
class Side:
    """
    What one side took for all objects: seconds, and requests by what they ask.

    CPU seconds are those of its own process, and of every part: API server, etcd, OPA and who submits included.
    """

    seconds: float
    own_cpu_seconds: float
    cpu_seconds: float
    requests: Counter[str]


@dataclass(frozen=True, slots=True)
class Round:
    """
    Both sides of one round; `assessing_seconds` went by before the first step of a run could start.
    """

    floor: Side
    executor: Side
    assessing_seconds: float

    @property
    def ratio(self) -> float:
        return self.executor.seconds / self.floor.seconds


class Rounds:
    """
    Measures rounds of labelling every object.
    """

    def __init__(self, plane: ControlPlane, floor: Floor, served: Served, submitter: Submitter) -> None:
        self._plane, self._floor, self._served, self._submitter = plane, floor, served, submitter

    async def measure(self, rounds: int, *, assess: str) -> list[Round]:
        """
        Label all objects by the floor, then in runs; `assess` is that of every step.
        """
        found = []
        for number in range(rounds):
            bare, _ = await self._side(os.getpid(), label_all_bare(self._floor.step, f"floor-{number}"))
            bare.requests["ask OPA"] = OBJECTS
            decided = await self._submitter.decisions()
            labelling = label_all(self._submitter, f"executor-{number}", assess=assess)
            ours, assessing = await self._side(self._served.process.pid, labelling)
            ours.requests["ask OPA"] = await self._submitter.decisions() - decided
            found.append(Round(bare, ours, assessing))
        return found

    async def _side(self, pid: int, labelling: Awaitable[float]) -> tuple[Side, float]:
        parts = {*self._plane.pids, *with_children(os.getpid()), *with_children(self._served.process.pid)}
        asked, own, every, began = self._asked(), cpu_seconds([pid]), cpu_seconds(parts), time.perf_counter()
        assessing = await labelling
        seconds, own, every = time.perf_counter() - began, cpu_seconds([pid]) - own, cpu_seconds(parts) - every
        return Side(seconds, own, every, self._asked() - asked), assessing

    def _asked(self) -> Counter[str]:
        return requests_about(self._plane, "configmaps", "namespaces")


def make_objects(plane: ControlPlane) -> None:
    """
    Make the namespace and its ConfigMaps, each with a kilobyte of settings.
    """
    plane.api.request("POST", "/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
    data = {f"setting-{number}": "x" * 40 for number in range(20)}
    for name in NAMES:
        plane.api.request("POST", PATH, {"metadata": {"name": name, "labels": {"app": "bench"}}, "data": data})


async def label_all_bare(step: Callable[[str, Mapping[str, Any]], Awaitable[None]], value: str) -> float:
    """
    Label every object by the floor's step; nothing is assessed.
    """
    left: Iterator[str] = iter(NAMES)
    operation = {"op": "add", "path": f"/metadata/labels/{LABEL.replace('/', '~1')}", "value": value}

    async def worker() -> None:
        for name in left:
            await step(f"{PATH}/{name}", operation)

    await asyncio.gather(*(worker() for _ in range(CONCURRENCY)))
    return 0.0


async def label_all(submitter: Submitter, value: str, *, assess: str) -> float:
    """
    Label every object in two runs side by side; return the seconds until both had been assessed.
    """
    steps = [
        {
            "id": name,
            "action": "label",
            "target": {"api_version": "v1", "kind": "ConfigMap", "namespace": NAMESPACE, "name": name},
            "parameters": {"set": {LABEL: value}},
            "assess": assess,
        }
        for name in NAMES
    ]
    ended = await asyncio.gather(*(submitter.run_of(steps[place::RUNS]) for place in range(RUNS)))
    return max(seconds_between(run["created_at"], run["started_at"]) for run in ended)
