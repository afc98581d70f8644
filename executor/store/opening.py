"""
Owns opening a store: check the URL, take the file, bring the schema up to date, and close all of it in the end.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from executor.core.errors import StoreUnusable
from executor.store.engines import Engines, engines_for
from executor.store.failures import failure_of
from executor.store.lock import sole_use_of
from executor.store.migrate import migrate
from executor.store.store import SqlStore

_DRIVERS = {"sqlite": "sqlite", "postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}
_SPELLING = "write sqlite:////path/of/file.db or postgresql://user:password@host:5432/database"


@asynccontextmanager
async def open_store(url: str) -> AsyncIterator[SqlStore]:
    """
    Open the store behind a database URL, made or migrated where needed; raises StoreUnusable with one sentence.

    An SQLite file is made with mode 0600 in a directory of mode 0700 and held by one process at a time.
    """
    parsed = _parsed(url)
    file = _file_of(parsed)
    with ExitStack() as held:
        if file is not None:
            _take(file, held)
        engines = engines_for(parsed)
        try:
            await asyncio.to_thread(_prepare, engines)
            store = SqlStore(engines, file=file)
            try:
                yield store
            finally:
                await store.close()
        finally:
            engines.dispose()


def _parsed(url: str) -> sa.URL:
    # The URL may hold a password, so no message repeats any of it.
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError):
        raise StoreUnusable(f"EXECUTOR_DATABASE_URL is not a database URL: {_SPELLING}") from None
    driver = _DRIVERS.get(parsed.get_backend_name())
    if driver is None:
        raise StoreUnusable(f"EXECUTOR_DATABASE_URL names a database other than SQLite and PostgreSQL: {_SPELLING}")
    return parsed.set(drivername=driver)


def _file_of(url: sa.URL) -> Path | None:
    if url.get_backend_name() != "sqlite":
        return None
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise StoreUnusable(f"EXECUTOR_DATABASE_URL names no SQLite file, and what is recorded must last: {_SPELLING}")
    return Path(url.database).absolute()


def _take(file: Path, held: ExitStack) -> None:
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        held.enter_context(sole_use_of(file))
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StoreUnusable(
            f"the database file {file} cannot be opened ({error.strerror}): make it and its directory writable, or name"
            " another with EXECUTOR_STATE_DIR or EXECUTOR_DATABASE_URL"
        ) from error


def _prepare(engines: Engines) -> None:
    try:
        with engines.writer.begin() as connection:
            migrate(connection)
    except SQLAlchemyError as error:
        raise StoreUnusable(
            f"the database of EXECUTOR_DATABASE_URL cannot be opened: {failure_of(error).sentence}"
        ) from error
