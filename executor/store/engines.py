"""
Owns the connections: one that writes and a few that read, and how each database is set to keep what it was told.
"""

import sqlite3
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

READERS = 4
"""Reads are short; four threads keep two cores busy while one waits for the disk."""

_BUSY_TIMEOUT_MS = 5_000
"""How long another program (a backup, a shell) may hold SQLite's lock before a write is given back to its caller."""

_WAL_LIMIT_BYTES = 64 * 1024 * 1024
"""What a burst may leave behind as log file; without a limit it keeps its greatest size for ever."""

_POSTGRESQL = {
    "connect_timeout": 5,
    "application_name": "remediation-executor",
    # A network that swallows packets must become an error within seconds, not after the kernel's two hours.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 10_000,
}


@dataclass(frozen=True, slots=True)
class Engines:
    """
    The writer has one connection, so that its transactions follow each other; readers never wait for it.
    """

    writer: sa.Engine
    reader: sa.Engine

    def dispose(self) -> None:
        """
        Close every connection.
        """
        self.reader.dispose()
        self.writer.dispose()


def engines_for(url: sa.URL) -> Engines:
    """
    Make both engines; nothing connects yet.
    """
    return _sqlite_engines(url) if url.get_backend_name() == "sqlite" else _postgresql_engines(url)


def _sqlite_engines(url: sa.URL) -> Engines:
    writer = _engine(url, size=1)
    reader = _engine(url, size=READERS, isolation_level="AUTOCOMMIT")
    sa.event.listen(writer, "connect", _set_up_writer)
    sa.event.listen(writer, "begin", _begin_immediate)
    sa.event.listen(reader, "connect", _set_up_reader)
    return Engines(writer, reader)


def _postgresql_engines(url: sa.URL) -> Engines:
    settings = {key: value for key, value in _POSTGRESQL.items() if key not in url.query}
    return Engines(
        writer=_engine(url, size=1, connect_args=settings),
        reader=_engine(url, size=READERS, connect_args=settings, isolation_level="AUTOCOMMIT"),
    )


def _engine(url: sa.URL, *, size: int, **more: Any) -> sa.Engine:
    # Parameters are documents: they are kept out of errors, whoever prints those.
    return sa.create_engine(url, pool_size=size, max_overflow=0, hide_parameters=True, **more)


def _set_up_writer(connection: sqlite3.Connection, _: object) -> None:
    # The default of sqlite3 begins a transaction late, at the first write: two that read before lose one's update.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT_BYTES}")


def _begin_immediate(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _set_up_reader(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA query_only = ON")
