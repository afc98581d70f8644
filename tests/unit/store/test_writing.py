"""
How the one writer behaves: many batches to a commit, no write lost sight of, and each failure of the disk told.
"""

import asyncio
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import StatementError

from executor.core.errors import StoreUnavailable
from executor.store import SqlStore, engines, open_store, space, writer
from tests.fakes.batches import a_batch, begin, drafts


@contextmanager
def locked(file: Path) -> Iterator[sqlite3.Connection]:
    """
    Hold the database's write lock, as a backup or a shell would.
    """
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield other
    finally:
        other.close()


@contextmanager
def full_disk(file: Path) -> Iterator[None]:
    """
    Let no file of this process grow beyond what the database's log has now: a real refusal of the kernel.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    log = file.with_name(file.name + "-wal")
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_batches_that_wait_together_share_one_commit(store: SqlStore) -> None:
    commits: list[object] = []
    sa.event.listen(store._engines.writer, "commit", commits.append)

    await asyncio.gather(*(begin(store, f"r{n}") for n in range(20)))

    assert 1 == len(commits)
    assert 20 == len(await store.unfinished())


async def test_reading_does_not_wait_for_a_write(store: SqlStore, file: Path) -> None:
    written = await begin(store, "r1")
    with locked(file):
        write = asyncio.create_task(begin(store, "r2"))

        assert list(written) == list(await store.events("r1"))
        assert ["r1"] == list(await store.unfinished())
        assert not write.done()

    await write


async def test_a_cancelled_caller_is_let_go_when_its_batch_is_recorded(store: SqlStore, file: Path) -> None:
    order = []
    with locked(file):
        write = asyncio.create_task(begin(store, "r1"))
        write.add_done_callback(lambda _: order.append("let go"))
        await asyncio.sleep(0)
        write.cancel()
        await store.unfinished()
        order.append("unlocked")

    with pytest.raises(asyncio.CancelledError):
        await write
    assert ["unlocked", "let go"] == order
    assert 1 == len(await store.events("r1"))


@pytest.mark.parametrize("together", [1, 3])
async def test_a_lock_that_stays_held_refuses_every_batch_that_waits(
    file: Path, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    monkeypatch.setattr(engines, "_BUSY_TIMEOUT_MS", 20)
    async with open_store(f"sqlite:///{file}") as store:
        with locked(file):
            answers = await asyncio.gather(*(begin(store, f"r{n}") for n in range(together)), return_exceptions=True)

            assert [StoreUnavailable] * together == [type(answer) for answer in answers]
            assert "run r0" in str(answers[0])
            assert "another program holds the database's write lock" in str(answers[0])
            assert "another program holds" in (await store.check()).message

        assert [] == list(await store.unfinished())
        await begin(store, "r0")


async def test_a_full_disk_refuses_the_batch_whole_and_the_store_goes_on_when_there_is_room(
    store: SqlStore, file: Path
) -> None:
    first = await begin(store, "r1")
    large = a_batch("r1", behind=first, events=drafts(20, data={"text": "x" * 9000}))

    with full_disk(file):
        with pytest.raises(StoreUnavailable, match=r"disk of the state directory .*nothing was recorded"):
            await store.append(large)
        check = await store.check()

    assert not check.ok
    assert "disk" in check.message
    assert list(first) == list(await store.events("r1"))
    await store.append(large)
    assert (await store.check()).ok


async def test_a_disk_that_is_nearly_full_is_told_before_a_write_fails(
    store: SqlStore, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(space, "_LEAST_FREE_BYTES", 2**62)

    check = await store.check()

    assert not check.ok
    assert f"the disk of {file.parent} has" in check.message


async def test_a_database_that_became_read_only_is_not_ready(store: SqlStore) -> None:
    sa.event.listen(
        store._engines.writer, "begin", lambda connection: connection.exec_driver_sql("PRAGMA query_only=1")
    )

    check = await store.check()

    assert not check.ok
    assert "read-only" in check.message


async def test_a_check_leaves_nothing_behind(store: SqlStore, file: Path) -> None:
    for _ in range(3):
        await store.check()

    connection = sqlite3.connect(file)
    assert [(0,)] == connection.execute("SELECT count(*) FROM probes").fetchall()
    connection.close()


async def test_a_check_is_not_kept_waiting_by_a_stuck_database(
    store: SqlStore, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("executor.store.store._CHECK_SECONDS", 0.01)
    with locked(file):
        check = await store.check()

    assert not check.ok
    assert "took no write" in check.message


async def test_more_waiting_writes_than_the_backlog_holds_are_refused_at_once(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "BACKLOG_LIMIT", 2)

    answers = await asyncio.gather(*(begin(store, f"r{n}") for n in range(3)), return_exceptions=True)

    assert [False, False, True] == [isinstance(answer, StoreUnavailable) for answer in answers]
    assert ["r0", "r1"] == list(await store.unfinished())


async def test_a_defect_of_one_writer_reaches_it_and_nobody_else(store: SqlStore) -> None:
    batches = [a_batch("r1", labels={"k": object()}), a_batch("r2")]

    answers = await asyncio.gather(*(store.append(batch) for batch in batches), return_exceptions=True)

    assert isinstance(answers[0], StatementError)
    assert answers[1] is None
    assert ["r2"] == list(await store.unfinished())
