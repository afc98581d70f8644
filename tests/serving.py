"""
Owns the service as a process of its own, started the way people start it: `remediate serve` with an environment.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

REMEDIATE = Path(sys.executable).parent / "remediate"
READY_SECONDS = 240.0


@dataclass(frozen=True, slots=True)
class Served:
    """
    A running service, its state directory and how long it took to be ready.
    """

    process: subprocess.Popen[bytes]
    state: Path
    ready_seconds: float

    @property
    def url(self) -> str:
        return (self.state / "address").read_text().strip()

    @property
    def headers(self) -> dict[str, str]:
        """
        Return the header that proves who we are.
        """
        return {"Authorization": f"Bearer {(self.state / 'token').read_text().strip()}"}

    @property
    def log(self) -> str:
        return (self.state / "serve.log").read_text()

    def kill(self) -> None:
        """
        End it as a crash does: SIGKILL, no chance to tidy up.
        """
        self.process.kill()
        self.process.wait()

    def resident_megabytes(self) -> float:
        """
        Return the resident memory of the service's own process, in MB.
        """
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        raise LookupError("VmRSS")


def environment_for(state: Path, kubeconfig: Path, **more: str) -> dict[str, str]:
    """
    Return the environment of a service on its own state directory and a free port.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("EXECUTOR_", "KUBE"))}
    return kept | {
        "KUBECONFIG": str(kubeconfig),
        "EXECUTOR_STATE_DIR": str(state),
        "EXECUTOR_LISTEN": "127.0.0.1:0",
        **more,
    }


def seeded(state: Path, policy_sets: Path) -> Path:
    """
    Make a state directory that holds policy sets which another start has checked: a first start then takes a second.
    """
    state.mkdir(mode=0o700)
    shutil.copytree(policy_sets, state / "opa" / "sets")
    shutil.copytree(policy_sets.parent / "checked", state / "opa" / "checked", dirs_exist_ok=True)
    return state


def started(state: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """
    Start a service whose log is `serve.log` in its state directory.
    """
    state.mkdir(mode=0o700, exist_ok=True)
    with (state / "serve.log").open("wb") as sink:
        return subprocess.Popen([REMEDIATE, "serve"], env=dict(environment), stderr=sink)


@asynccontextmanager
async def serving(state: Path, kubeconfig: Path, *, until: str = "ready", **more: str) -> AsyncIterator[Served]:
    """
    Start a service, wait until it is ready, and end it with SIGTERM: it must exit with code 0 within 10 s.

    `until` names another action of the log to wait for.
    """
    log = state / "serve.log"
    began = time.perf_counter()
    process = started(state, environment_for(state, kubeconfig, **more))
    try:
        while f'"action": "{until}"' not in log.read_text():
            if process.poll() is not None or time.perf_counter() - began > READY_SECONDS:
                raise RuntimeError(f"the service did not get ready:\n{log.read_text()}")
            await asyncio.sleep(0.01)
        yield Served(process, state, time.perf_counter() - began)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(process.wait, 10) == 0, log.read_text()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


class Caller:
    """
    Somebody who uses the HTTP API.
    """

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session

    async def submit(self, plan: Mapping[str, Any]) -> str:
        """
        Submit a plan and return its run's id.
        """
        async with self.session.post("/v1/runs", json=plan) as response:
            answer = await response.json()
            assert response.status == 202, answer
            run: str = answer["id"]
            return run

    async def ended(self, run: str) -> dict[str, Any]:
        """
        Return a run when it has ended.
        """
        while True:
            answer = await self.get(f"/v1/runs/{run}?wait=terminal&timeout_seconds=60")
            if answer["finished_at"] is not None:
                return answer

    async def run_of(self, plan: Mapping[str, Any]) -> dict[str, Any]:
        """
        Submit a plan and return its run when it has ended.
        """
        return await self.ended(await self.submit(plan))

    async def events(self, run: str) -> list[dict[str, Any]]:
        """
        Return all events of a run.
        """
        page = await self.get(f"/v1/runs/{run}/events?limit=200")
        items: list[dict[str, Any]] = page["items"]
        return items

    async def get(self, path: str) -> dict[str, Any]:
        """
        Read a document.
        """
        async with self.session.get(path) as response:
            answer: dict[str, Any] = await response.json()
            assert response.ok, answer
            return answer

    async def post(self, path: str, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """
        Send a document; return status and answer.
        """
        async with self.session.post(path, json=body) as response:
            return response.status, await response.json()


def calling(served: Served) -> aiohttp.ClientSession:
    """
    Return a session of somebody with the local token.
    """
    return aiohttp.ClientSession(served.url, headers=served.headers)
