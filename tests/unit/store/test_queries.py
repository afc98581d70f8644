"""
How questions are answered: from an index, however many runs have finished. Plans are read, nothing is timed.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from executor.core.policy import Effect, Stage
from executor.core.times import plus
from executor.engine.ports import DecisionFilter, RunFilter
from executor.store import SqlStore, open_store, queries
from executor.store.cursor import cursor_after, cursor_after_decision
from tests.fakes.batches import AT, begin

_RUNS = 10_000
_UNDER_WAY = 4_999


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    The database of an executor that has seen ten thousand runs finish and has one under way.
    """
    file = tmp_path_factory.mktemp("past") / "s.db"
    asyncio.run(_begin_the_run_under_way(file))
    finished = [n for n in range(_RUNS) if n != _UNDER_WAY]
    connection = sqlite3.connect(file)
    with connection:
        connection.executemany(
            "INSERT INTO runs VALUES (?, ?, 1, ?, '', 1, 1, '', '{}', ?)",
            [
                (f"r{n:05}", ("failed", "succeeded")[n % 9 > 0], f"caller-{n % 4}", plus(AT, n - _RUNS))
                for n in finished
            ],
        )
        connection.executemany(
            "INSERT INTO run_targets VALUES (?, ?, ?)",
            [(f"deployment/shop/web-{n % 5}", f"r{n:05}", plus(AT, n - _RUNS)) for n in finished],
        )
        connection.executemany(
            "INSERT INTO run_labels VALUES (?, ?, ?)",
            [("team", f"t{n % 5}", f"r{n:05}") for n in finished] + [("tier", "1", f"r{n:05}") for n in finished],
        )
        connection.executemany(
            "INSERT INTO run_namespaces VALUES (?, ?)", [(f"n{n % 7}", f"r{n:05}") for n in finished]
        )
    connection.close()
    return file


async def _begin_the_run_under_way(file: Path) -> None:
    async with open_store(f"sqlite:///{file}") as store:
        await begin(store, f"r{_UNDER_WAY:05}")


@pytest.fixture
async def busy_past(past: Path) -> AsyncIterator[SqlStore]:
    async with open_store(f"sqlite:///{past}") as store:
        yield store


def plan_of(store: SqlStore, question: queries.Question) -> list[str]:
    """
    Return the steps in which SQLite will answer.
    """
    dialect = store._engines.reader.dialect
    compiled = question.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    with store._engines.reader.connect() as connection:
        return [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")]


SELECTED = {
    "all": RunFilter(),
    "by phase": RunFilter(phase="failed"),
    "by caller": RunFilter(caller="caller-1"),
    "by phase and caller": RunFilter(phase="failed", caller="caller-1"),
    "by namespace": RunFilter(namespace="n3"),
    "by label": RunFilter(labels={"team": "t1"}),
    "by two labels": RunFilter(labels={"team": "t1", "tier": "1"}),
    "by a phase that passes": RunFilter(phase="running", caller="local", namespace="shop"),
    "by everything": RunFilter(phase="failed", caller="caller-1", namespace="n3", labels={"team": "t1", "tier": "1"}),
}


@pytest.mark.parametrize("after", [None, "r05000"], ids=["first page", "next page"])
@pytest.mark.parametrize("selected", SELECTED.values(), ids=SELECTED.keys())
async def test_a_page_of_runs_is_read_from_an_index_in_its_order(
    busy_past: SqlStore, selected: RunFilter, after: str | None
) -> None:
    cursor = None if after is None else cursor_after(after)

    plan = plan_of(busy_past, queries.page_of_runs(selected, limit=50, cursor=cursor))

    assert [] == [step for step in plan if "INDEX" not in step and "SUBQUERY" not in step]
    assert [] == [step for step in plan if "TEMP B-TREE" in step]
    views, _ = await busy_past.list_runs(selected, limit=50, cursor=cursor)
    assert views


async def test_runs_under_way_are_found_without_reading_the_finished_ones(busy_past: SqlStore) -> None:
    selected = RunFilter(phase="running", caller="local", namespace="shop")

    plan = plan_of(busy_past, queries.page_of_runs(selected, limit=50, cursor=None))

    assert "ix_runs_phase_id" in plan[0]


QUESTIONS = {
    "unfinished": (queries.unfinished_runs(), "ix_runs_unfinished"),
    "events": (queries.events_after("r1", 5, 10), "sqlite_autoindex_events_1"),
    "decision": (queries.one_decision("d1"), "sqlite_autoindex_decisions_1"),
    "idempotency key": (queries.idempotent("local", "k"), "sqlite_autoindex_idempotency_1"),
}


@pytest.mark.parametrize(("question", "index"), QUESTIONS.values(), ids=QUESTIONS.keys())
async def test_what_the_engine_asks_is_answered_from_one_index(
    busy_past: SqlStore, question: queries.Question, index: str
) -> None:
    (step,) = plan_of(busy_past, question)

    assert index in step
    assert ["r04999"] == list(await busy_past.unfinished())


async def test_earlier_runs_are_counted_from_indexes_alone(busy_past: SqlStore) -> None:
    question = queries.history_of("deployment/shop/web-1", since=plus(AT, -3600), asking="r04999")

    plan = plan_of(busy_past, question)

    assert [] == [
        step for step in plan if "INDEX" not in step and "SUBQUERY" not in step and "CONSTANT ROW" not in step
    ]
    found = await busy_past.history("deployment/shop/web-1", now=AT, asking=None)
    assert (3600, 400, 1, 720) == (found.finished, found.failed, found.running, found.target and found.target.runs)


DECISIONS = {
    "all": (DecisionFilter(), "ix_decisions_at"),
    "since a time": (DecisionFilter(since=AT), "ix_decisions_at"),
    "by stage and effect": (DecisionFilter(since=AT, stage=Stage.PLAN, effect=Effect.DENY), "ix_decisions_at"),
    "by run": (DecisionFilter(run="r1"), "ix_decisions_run_at"),
    "by everything": (DecisionFilter(AT, Stage.PLAN, Effect.DENY, "r1"), "ix_decisions_run_at"),
}


@pytest.mark.parametrize("cursor", [None, cursor_after_decision(AT, "d1")], ids=["first page", "next page"])
@pytest.mark.parametrize(("selected", "index"), DECISIONS.values(), ids=DECISIONS.keys())
async def test_a_page_of_decisions_is_read_from_an_index_in_its_order(
    busy_past: SqlStore, selected: DecisionFilter, index: str, cursor: str | None
) -> None:
    (step,) = plan_of(busy_past, queries.page_of_decisions(selected, limit=50, cursor=cursor))

    assert "SEARCH" in step or selected == DecisionFilter(), "only all of them are read from one end"
    assert index in step
