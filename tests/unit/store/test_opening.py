"""
What opening a store promises: private files, one process to a file, and one sentence for whatever is in the way.
"""

import asyncio
import os
import re
import sqlite3
import stat
from pathlib import Path

import pytest

from executor.core.errors import RunNotFound, StoreError, StoreUnavailable, StoreUnusable
from executor.store import SqlStore, open_store
from tests.fakes.batches import a_batch, begin


async def refusal(url: str) -> str:
    with pytest.raises(StoreUnusable) as refused:
        async with open_store(url):
            pass
    return str(refused.value)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def put(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)


def content_of(path: Path) -> bytes:
    return path.read_bytes()


async def test_the_database_is_readable_by_its_owner_only(store: SqlStore, file: Path) -> None:
    await begin(store, "r1")

    assert 0o700 == mode(file.parent)
    assert {0o600} == {mode(path) for path in file.parent.iterdir()}
    assert {"executor.db", "executor.db-wal", "executor.db-shm", "executor.db.lock"} == {
        path.name for path in file.parent.iterdir()
    }


@pytest.mark.requirement("DUR-1")
async def test_what_was_recorded_is_there_after_a_restart(file: Path) -> None:
    async with open_store(f"sqlite:///{file}") as store:
        written = await begin(store, "r1", claim=("a",))

    async with open_store(f"sqlite:///{file}") as store:
        assert list(written) == list(await store.events("r1"))
        assert ["r1"] == list(await store.unfinished())
        await store.append(a_batch("r1", behind=written))


async def test_a_second_executor_on_the_same_file_is_told_which_process_has_it(store: SqlStore, file: Path) -> None:
    said = await refusal(f"sqlite:///{file}")

    assert f"process {os.getpid()}" in said
    assert "EXECUTOR_STATE_DIR" in said
    await begin(store, "r1")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "not a url, geheim",
        "mysql://user:geheim@127.0.0.1/db",
        "postgresql://user:geheim@127.0.0.1:not-a-port/db",
        "postgresql://user:geheim@127.0.0.1:1/db",
        "postgresql://user:geheim@127.0.0.1:1/db?no_such_option=geheim",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
async def test_a_wrong_url_is_one_sentence_that_names_the_setting_and_no_password(url: str) -> None:
    said = await refusal(url)

    assert "EXECUTOR_DATABASE_URL" in said
    assert "geheim" not in said
    assert "\n" not in said


@pytest.mark.parametrize("content", [b"This is no database. " * 500, b"SQLite format 3\0" + b"\xff" * 8000])
async def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(file: Path, content: bytes) -> None:
    put(file, content)

    said = await refusal(f"sqlite:///{file}")

    assert re.search("EXECUTOR_DATABASE_URL .*(not an SQLite database|damaged)", said)
    assert content == content_of(file)


async def test_a_path_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    said = await refusal(f"sqlite:///{tmp_path}/file/s.db")

    assert f"{tmp_path}/file/s.db" in said
    assert "EXECUTOR_DATABASE_URL" in said


async def test_a_database_of_a_newer_executor_is_refused_unchanged(file: Path) -> None:
    async with open_store(f"sqlite:///{file}"):
        pass
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()

    assert "newer executor (schema 9999)" in await refusal(f"sqlite:///{file}")
    connection = sqlite3.connect(file)
    assert [("9999",)] == connection.execute("SELECT version_num FROM alembic_version").fetchall()
    connection.close()


async def test_an_event_changed_by_another_hand_is_reported_not_repaired(store: SqlStore, file: Path) -> None:
    await begin(store, "r1")
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE events SET data = '{' WHERE run = 'r1'")
    connection.close()

    with pytest.raises(StoreError, match="event 1 of run r1 cannot be read"):
        await store.events("r1")


async def test_leaving_waits_for_the_writes_that_were_handed_in(file: Path) -> None:
    async with open_store(f"sqlite:///{file}") as store:
        writes = [asyncio.create_task(begin(store, f"r{n}")) for n in range(5)]
        await asyncio.sleep(0)

    async with open_store(f"sqlite:///{file}") as store:
        assert [f"r{n}" for n in range(5)] == list(await store.unfinished())
    await asyncio.gather(*writes)


async def test_a_closed_store_says_so(file: Path) -> None:
    async with open_store(f"sqlite:///{file}") as store:
        pass

    with pytest.raises(StoreUnavailable, match="closed"):
        await begin(store, "r1")
    with pytest.raises(StoreUnavailable, match="closed"):
        await store.events("r1")
    assert not (await store.check()).ok


async def test_two_files_are_two_stores(tmp_path: Path) -> None:
    async with open_store(f"sqlite:///{tmp_path}/1.db") as one, open_store(f"sqlite:///{tmp_path}/2.db") as two:
        await begin(one, "r1")

        with pytest.raises(RunNotFound):
            await two.events("r1")
