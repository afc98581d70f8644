"""
Owns a past for the store: finished runs, copied from one real run with all its events and decisions.
"""

import sqlite3
from pathlib import Path

from executor.core.events import NO_HASH, Draft, chained
from executor.core.fold import folded
from executor.core.policy import Decision
from executor.engine.ports import Batch
from executor.engine.recorder import summary_of
from executor.store.opening import open_store


async def fill(database: Path, runs: int, decisions: list[Decision]) -> None:
    """
    Add copies of the newest run until the store holds this many more; the service must not run meanwhile.
    """
    with sqlite3.connect(database) as connection:
        (newest,) = connection.execute("SELECT max(run) FROM events").fetchone()
    async with open_store(f"sqlite:///{database}") as store:
        model = await store.events(newest)
        drafts = [Draft(type=event.type, at=event.at, step=event.step, data=event.data) for event in model]
        for number in range(runs):
            run = f"00bench{number:019d}"
            events = chained(drafts, after_sequence=0, after_hash=NO_HASH)
            copies = tuple(
                decision.model_copy(update={"id": f"{run}-{place}", "run": run})
                for place, decision in enumerate(decisions)
            )
            await store.append(Batch(run, events, 0, summary_of(folded(run, events)), copies))
