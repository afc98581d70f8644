"""
Owns the service under measurement: `remediate serve` as a process of its own, and a client that submits single steps.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

REMEDIATE = Path(sys.executable).parent / "remediate"


@dataclass(frozen=True, slots=True)
class Served:
    """
    A running service: where it is, its process, and how long it took from its start until it was ready.
    """

    url: str
    token: str
    pid: int
    ready_seconds: float

    def resident_megabytes(self) -> float:
        """
        Return the resident memory of the service's own process, in MB.
        """
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        raise LookupError("VmRSS")


@contextmanager
def serving(state: Path, kubeconfig: Path) -> Iterator[Served]:
    """
    Start the service and end it.
    """
    environment = {
        **os.environ,
        "KUBECONFIG": str(kubeconfig),
        "EXECUTOR_STATE_DIR": str(state),
        "EXECUTOR_LISTEN": "127.0.0.1:0",
    }
    state.mkdir(mode=0o700, exist_ok=True)
    began = time.perf_counter()
    with (
        (state / "serve.log").open("w") as log,
        subprocess.Popen([REMEDIATE, "serve"], env=environment, stderr=log) as run,
    ):
        try:
            while '"ready"' not in (state / "serve.log").read_text():
                if run.poll() is not None or time.perf_counter() - began > 60:
                    raise RuntimeError((state / "serve.log").read_text())
                time.sleep(0.01)
            ready = time.perf_counter() - began
            url, token = (state / "address").read_text().strip(), (state / "token").read_text().strip()
            yield Served(url, token, run.pid, ready)
        finally:
            run.send_signal(signal.SIGTERM)
            run.wait(20)


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
    headers = {"Authorization": f"Bearer {served.token}"}
    async with aiohttp.ClientSession(served.url, headers=headers, connector=aiohttp.TCPConnector(limit=100)) as session:
        yield Submitter(session)
