"""
Owns the store's figures: durable batches per second, alone and with twenty callers. Prints, never asserts.

    python -m tests.bench.store [URL]
"""

import asyncio
import resource
import statistics
import sys
import tempfile
import time
from itertools import chain
from pathlib import Path

from executor.core.events import NO_HASH, chained
from executor.engine.ports import Batch
from executor.store import SqlStore, open_store
from tests.fakes.batches import a_decision, a_summary, drafts

_BATCHES = 400
_DOCUMENT = {f"field-{n}": {"name": f"value {n}", "list": [n, n + 1], "text": "x" * 40} for n in range(70)}
"""About 8 KB, as a Deployment with its managed fields has."""


def _batches(run: str, count: int) -> list[Batch]:
    made, sequence, last_hash = [], 0, NO_HASH
    asked = {"before": _DOCUMENT, "after": _DOCUMENT}
    for number in range(count):
        events = chained(drafts(6, data=_DOCUMENT), after_sequence=sequence, after_hash=last_hash)
        decisions = tuple(a_decision(f"{run}-{number}-{n}", run=run, asked=asked) for n in range(2))
        made.append(Batch(run, events, sequence, a_summary(run, labels={"team": "a"}), decisions))
        sequence, last_hash = events[-1].sequence, events[-1].hash
    return made


async def _append(store: SqlStore, batches: list[Batch]) -> list[float]:
    took = []
    for batch in batches:
        began = time.perf_counter()
        await store.append(batch)
        took.append((time.perf_counter() - began) * 1000)
    return took


async def _measure(url: str, callers: int) -> None:
    work = [_batches(f"{time.time_ns()}-{caller}", _BATCHES // callers) for caller in range(callers)]
    async with open_store(url) as store:
        used, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
        took = sorted(chain(*await asyncio.gather(*(_append(store, batches) for batches in work))))
        seconds, now = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    cpu = (now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime) * 1000 / len(took)
    print(
        f"{callers:>3} callers: {len(took) / seconds:6.0f} batches/s, p50 {statistics.median(took):5.1f} ms,"
        f" p99 {took[int(len(took) * 0.99)]:5.1f} ms, {cpu:4.2f} ms CPU a batch"
    )


def main() -> None:
    """
    Measure the database of the first argument, or a new SQLite file.
    """
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{Path(folder)}/bench.db"
        for callers in (1, 20):
            asyncio.run(_measure(url, callers))


if __name__ == "__main__":
    main()
