"""
What every run store counts of earlier and other runs, held alike by the fake, SQLite and PostgreSQL.
"""

import pytest

from executor.core.history import History, TargetHistory
from executor.core.times import plus
from executor.engine.ports import RunStore
from tests.fakes.batches import a_batch, begin

NOW = "2026-11-23T12:00:00.000Z"
WEB, API = "deployment/shop/web", "deployment/shop/api"
NOTHING = TargetHistory(runs=0, failed=0, seconds_since_last=None)


def ago(seconds: float) -> str:
    return plus(NOW, -seconds)


async def ended(store: RunStore, run: str, phase: str, *, seconds_ago: float, wrote: str | None = None) -> None:
    """
    Record a run that wrote something, or nothing, and ended a second later.
    """
    began = await begin(store, run)
    written = () if wrote is None else ((wrote, ago(seconds_ago + 1)),)
    await store.append(
        a_batch(run, behind=began, phase=phase, terminal=True, finished_at=ago(seconds_ago), written=written)
    )


async def counted(store: RunStore, target: str | None, *, asking: str | None = None) -> History:
    return await store.history(target, now=NOW, asking=asking)


@pytest.mark.requirement("POL-1")
async def test_a_store_without_runs_counts_none(store: RunStore) -> None:
    expected = History(window_seconds=3600, finished=0, failed=0, running=0, target=NOTHING)

    assert expected == await counted(store, WEB)


async def test_runs_are_counted_by_how_they_ended_and_what_they_wrote_to(store: RunStore) -> None:
    await ended(store, "r1", "succeeded", seconds_ago=600, wrote=WEB)
    await ended(store, "r2", "rolled_back", seconds_ago=300, wrote=WEB)
    await ended(store, "r3", "failed", seconds_ago=200, wrote=API)
    await ended(store, "r4", "denied", seconds_ago=100)
    await ended(store, "r5", "degraded", seconds_ago=60, wrote=WEB)

    expected = TargetHistory(runs=3, failed=2, seconds_since_last=61)
    assert History(window_seconds=3600, finished=5, failed=3, running=0, target=expected) == await counted(store, WEB)


async def test_the_window_is_an_hour_and_its_beginning_belongs_to_it(store: RunStore) -> None:
    await ended(store, "r1", "failed", seconds_ago=3599, wrote=WEB)
    await ended(store, "r2", "failed", seconds_ago=3599.001, wrote=WEB)
    await ended(store, "r3", "failed", seconds_ago=3600.001, wrote=WEB)

    found = await counted(store, WEB)

    assert (2, 2) == (found.finished, found.failed)
    assert TargetHistory(runs=1, failed=1, seconds_since_last=3600) == found.target


async def test_the_run_that_asks_is_not_counted(store: RunStore) -> None:
    for run, phase in (("r1", "running"), ("r2", "rolling_back"), ("r3", "queued")):
        await begin(store, run, phase=phase, written=((WEB, ago(5)),))

    assert 2 == (await counted(store, None)).running
    assert 1 == (await counted(store, None, asking="r1")).running
    assert TargetHistory(runs=2, failed=0, seconds_since_last=5) == (await counted(store, WEB, asking="r1")).target


async def test_the_first_write_to_a_target_is_the_one_that_counts(store: RunStore) -> None:
    first = await begin(store, "r1", written=((WEB, ago(50)), (API, ago(40))))
    await store.append(a_batch("r1", behind=first, written=((WEB, ago(1)),)))

    assert TargetHistory(runs=1, failed=0, seconds_since_last=50) == (await counted(store, WEB)).target


async def test_without_a_target_there_is_nothing_to_tell_of_one(store: RunStore) -> None:
    assert (await counted(store, None)).target is None


@pytest.mark.parametrize("target", ["widget.example.com/shop/w", "deployment/shop/back\\slash", "é"])
async def test_a_target_is_found_by_itself_only(store: RunStore, target: str) -> None:
    await begin(store, "r1", written=((target, ago(5)),))

    assert 1 == ((await counted(store, target)).target or NOTHING).runs
    assert NOTHING == (await counted(store, f"{target}-2")).target
