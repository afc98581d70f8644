"""
Owns the client under measurement: one that submits plans to a running service and waits for their end.
"""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from executor.core.policy import Decision
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
        await self.run_of([{"id": "only", "action": action, "target": {"kind": "Node", "name": node}}])

    async def run_of(self, steps: list[dict[str, Any]]) -> dict[str, Any]:
        """
        Run a plan of these steps and return the run as it ended: every step has written.
        """
        began = time.perf_counter()
        plan = {"name": "bench", "reason": "a figure", "steps": steps}
        async with self._session.post("/v1/runs", json=plan) as response:
            run: dict[str, Any] = await response.json()
            assert response.ok, run
        self.submit_seconds.append(time.perf_counter() - began)
        async with self._session.get(f"/v1/runs/{run['id']}?wait=terminal&timeout_seconds=60") as response:
            ended: dict[str, Any] = await response.json()
        assert ended["phase"] == "succeeded", ended["message"]
        assert all(step["actuation"] == "applied" for step in ended["steps"]), ended["message"]
        self.runs.append(run["id"])
        return ended

    async def last_decisions(self) -> list[Decision]:
        """
        Return the decisions about the first step of the newest run that this client submitted.
        """
        async with self._session.get(f"/v1/runs/{self.runs[-1]}") as response:
            ids = (await response.json())["steps"][0]["decisions"]
        found = []
        for each in ids:
            async with self._session.get(f"/v1/decisions/{each}") as response:
                found.append(Decision.model_validate_json(await response.text()))
        return found

    async def question(self) -> Mapping[str, Any]:
        """
        Return the input of the last run's last decision: what the floor asks OPA, too.
        """
        return (await self.last_decisions())[-1].input

    async def stage_seconds(self) -> dict[str, tuple[float, int]]:
        """
        Return (seconds, count) per stage, from the service's own histogram.
        """
        lines = await self._metrics("executor_step_seconds")
        sums = {_label(line, "stage"): _number(line) for line in lines if line.startswith("executor_step_seconds_sum")}
        counts = {
            _label(line, "stage"): int(_number(line))
            for line in lines
            if line.startswith("executor_step_seconds_count")
        }
        return {stage: (sums[stage], counts[stage]) for stage in sums}

    async def decisions(self) -> int:
        """
        Return how many decisions the service has asked for so far.
        """
        return int(sum(_number(line) for line in await self._metrics("executor_decisions_total{")))

    async def _metrics(self, beginning: str) -> list[str]:
        async with self._session.get("/metrics") as response:
            return [line for line in (await response.text()).splitlines() if line.startswith(beginning)]


def _label(line: str, name: str) -> str:
    return line.split(f'{name}="', 1)[1].split('"', 1)[0]


def _number(line: str) -> float:
    return float(line.rsplit(maxsplit=1)[-1])


@asynccontextmanager
async def submitting(served: Served) -> AsyncIterator[Submitter]:
    """
    Open a client session.
    """
    connector = aiohttp.TCPConnector(limit=100)
    async with aiohttp.ClientSession(served.url, headers=served.headers, connector=connector) as session:
        yield Submitter(session)
