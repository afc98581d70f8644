"""
Owns the vault over SQL: the values of Secrets, encrypted before they come near the database, by their fingerprints.

Each value is sealed together with its fingerprint (Fernet: AES-128-CBC and HMAC-SHA-256), so that a row that somebody
puts in the place of another is not taken for it. Nothing is ever written in the clear, so no page of the file and no
log of it holds a value.
"""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy.dialects import postgresql, sqlite

from executor.core.errors import SealedValueLost
from executor.engine.ports import Clock
from executor.store import queries
from executor.store.reader import Reader
from executor.store.rows import Row
from executor.store.schema import sealed_values
from executor.store.writer import Write, Writer

_ASKED_AT_ONCE = 500
"""Fingerprints in one question: databases take a limited number of parameters, and a Secret may have many keys."""

_WHAT = "the values of a Secret"


class SqlVault:
    """
    The vault in SQLite or PostgreSQL; `key` is a Fernet key. Made by the store whose writer and reader it shares.
    """

    def __init__(self, *, writer: Writer, reader: Reader, key: bytes, clock: Clock) -> None:
        self._writer, self._reader, self._clock = writer, reader, clock
        self._fernet = Fernet(key)
        self._kept: set[str] = set()

    async def keep(self, values: Mapping[str, str]) -> None:
        """
        Keep values by fingerprint, durably when it returns.

        One that is kept under a key that is lost is sealed anew, so that what can be read in the cluster is never lost.
        """
        asked = values.keys() - self._kept
        kept = {row.fingerprint for row in await self._rows(asked) if self._opened(row) is not None}
        missing = sorted(asked - kept)
        if missing:
            rows = [self._sealed(mark, values[mark]) for mark in missing]
            await self._writer.write(
                Write(_WHAT, perform=partial(_seal, rows=rows), landed=partial(_landed, rows=rows))
            )
        self._kept |= asked

    async def find(self, fingerprints: Collection[str]) -> Mapping[str, str]:
        """
        Return the values that are kept of those asked for; raises SealedValueLost for one that cannot be opened.
        """
        found = {}
        for row in await self._rows(fingerprints):
            value = self._opened(row)
            if value is None:
                raise SealedValueLost(
                    "a Secret's value is kept, but the key at hand does not open it, so nothing was sent: vault_key in"
                    " the state directory (or the file of EXECUTOR_VAULT_KEY_FILE) was replaced; put the earlier file"
                    " back"
                )
            found[row.fingerprint] = value
        return found

    async def _rows(self, fingerprints: Collection[str]) -> list[sa.Row[Any]]:
        marks = sorted(fingerprints)
        parts = [marks[start : start + _ASKED_AT_ONCE] for start in range(0, len(marks), _ASKED_AT_ONCE)]
        return [row for part in parts for row in await self._reader.ask(_WHAT, queries.sealed(part))]

    def _sealed(self, mark: str, value: str) -> Row:
        # JSON can spell a lone surrogate, which strict UTF-8 cannot.
        text = f"{mark}\n{value}".encode("utf-8", "surrogatepass")
        return {
            "fingerprint": mark,
            "ciphertext": self._fernet.encrypt(text).decode("ascii"),
            "created_at": self._clock.now(),
        }

    def _opened(self, row: sa.Row[Any]) -> str | None:
        try:
            text = self._fernet.decrypt(row.ciphertext.encode()).decode("utf-8", "surrogatepass")
        except InvalidToken:
            return None
        mark, _, value = text.partition("\n")
        return value if mark == row.fingerprint else None


def _seal(connection: sa.Connection, rows: list[Row]) -> None:
    # Both dialects spell ON CONFLICT alike, but share no type for it. A row that stands is one that cannot be opened,
    # or the same value that another replica has sealed meanwhile.
    insert: Any = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(sealed_values)
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=[sealed_values.c.fingerprint], set_={"ciphertext": insert.excluded.ciphertext}
        ),
        rows,
    )


def _landed(connection: sa.Connection, rows: list[Row]) -> bool:
    # All rows are written in one transaction, so one of them tells of all.
    found = connection.execute(queries.sealed([rows[0]["fingerprint"]])).first()
    return found is not None and found.ciphertext == rows[0]["ciphertext"]
