"""
Owns what a database's failure means: whether to try again, and one sentence for people that says what to do.

Statements, parameters and connection strings never enter a sentence: they hold documents and passwords.
"""

import sqlite3
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

_SQLITE_SENTENCES = {
    sqlite3.SQLITE_FULL: "the disk of the state directory is full; free some space on it",
    sqlite3.SQLITE_IOERR: "the disk of the state directory cannot be written (full, over quota or failing); check it",
    sqlite3.SQLITE_BUSY: "another program holds the database's write lock; end it (a database shell, a backup)",
    sqlite3.SQLITE_LOCKED: "another program holds the database's write lock; end it (a database shell, a backup)",
    sqlite3.SQLITE_READONLY: "the database file is read-only; make it and its directory writable for the executor",
    sqlite3.SQLITE_CANTOPEN: "the database file cannot be opened; check that its directory exists and is writable",
    sqlite3.SQLITE_PERM: "the database file cannot be opened; check that its directory exists and is writable",
    sqlite3.SQLITE_CORRUPT: "the database file is damaged; restore it from a backup, or move it away to start anew",
    sqlite3.SQLITE_NOTADB: "the file is not an SQLite database; name another file, or move it away to start anew",
}

_POSTGRESQL_SENTENCES = {
    "08": "the connection to PostgreSQL was lost; check that it runs and can be reached",
    "25006": "PostgreSQL is read-only (a standby?); name the primary server",
    "28": "PostgreSQL does not accept the user or password; check them",
    "3D": "PostgreSQL has no database of this name; create it",
    "40": "PostgreSQL undid the transaction for the sake of another; try again",
    "42501": "the PostgreSQL user lacks a privilege; let it own its database",
    "53100": "the disk of PostgreSQL is full; free some space on it",
    "53300": "PostgreSQL takes no more connections; raise max_connections",
    "53": "PostgreSQL is out of resources; look into its log",
    "55P03": "a lock in PostgreSQL did not become free; end the session that holds it",
    "57014": "PostgreSQL took too long; look for locks and load there",
    "57": "PostgreSQL is shutting down or starting; try again",
}

_REPEATABLE_STATES = ("08", "40", "57P")
_SQLITE_PRIMARY = 0xFF
"""SQLite's extended codes (which read or write failed) keep the primary code in their lowest byte."""


@dataclass(frozen=True, slots=True)
class Failure:
    """
    Why the database did not do it, and whether the same may work in a moment.
    """

    sentence: str
    transient: bool


def failure_of(error: SQLAlchemyError) -> Failure:
    """
    Explain a failure of the database.
    """
    original = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(original, sqlite3.Error):
        # SQLite has waited for locks itself (busy_timeout): trying again would only double the wait.
        code = getattr(original, "sqlite_errorcode", 0) & _SQLITE_PRIMARY
        return Failure(_SQLITE_SENTENCES.get(code, f"SQLite failed: {original}"), transient=False)
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    state = getattr(original, "sqlstate", None)
    if state is None:
        unreachable = "PostgreSQL cannot be reached or refused the connection; check that it runs, its address and user"
        return Failure(_refusal(original) or unreachable, transient=True)
    known = next((_POSTGRESQL_SENTENCES[key] for key in (state, state[:2]) if key in _POSTGRESQL_SENTENCES), None)
    return Failure(
        known or f"PostgreSQL failed (SQLSTATE {state}); look into its log",
        transient=lost or state.startswith(_REPEATABLE_STATES),
    )


def _refusal(original: BaseException | None) -> str | None:
    # A refused connection carries no code in libpq, only the server's text, in the language of the server.
    text = str(original)
    if "password" in text or "authentication" in text or "role" in text:
        return _POSTGRESQL_SENTENCES["28"]
    if "does not exist" in text:
        return _POSTGRESQL_SENTENCES["3D"]
    return None
