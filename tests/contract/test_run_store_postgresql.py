"""
What only a server brings: several processes on one database, dropped connections, and commits without an answer.
"""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
import sqlalchemy as sa

from executor.core.errors import AlreadySubmitted, ClaimsHeld, StaleSequence, StoreUnavailable, StoreUnusable
from executor.core.events import first_broken
from executor.store import SqlStore, open_store, writer
from tests.contract.conftest import emptied
from tests.fakes.batches import a_batch, begin, drafts

pytestmark = pytest.mark.integration


@pytest.fixture
async def two(postgres_url: str) -> AsyncIterator[tuple[SqlStore, SqlStore]]:
    """
    Two replicas on one database.
    """
    async with open_store(emptied(postgres_url)) as one, open_store(postgres_url) as other:
        yield one, other


async def test_two_replicas_lose_no_event_of_one_run(two: tuple[SqlStore, SqlStore]) -> None:
    await begin(two[0], "r1")

    async def write(store: SqlStore, writer_name: int) -> None:
        for number in range(8):
            recorded = False
            while not recorded:
                behind = await store.events("r1")
                try:
                    await store.append(
                        a_batch("r1", behind=behind, events=drafts(data={"w": writer_name, "m": number}))
                    )
                    recorded = True
                except StaleSequence:
                    continue

    await asyncio.gather(*(write(two[n % 2], n) for n in range(8)))

    found = await two[1].events("r1")
    assert {(w, m) for w in range(8) for m in range(8)} == {(event.data["w"], event.data["m"]) for event in found[1:]}
    assert 65 == len(found)
    assert first_broken(found) is None


@pytest.mark.requirement("PLAN-5")
@pytest.mark.requirement("LOCK-1")
async def test_of_racing_replicas_one_gets_the_key_and_one_gets_the_claims(two: tuple[SqlStore, SqlStore]) -> None:
    keys = await asyncio.gather(
        *(begin(store, f"k{n}", idempotency=("a", "k", "sha256:1")) for n, store in enumerate(two)),
        return_exceptions=True,
    )
    claims = await asyncio.gather(
        *(begin(store, f"c{n}", claim=("b", "a", f"{n}")) for n, store in enumerate(two)), return_exceptions=True
    )

    assert 1 == len([answer for answer in keys if isinstance(answer, AlreadySubmitted)])
    assert 1 == len([answer for answer in claims if isinstance(answer, ClaimsHeld)])
    assert 2 == len(await two[0].unfinished())


async def test_a_restarted_server_is_reconnected_to_without_an_error(two: tuple[SqlStore, SqlStore]) -> None:
    store, other = two
    first = await begin(store, "r1")
    with other._engines.writer.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND application_name = 'remediation-executor'"
        )

    assert list(first) == list(await store.events("r1"))
    await store.append(a_batch("r1", behind=first))
    assert (await store.check()).ok
    assert 2 == len(await store.events("r1"))


def lose_answers(store: SqlStore, *, times: int, committed: bool) -> None:
    """
    Let the line go dead at a commit, after or before the server did it.
    """
    left = [times]

    def lose(connection: sa.Connection) -> None:
        if left[0]:
            left[0] -= 1
            if committed:
                connection.connection.dbapi_connection.commit()  # type: ignore[union-attr]  # it is connected
            lost = psycopg.OperationalError("server closed the connection unexpectedly")
            raise sa.exc.OperationalError("COMMIT", {}, lost, connection_invalidated=True)

    sa.event.listen(store._engines.writer, "commit", lose)


@pytest.mark.requirement("DUR-1")
@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("together", [1, 3])
async def test_a_commit_without_an_answer_is_looked_up_and_made_once(
    two: tuple[SqlStore, SqlStore], *, committed: bool, together: int
) -> None:
    store = two[0]
    first = await begin(store, "r0")
    lose_answers(store, times=1, committed=committed)
    batches = [a_batch("r0", behind=first), *(a_batch(f"r{n}", claim=(f"{n}",)) for n in range(1, together))]

    await asyncio.gather(*(store.append(batch) for batch in batches))

    assert [2, *[1] * (together - 1)] == [len(await store.events(f"r{n}")) for n in range(together)]


async def test_a_commit_that_is_never_answered_is_not_called_unrecorded(
    two: tuple[SqlStore, SqlStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_PAUSES_SECONDS", ())
    lose_answers(two[0], times=1, committed=True)

    with pytest.raises(StoreUnavailable, match="whether it was recorded cannot be told"):
        await begin(two[0], "r1")

    assert 1 == len(await two[0].events("r1"))


async def test_a_database_that_does_not_exist_is_one_sentence(postgres_url: str) -> None:
    url = sa.make_url(postgres_url).set(database="nowhere").render_as_string(hide_password=False)

    with pytest.raises(StoreUnusable, match=r"EXECUTOR_DATABASE_URL .*no database of this name"):
        async with open_store(url):
            pass


async def test_a_database_that_cannot_hold_every_text_is_refused(postgres_url: str) -> None:
    engine = sa.create_engine(
        sa.make_url(postgres_url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    engine.dispose()
    url = sa.make_url(postgres_url).set(database="latin").render_as_string(hide_password=False)

    with pytest.raises(StoreUnusable, match="LATIN1"):
        async with open_store(url):
            pass
