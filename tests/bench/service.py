"""
Owns the client under measurement: one that submits single steps to a running service and waits for their end.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.serving import Served


class Submitter:
    """
    Submits plans and waits for their end, as a caller over HTTP does. `submit_seconds` collects how long submits took.
    """

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self.submit_seconds: list[float] = []
        self.runs: list[str] = []

    async def step(self, node: str, *, cordon: bool) -> None:
        """
        Cordon or uncordon a node in a run of one step.
        """
        action = "cordon" if cordon else "uncordon"
        step = {"id": "only", "action": action, "target": {"kind": "Node", "name": node}}
        began = time.perf_counter()
        plan = {"name": "bench", "reason": "a figure", "steps": [step]}
        async with self._session.post("/v1/runs", json=plan) as response:
            run: dict[str, Any] = await response.json()
        self.submit_seconds.append(time.perf_counter() - began)
        async with self._session.get(f"/v1/runs/{run['id']}?wait=terminal") as response:
            ended = await response.json()
        assert ended["phase"] == "succeeded", ended
        assert ended["steps"][0]["actuation"] == "applied", ended
        self.runs.append(run["id"])

    async def decision_input(self) -> dict[str, Any]:
        """
        Return the input of the last run's last decision: what the floor asks OPA, too.
        """
        async with self._session.get(f"/v1/runs/{self.runs[-1]}") as response:
            decision = (await response.json())["steps"][0]["decisions"][-1]
        async with self._session.get(f"/v1/decisions/{decision}") as response:
            asked: dict[str, Any] = (await response.json())["input"]
        return asked

    async def stage_seconds(self) -> dict[str, tuple[float, int]]:
        """
        Return (seconds, count) per stage, from the service's own histogram on /metrics.
        """
        async with self._session.get("/metrics") as response:
            lines = (await response.text()).splitlines()
        sums = {_stage(line): float(line.split()[-1]) for line in lines if line.startswith("executor_step_seconds_sum")}
        counts = {
            _stage(line): int(float(line.split()[-1]))
            for line in lines
            if line.startswith("executor_step_seconds_count")
        }
        return {stage: (sums[stage], counts[stage]) for stage in sums}


def _stage(line: str) -> str:
    return line.split('stage="', 1)[1].split('"', 1)[0]


@asynccontextmanager
async def submitting(served: Served) -> AsyncIterator[Submitter]:
    """
    Open a client session.
    """
    connector = aiohttp.TCPConnector(limit=100)
    async with aiohttp.ClientSession(served.url, headers=served.headers, connector=connector) as session:
        yield Submitter(session)
