"""
What the migrations promise: the schema they make is the schema the code believes in, on both databases.
"""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from executor.core.errors import StoreUnusable
from executor.core.policy import Effect, Stage
from executor.engine.ports import DecisionFilter
from executor.store import open_store
from executor.store.schema import METADATA
from tests.contract.conftest import emptied
from tests.fakes.batches import AT, a_decision, begin

TO_THE_HEAD = "UPDATE alembic_version SET version_num = '0004'"

BACK_TO_0003 = (
    "DROP TABLE run_targets",
    "DROP INDEX ix_runs_finished_at_phase",
    "ALTER TABLE runs DROP COLUMN finished_at",
    "UPDATE alembic_version SET version_num = '0003'",
)

BACK_TO_0002 = (
    *BACK_TO_0003,
    "DROP INDEX ix_decisions_at",
    "DROP INDEX ix_decisions_run_at",
    *(f"ALTER TABLE decisions DROP COLUMN {name}" for name in ("at", "stage", "effect")),
    "ALTER TABLE decisions ADD COLUMN step TEXT NOT NULL DEFAULT 'a'",
    "UPDATE alembic_version SET version_num = '0002'",
)


def differences(url: str) -> list[object]:
    """
    Return what alembic would have to change.
    """
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = list(compare_metadata(MigrationContext.configure(connection), METADATA))
    engine.dispose()
    return found


def execute(url: str, *statements: str) -> None:
    """
    Run statements behind the store's back.
    """
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def driven(url: str) -> str:
    """
    Name our driver.
    """
    return url.replace("postgresql://", "postgresql+psycopg://")


async def test_the_migrations_of_sqlite_make_the_tables_of_the_code(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/s.db"
    async with open_store(url):
        pass

    assert [] == differences(url)
    execute(url, "DROP INDEX ix_runs_phase_id")
    assert ["add_index"] == [one[0] for one in differences(url)]  # type: ignore[index]  # alembic types them as any tuple


@pytest.mark.integration
async def test_the_migrations_of_postgresql_make_the_tables_of_the_code(postgres_url: str) -> None:
    async with open_store(postgres_url):
        pass

    assert [] == differences(driven(postgres_url))


@pytest.mark.integration
async def test_ids_sort_by_bytes_in_postgresql_whatever_its_language(postgres_url: str) -> None:
    url = driven(postgres_url)
    async with open_store(postgres_url):
        pass
    engine = sa.create_engine(url)
    keys = [
        column
        for table in METADATA.sorted_tables
        for column in table.primary_key
        if type(column.type) is not sa.BigInteger
    ]

    found = {}
    for table in METADATA.sorted_tables:
        for column in sa.inspect(engine).get_columns(table.name):
            found[table.name, column["name"]] = getattr(column["type"], "collation", None)
    engine.dispose()

    assert {"C"} == {found[column.table.name, column.name] for column in keys if column.table.name != "probes"}


@pytest.mark.integration
async def test_a_postgresql_database_of_a_newer_executor_is_refused(postgres_url: str) -> None:
    async with open_store(postgres_url):
        pass
    execute(driven(postgres_url), "UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(StoreUnusable, match="newer executor"):
        async with open_store(postgres_url):
            pass

    execute(driven(postgres_url), TO_THE_HEAD)


async def test_a_database_of_the_first_version_gets_a_vault_and_keeps_its_runs(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/s.db"
    async with open_store(url) as store:
        await begin(store, "r1")
    execute(url, *BACK_TO_0002, "DROP TABLE sealed_values", "UPDATE alembic_version SET version_num = '0001'")

    async with open_store(url) as store:
        assert ["r1"] == list(await store.unfinished())

    assert [] == differences(url)


@pytest.mark.requirement("POL-6")
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
async def test_decisions_of_an_earlier_version_are_listed_by_their_time(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    url = f"sqlite:///{tmp_path}/s.db" if database == "sqlite" else emptied(request.getfixturevalue("postgres_url"))
    # What a document may hold must not keep it from being read: a NUL is an escape in JSON.
    decisions = [a_decision(name, asked={"text": "\0 \\ é 🚀"}) for name in ("d1", "d2")]
    async with open_store(url) as store:
        await store.keep_decisions(decisions)
    execute(driven(url), *BACK_TO_0002)

    async with open_store(url) as store:
        since = DecisionFilter(since=AT, stage=Stage.PREFLIGHT, effect=Effect.DENY)
        listed, _ = await store.list_decisions(since, limit=5, cursor=None)

    assert decisions[::-1] == list(listed)
    assert [] == differences(driven(url))
