"""
Owns the order of the benchmark: the gate, single steps, a long past, many objects, drains; each beside its floor.

    python -m tests.bench [--only gate|steps|objects|drains] [--steps 300] [--rounds 5] [--past 10000]
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

from deploy.local.control_plane import ControlPlane
from executor.opa.opening import build_bundles
from tests.bench.drains import Drains, make_namespace
from tests.bench.floor import open_floor
from tests.bench.gate import measure_gate
from tests.bench.long_plans import allowing_long_plans
from tests.bench.objects import Rounds, label_all, make_objects
from tests.bench.opa import opa_over
from tests.bench.past import fill
from tests.bench.processes import controllers_held
from tests.bench.service import submitting
from tests.bench.steps import BareStepper, measure, measure_service
from tests.bench.table import print_drains, print_gate, print_objects, print_past, print_steps
from tests.serving import serving

NODES = 24


async def single_steps(plane: ControlPlane, folder: Path, *, steps: int, past: int) -> None:
    """
    Measure steps that cordon and uncordon a node; then once more behind so many finished runs.
    """
    nodes, state = sorted(plane.api.ready_nodes()), folder / "state"
    async with serving(state, plane.kubeconfig) as first:
        await asyncio.sleep(2)
        idle = first.resident_megabytes()
        async with submitting(first) as submitter:
            await submitter.step(nodes[0], cordon=True)
            await submitter.step(nodes[0], cordon=False)
            question = await submitter.question()
    with opa_over(await _bundles(state)) as socket:
        async with open_floor(plane.kubeconfig, socket, question) as floor:
            bare = await measure(BareStepper(floor), nodes, steps)
    async with serving(state, plane.kubeconfig) as second:
        ours = await measure_service(second, nodes, steps)
        busy = second.resident_megabytes()
        async with submitting(second) as submitter:
            await submitter.step(nodes[0], cordon=True)
            decisions = await submitter.last_decisions()
            # The next measurement cordons it again, which must be a write.
            await submitter.step(nodes[0], cordon=False)
    print_steps(bare, ours, ready=second.ready_seconds, idle=idle, busy=busy)
    if past:
        await fill(state / "executor.db", past, decisions)
        async with serving(state, plane.kubeconfig) as third:
            later = await measure_service(third, nodes, steps)
            print_past(
                past,
                ours,
                later,
                ready_after=("s", second.ready_seconds, third.ready_seconds),
                memory_after_the_load=("MB", busy, third.resident_megabytes()),
            )


async def many_objects(plane: ControlPlane, folder: Path, *, rounds: int) -> None:
    """
    Measure labelling many objects.
    """
    make_objects(plane)
    state, allowing = folder / "state-of-objects", allowing_long_plans(folder)
    async with (
        serving(state, plane.kubeconfig, EXECUTOR_POLICY_PATHS=str(allowing)) as served,
        submitting(served) as submitter,
    ):
        await label_all(submitter, "first", assess="early")
        with opa_over(await _bundles(state, allowing)) as socket:
            async with open_floor(plane.kubeconfig, socket, await submitter.question()) as floor:
                both = Rounds(plane, floor, served, submitter)
                for assess in ("early", "late"):
                    print_objects(await both.measure(rounds, assess=assess), assess=assess)


async def drains(plane: ControlPlane, folder: Path, *, rounds: int) -> None:
    """
    Measure draining a node beside kubectl.
    """
    make_namespace(plane)
    node = max(plane.api.ready_nodes())
    async with serving(folder / "state-of-drains", plane.kubeconfig) as served, submitting(served) as submitter:
        print_drains(await Drains(plane, node, submitter).measure(rounds))


async def _bundles(state: Path, *policy_paths: Path) -> Path:
    bundles = state / "bundles"
    await build_bundles(bundles, state_dir=state, policy_paths=policy_paths)
    return bundles


async def main(only: str | None, *, steps: int, rounds: int, past: int) -> None:
    """
    Print every table.
    """
    if only in {None, "gate"}:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            print_gate(await measure_gate(Path(folder)))
    if only == "gate":
        return
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        ControlPlane.start(nodes=NODES) as plane,
        controllers_held(plane),
    ):
        if only in {None, "steps"}:
            await single_steps(plane, Path(folder), steps=steps, past=past)
        if only in {None, "objects"}:
            await many_objects(plane, Path(folder), rounds=rounds)
        if only in {None, "drains"}:
            await drains(plane, Path(folder), rounds=rounds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure the executor beside the bare floor.")
    parser.add_argument("--only", choices=("gate", "steps", "objects", "drains"))
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--past", type=int, default=10_000)
    arguments = parser.parse_args()
    asyncio.run(main(arguments.only, steps=arguments.steps, rounds=arguments.rounds, past=arguments.past))
