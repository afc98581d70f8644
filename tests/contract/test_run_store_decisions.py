"""
What every run store answers about many decisions: order, filters and pages; held alike by fake, SQLite and PostgreSQL.
"""

from typing import Any

import pytest

from executor.core.policy import Decision, Effect, Stage
from executor.engine.ports import DecisionFilter, RunStore
from executor.store.cursor import cursor_after
from tests.fakes.batches import a_decision, begin

pytestmark = pytest.mark.requirement("POL-6")


def at(second: int) -> str:
    return f"2026-11-23T11:24:{second:02}.000Z"


def made(name: str, second: int = 0, **changed: Any) -> Decision:
    """
    Make a decision of a certain second.
    """
    return a_decision(name).model_copy(update={"at": at(second), **changed})


async def ids(store: RunStore, *, limit: int = 10, **selected: Any) -> list[str]:
    found, _ = await store.list_decisions(DecisionFilter(**selected), limit=limit, cursor=None)
    return [one.id for one in found]


async def test_a_listed_decision_is_whole_as_it_was_recorded(store: RunStore) -> None:
    kept = a_decision("d1", run="r1", asked={"before": {"é": ["\0", 1.0, 10**15, None]}})
    await begin(store, "r1", decisions=[kept])

    assert ([kept], None) == await store.list_decisions(DecisionFilter(), limit=1, cursor=None)


async def test_a_decision_about_a_whole_plan_has_no_step_and_is_kept_all_the_same(store: RunStore) -> None:
    await store.keep_decisions([made("d1", step=None, stage=Stage.PLAN)])

    assert ["d1"] == await ids(store, stage=Stage.PLAN)
    assert (await store.decision("d1")).step is None


async def test_decisions_are_listed_newest_first_by_time_and_then_by_id(store: RunStore) -> None:
    await store.keep_decisions([made("d1", 2), made("d3", 1), made("d2", 1)])

    assert ["d1", "d3", "d2"] == await ids(store)


async def test_decisions_are_filtered_by_each_property_and_by_all_together(store: RunStore) -> None:
    ours: dict[str, Any] = {"run": "r1", "stage": Stage.DRY_RUN, "effect": Effect.ALLOW}
    await begin(store, "r1", decisions=[made("d1", 1, run="r1"), made("d2", 2, **ours), made("d3", 3, **ours)])
    await store.keep_decisions([made("d4", 4, stage=Stage.DRY_RUN), made("d5", 5, effect=Effect.ALLOW)])

    assert ["d5", "d4", "d3"] == await ids(store, since=at(3))
    assert ["d4", "d3", "d2"] == await ids(store, stage=Stage.DRY_RUN)
    assert ["d5", "d3", "d2"] == await ids(store, effect=Effect.ALLOW)
    assert ["d3", "d2", "d1"] == await ids(store, run="r1")
    assert ["d3"] == await ids(store, since=at(3), **ours)
    assert [] == await ids(store, run="r2")
    assert [] == await ids(store, since=at(6))


async def test_pages_follow_each_other_without_gap_or_repeat_within_one_moment_too(store: RunStore) -> None:
    await store.keep_decisions([made(f"d{n}", n // 3) for n in range(7)])
    pages, cursor = [], None

    for _ in range(4):
        found, cursor = await store.list_decisions(DecisionFilter(), limit=2, cursor=cursor)
        pages.append([one.id for one in found])

    assert [["d6", "d5"], ["d4", "d3"], ["d2", "d1"], ["d0"]] == pages
    assert cursor is None


async def test_a_new_decision_does_not_shift_the_pages_being_read(store: RunStore) -> None:
    await store.keep_decisions([made("d1", 1), made("d2", 2)])
    _, cursor = await store.list_decisions(DecisionFilter(), limit=1, cursor=None)

    await store.keep_decisions([made("d3", 3)])
    found, _ = await store.list_decisions(DecisionFilter(), limit=1, cursor=cursor)

    assert ["d1"] == [one.id for one in found]


@pytest.mark.parametrize("cursor", ["", "d1", "ZGVjaXNpb246", "ZGVjaXNpb246YQ==", "é", cursor_after("r1")])
async def test_a_cursor_that_no_page_answered_is_refused(store: RunStore, cursor: str) -> None:
    with pytest.raises(ValueError, match="next_cursor"):
        await store.list_decisions(DecisionFilter(), limit=1, cursor=cursor)
