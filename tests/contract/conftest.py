"""
Owns the parts that contract suites run over.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from executor.engine.ports import RunStore, Vault
from executor.store import open_store
from executor.store.schema import METADATA
from tests.fakes.clock import LoopClock
from tests.fakes.postgres import postgres_server
from tests.fakes.store import FakeStore
from tests.fakes.vault import FakeVault


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with postgres_server() as url:
        yield url


def emptied(url: str) -> str:
    """
    Empty the tables an earlier test has left: a server and a schema for each test would cost a second.
    """
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        present = sa.inspect(connection).get_table_names()
        for table in METADATA.sorted_tables:
            if table.name in present:
                connection.execute(sa.text(f'TRUNCATE "{table.name}"'))
    engine.dispose()
    return url


def url_of(request: pytest.FixtureRequest, folder: Path) -> str:
    """
    Return the URL of an empty database of the kind that a fixture's parameter names.
    """
    return f"sqlite:///{folder}/s.db" if request.param == "sqlite" else emptied(request.getfixturevalue("postgres_url"))


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RunStore]:
    if request.param == "memory":
        yield FakeStore()
    else:
        async with open_store(url_of(request, tmp_path)) as opened:
            yield opened


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
async def vault(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Vault]:
    if request.param == "memory":
        yield FakeVault()
    else:
        async with open_store(url_of(request, tmp_path)) as opened:
            yield opened.vault(key=Fernet.generate_key(), clock=LoopClock())
