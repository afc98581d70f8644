"""
What a kill -9 in the middle of appends leaves: every batch that was acknowledged, no half of any, and no lock.
"""

import asyncio
import itertools
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from executor.core.errors import StoreUnusable
from executor.core.events import Event, first_broken
from executor.engine.ports import RunFilter
from executor.store import SqlStore, open_store
from tests.fakes.batches import a_batch, a_decision, drafts

_WRITERS = 4
_EVENTS = 3
_PROGRAM = "import sys; from tests.unit.store.test_killed import write_for_ever; write_for_ever(sys.argv[1])"
_CHECKOUT = Path(__file__).parents[3]


def write_for_ever(file: str) -> None:
    """
    Append from several tasks and print each batch that was acknowledged: what the killed process runs.
    """
    asyncio.run(_write_all(file))


async def _write_all(file: str) -> None:
    async with open_store(f"sqlite:///{file}") as store, asyncio.TaskGroup() as group:
        for writer in range(_WRITERS):
            group.create_task(_write(store, f"r{writer}"))


async def _write(store: SqlStore, run: str) -> None:
    behind: Sequence[Event] = ()
    for number in itertools.count(1):
        batch = a_batch(
            run,
            behind=behind,
            events=drafts(_EVENTS, data={"text": "x" * 4000}),
            decisions=[a_decision(f"{run}-{number}")],
            claim=(f"{run}-{number}",),
            view={"id": run, "batches": number},
        )
        await store.append(batch)
        behind = batch.events
        os.write(1, f"{run} {number}\n".encode())


@pytest.mark.requirement("DUR-1")
@pytest.mark.parametrize("acknowledged", [1, 60])
async def test_a_kill_loses_no_acknowledged_batch_and_leaves_no_half(tmp_path: Path, acknowledged: int) -> None:
    file = tmp_path / "s.db"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PROGRAM, str(file), stdout=asyncio.subprocess.PIPE, cwd=_CHECKOUT
    )
    assert process.stdout is not None
    lines = [await process.stdout.readline() for _ in range(acknowledged)]
    with pytest.raises(StoreUnusable, match=f"process {process.pid}"):
        async with open_store(f"sqlite:///{file}"):
            pass
    process.kill()
    lines += (await process.stdout.read()).splitlines(keepends=True)
    await process.wait()
    promised = {run: int(number) for run, number in (line.decode().split() for line in lines if line.endswith(b"\n"))}

    async with open_store(f"sqlite:///{file}") as store:
        views, _ = await store.list_runs(RunFilter(), limit=_WRITERS, cursor=None)
        held = {claim.key for claim in await store.claims()}
        for view in views:
            run, batches = view["id"], view["batches"]
            found = await store.events(run)
            assert promised.get(run, 0) <= batches
            assert batches * _EVENTS == len(found)
            assert first_broken(found) is None
            names = {f"{run}-{number}" for number in range(1, batches + 1)}
            assert names == {claim for claim in held if claim.startswith(f"{run}-")}
            assert names == {(await store.decision(name)).id for name in names}
        assert promised.keys() <= {view["id"] for view in views}
