"""
Owns the order of the benchmark and its table: floor, executor, executor with ten thousand finished runs, in one run.

    python -m tests.bench [--steps 300] [--past 10000]

Every step cordons or uncordons a node. The controller manager is held (SIGSTOP) meanwhile, so that neither side waits
for taints or meets conflicts they did not cause.
"""

import argparse
import asyncio
import os
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from deploy.local.control_plane import ControlPlane
from executor.core.policy import Decision
from executor.opa.binary import find_opa
from executor.opa.opening import build_bundles
from tests.bench.floor import open_floor
from tests.bench.past import fill
from tests.bench.service import submitting
from tests.serving import Served, serving

CONCURRENCY = 20
NODES = 24


class Stepper(Protocol):
    async def step(self, node: str, *, cordon: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class Figures:
    """
    Milliseconds per step one after the other, and steps per second at concurrency 20.
    """

    p50: float
    p95: float
    throughput: float


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
        for number in range(max(steps // CONCURRENCY, 2) // 2 * 2):
            await stepper.step(nodes[place], cordon=number % 2 == 0)

    began = time.perf_counter()
    await asyncio.gather(*(worker(place) for place in range(CONCURRENCY)))
    done = CONCURRENCY * (max(steps // CONCURRENCY, 2) // 2 * 2)
    took.sort()
    return Figures(
        statistics.median(took) * 1000, took[int(len(took) * 0.95)] * 1000, done / (time.perf_counter() - began)
    )


@contextmanager
def _opa(folder: Path) -> Iterator[Path]:
    """
    Serve the very bundles that the executor serves, for the floor.
    """
    socket = folder / "opa.sock"
    command = [
        str(find_opa()),
        "run",
        "--server",
        "--skip-version-check",
        f"--addr=unix://{socket}",
        "--bundle",
        "remediation",
    ]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL) as opa:
        try:
            until = time.perf_counter() + 10
            while not socket.exists() and time.perf_counter() < until:
                time.sleep(0.01)
            yield socket
        finally:
            opa.terminate()


async def _executor(served: Served, nodes: list[str], steps: int) -> tuple[Figures, list[float], str]:
    async with submitting(served) as submitter:
        figures = await measure(submitter, nodes, steps)
        under_load = sorted(submitter.submit_seconds[-CONCURRENCY * (steps // CONCURRENCY // 2 * 2) :])
        stages = await submitter.stage_seconds()
        total = sum(seconds for seconds, _ in stages.values())
        told = " · ".join(
            f"{stage} {seconds / count * 1000:.1f} ms ({seconds / total:.0%})"
            for stage, (seconds, count) in sorted(stages.items(), key=lambda item: -item[1][0])
        )
    return figures, under_load, told


async def main(steps: int, past: int) -> None:
    """
    Print the table.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, ControlPlane.start(nodes=NODES) as plane:
        nodes = sorted(plane.api.ready_nodes())
        state, bundles = Path(folder) / "state", Path(folder) / "bundles"
        controllers = [
            pid for pid in plane.pids if b"kube-controller-manager" in Path(f"/proc/{pid}/cmdline").read_bytes()
        ]
        with _held(controllers):
            async with serving(state, plane.kubeconfig) as first:
                await asyncio.sleep(2)
                idle = first.resident_megabytes()
                async with submitting(first) as submitter:
                    await submitter.step(nodes[0], cordon=True)
                    await submitter.step(nodes[0], cordon=False)
                    question = await submitter.decision_input()
            await build_bundles(bundles, state_dir=state, policy_paths=())
            with _opa(bundles) as socket:
                async with open_floor(plane.kubeconfig, socket, question) as floor:
                    bare = await measure(floor, nodes, steps)
            async with serving(state, plane.kubeconfig) as second:
                ours, under_load, told = await _executor(second, nodes, steps)
                busy = second.resident_megabytes()
                decisions = await _decisions(second)
            print_table(bare, ours, under_load, second.ready_seconds, idle, busy, told)
            if past:
                await fill(state / "executor.db", past, decisions)
                async with serving(state, plane.kubeconfig) as third:
                    later, later_load, _ = await _executor(third, nodes, steps)
                    print(f"\nwith {past} finished runs in the store (ratio to without)")
                    _compare("step p50", later.p50, ours.p50, "ms")
                    _compare("throughput", later.throughput, ours.throughput, "steps/s")
                    _compare("submit p95 under load", _p95(later_load), _p95(under_load), "ms")
                    _compare("ready after", third.ready_seconds, second.ready_seconds, "s")
                    _compare("memory after the load", third.resident_megabytes(), busy, "MB")


def print_table(
    bare: Figures, ours: Figures, under_load: list[float], ready: float, idle: float, busy: float, told: str
) -> None:
    """
    Print every figure beside its goal.
    """
    print(f"{'figure':<34}{'floor':>12}{'executor':>12}{'ratio':>8}  goal")
    print(f"{'step p50, one by one (ms)':<34}{bare.p50:>12.1f}{ours.p50:>12.1f}{ours.p50 / bare.p50:>8.2f}  ≤ 2.0")
    print(f"{'step p95, one by one (ms)':<34}{bare.p95:>12.1f}{ours.p95:>12.1f}{ours.p95 / bare.p95:>8.2f}")
    ratio = ours.throughput / bare.throughput
    print(f"{'steps per second, 20 at a time':<34}{bare.throughput:>12.0f}{ours.throughput:>12.0f}{ratio:>8.2f}  ≥ 0.5")
    print(f"{'submit answered p95, 20 at a time (ms)':<46}{_p95(under_load):>12.1f}{'':>8}  ≤ 50")
    print(f"{'ready after start, tools there (s)':<46}{ready:>12.2f}{'':>8}  ≤ 3")
    print(f"{'memory idle (MB)':<46}{idle:>12.0f}{'':>8}  ≤ 150")
    print(f"{'memory after the load (MB)':<46}{busy:>12.0f}")
    print(f"\nwhere the time of a step goes: {told}")


def _compare(what: str, later: float, before: float, unit: str) -> None:
    print(f"  {what:<24}{later:>10.2f} {unit:<8} ratio {later / before:.2f}")


def _p95(seconds: list[float]) -> float:
    return seconds[int(len(seconds) * 0.95)] * 1000


async def _decisions(served: Served) -> list[Decision]:
    async with submitting(served) as submitter:
        session = submitter._session
        async with session.get("/v1/runs?limit=1") as response:
            newest = (await response.json())["items"][0]["id"]
        async with session.get(f"/v1/runs/{newest}") as response:
            ids = (await response.json())["steps"][0]["decisions"]
        found = []
        for each in ids:
            async with session.get(f"/v1/decisions/{each}") as response:
                found.append(Decision.model_validate_json(await response.text()))
    return found


@contextmanager
def _held(pids: list[int]) -> Iterator[None]:
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure the executor beside the bare floor.")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--past", type=int, default=10_000)
    arguments = parser.parse_args()
    asyncio.run(main(arguments.steps, arguments.past))
