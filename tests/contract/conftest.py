"""
Owns the parts that contract suites run over.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from executor.engine.ports import RunStore
from executor.store import open_store
from executor.store.schema import METADATA
from tests.fakes.postgres import postgres_server
from tests.fakes.store import FakeStore


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with postgres_server(tmp_path_factory.mktemp("pg")) as url:
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


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RunStore]:
    if request.param == "memory":
        yield FakeStore()
    else:
        url = (
            f"sqlite:///{tmp_path}/s.db"
            if request.param == "sqlite"
            else emptied(request.getfixturevalue("postgres_url"))
        )
        async with open_store(url) as opened:
            yield opened
