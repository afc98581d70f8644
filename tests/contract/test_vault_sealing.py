"""
What a vault in a database promises beside keeping: only ciphertext lies there, and a key that was replaced is told.
"""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from executor.core.errors import SealedValueLost, StoreUnavailable
from executor.core.fingerprint import fingerprint
from executor.engine.ports import Vault
from executor.store import SqlStore, open_store
from executor.store.schema import sealed_values
from tests.contract.conftest import url_of
from tests.fakes.clock import LoopClock

pytestmark = [pytest.mark.requirement("ROLL-1"), pytest.mark.requirement("DRY-3")]

VALUE = "correct-horse-battery-staple"
MARK = fingerprint(VALUE, b"key")
OTHER_MARK = fingerprint("another", b"key")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SqlStore]:
    async with open_store(url_of(request, tmp_path)) as opened:
        yield opened


def vault_of(store: SqlStore, key: bytes | None = None) -> Vault:
    """
    Return the vault as a start with this key (a new one if untold) has it.
    """
    return store.vault(key=key or Fernet.generate_key(), clock=LoopClock())


def rows_of(store: SqlStore) -> list[tuple[str, str, str]]:
    """
    Return what lies in the database.
    """
    with store._engines.reader.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql("SELECT * FROM sealed_values")]


def contents(folder: Path) -> dict[str, bytes]:
    """
    Return every file of a folder by name.
    """
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def tamper(store: SqlStore, **row: str) -> None:
    """
    Change the row behind the vault's back.
    """
    with store._engines.writer.begin() as connection:
        connection.execute(sa.update(sealed_values).values(row))


async def test_only_a_fingerprint_a_ciphertext_and_a_time_lie_in_the_database(store: SqlStore) -> None:
    key = Fernet.generate_key()

    await vault_of(store, key).keep({MARK: VALUE})

    ((mark, ciphertext, created_at),) = rows_of(store)
    assert (MARK, "2026-11-23T11:00:00") == (mark, created_at[:19])
    assert VALUE not in ciphertext
    assert f"{MARK}\n{VALUE}".encode() == Fernet(key).decrypt(ciphertext)


async def test_the_next_start_with_the_same_key_finds_what_was_kept(store: SqlStore) -> None:
    key = Fernet.generate_key()
    await vault_of(store, key).keep({MARK: VALUE})

    assert {MARK: VALUE} == await vault_of(store, key).find([MARK])


async def test_a_value_that_is_kept_is_not_written_again(store: SqlStore) -> None:
    key = Fernet.generate_key()
    vault = vault_of(store, key)
    await vault.keep({MARK: VALUE})
    commits: list[object] = []
    sa.event.listen(store._engines.writer, "commit", commits.append)

    await vault.keep({MARK: VALUE})
    await vault_of(store, key).keep({MARK: VALUE})

    assert [] == commits


async def test_a_replaced_key_is_told_with_the_way_out(store: SqlStore) -> None:
    await vault_of(store).keep({MARK: VALUE})

    with pytest.raises(SealedValueLost, match=r"vault_key in the state directory .*put the earlier file back") as lost:
        await vault_of(store).find([MARK])

    assert VALUE not in str(lost.value)


async def test_what_is_read_again_after_the_key_was_lost_is_sealed_anew(store: SqlStore) -> None:
    await vault_of(store).keep({MARK: VALUE})
    vault = vault_of(store)

    await vault.keep({MARK: VALUE})

    assert {MARK: VALUE} == await vault.find([MARK])
    assert 1 == len(rows_of(store))


async def test_a_row_put_in_the_place_of_another_is_not_taken_for_it(store: SqlStore) -> None:
    vault = vault_of(store)
    await vault.keep({MARK: VALUE})
    tamper(store, fingerprint=OTHER_MARK)

    with pytest.raises(SealedValueLost):
        await vault.find([OTHER_MARK])


@pytest.mark.parametrize("spoilt", ["", "no token", "é"])
async def test_a_spoilt_ciphertext_is_no_value(store: SqlStore, spoilt: str) -> None:
    vault = vault_of(store)
    await vault.keep({MARK: VALUE})
    tamper(store, ciphertext=spoilt)

    with pytest.raises(SealedValueLost):
        await vault.find([MARK])


async def test_a_closed_store_has_no_vault(tmp_path: Path) -> None:
    async with open_store(f"sqlite:///{tmp_path}/s.db") as store:
        vault = vault_of(store)

    with pytest.raises(StoreUnavailable, match="the values of a Secret: the store is closed"):
        await vault.keep({MARK: VALUE})
    with pytest.raises(StoreUnavailable, match="the values of a Secret: the store is closed"):
        await vault.find([MARK])


async def test_a_vault_that_cannot_be_written_says_that_nothing_was_recorded(tmp_path: Path) -> None:
    async with open_store(f"sqlite:///{tmp_path}/s.db") as store:
        sa.event.listen(
            store._engines.writer, "begin", lambda connection: connection.exec_driver_sql("PRAGMA query_only=1")
        )

        with pytest.raises(
            StoreUnavailable, match=r"the values of a Secret: .*read-only.*nothing was recorded"
        ) as told:
            await vault_of(store).keep({MARK: VALUE})

    assert isinstance(told.value.__cause__, sa.exc.OperationalError)
    assert isinstance(told.value.__cause__.orig, sqlite3.OperationalError)
    assert VALUE not in f"{told.value} {told.value.__cause__}"


async def test_no_byte_of_a_value_lies_in_the_files_of_sqlite(tmp_path: Path) -> None:
    async with open_store(f"sqlite:///{tmp_path}/s.db") as store:
        await vault_of(store).keep({MARK: VALUE})
        files = contents(tmp_path)

        assert MARK.encode() in files["s.db-wal"]
        assert [] == [name for name, content in files.items() if VALUE.encode() in content]
