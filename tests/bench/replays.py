"""
Owns the figure of a replay: recorded decisions, fetched over HTTP and asked again. Prints, never asserts.

    python -m tests.bench.replays [DECISIONS]
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from executor.core.policy import Decision, PolicyInput, Stage
from executor.opa.choosing import composed
from executor.opa.serving import OwnOpas
from tests.fakes.recorded import a_recorded, serving_recorded
from tests.policies.requests import a_request
from tests.serving import REMEDIATE

DECISIONS, GOAL_SECONDS = 10_000, 60


def _requests() -> list[PolicyInput]:
    """
    Return questions as the executor asks them: allowed and denied, about the intent and about the preview.
    """
    stages = (Stage.PREFLIGHT, Stage.DRY_RUN)
    scales = [a_request("scale", {"replicas": count}, stage=stage) for count in (5, 50) for stage in stages]
    return [*scales, *(a_request("restart", stage=stage) for stage in stages), a_request("cordon")]


async def _recorded(state: Path, count: int) -> list[Decision]:
    policies = await composed(state, ())
    with tempfile.TemporaryDirectory(dir=state) as work:
        served = await OwnOpas(Path(work), timeout_seconds=10).serve(policies)
        try:
            asked = [(each, await served.judge(each.model_dump(mode="json"), each.stage)) for each in _requests()]
        finally:
            await served.close()
    return [a_recorded(f"d{number:06}", *asked[number % len(asked)]) for number in range(count)]


async def main(count: int) -> None:
    """
    Record decisions, replay them, print.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        state = Path(folder) / "state"
        state.mkdir(mode=0o700)
        decisions = await _recorded(state, count)
        size = sum(len(each.model_dump_json()) for each in decisions) / len(decisions) / 1000
        async with serving_recorded(Path(folder), decisions) as environment:
            began, before = time.perf_counter(), os.times()
            process = await asyncio.create_subprocess_exec(
                *(REMEDIATE, "policy", "replay", "-o", "json"),
                env={**os.environ, **environment, "EXECUTOR_STATE_DIR": str(state)},
                stdout=asyncio.subprocess.PIPE,
            )
            said, _ = await process.communicate()
            seconds = time.perf_counter() - began
        report, load = json.loads(said), os.getloadavg()[0]
    ours = os.times().user - before.user
    print(f"replay of {report['replayed']} decisions of {size:.0f} KB: {seconds:.1f} s (goal ≤ {GOAL_SECONDS} s)")
    print(f"  {report['replayed'] / seconds:.0f}/s, {report['alike']} alike, exit {process.returncode}")
    print(f"  CPU of the server {ours:.1f} s; load of the machine {load:.1f} on {os.cpu_count()} processors")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else DECISIONS))
