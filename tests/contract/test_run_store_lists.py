"""
What every run store answers about many runs: order, filters and pages, held alike by the fake, SQLite and PostgreSQL.
"""

from typing import Any

import pytest

from executor.engine.ports import RunFilter, RunStore
from tests.fakes.batches import a_batch, begin


async def test_unfinished_runs_are_listed_oldest_first(store: RunStore) -> None:
    for run in ("r2", "r1", "r3"):
        await begin(store, run, terminal=run == "r3")

    assert ["r1", "r2"] == list(await store.unfinished())


async def ids(store: RunStore, *, limit: int = 10, **selected: Any) -> list[str]:
    views, _ = await store.list_runs(RunFilter(**selected), limit=limit, cursor=None)
    return [view["id"] for view in views]


async def test_runs_are_filtered_by_each_property_and_by_all_together(store: RunStore) -> None:
    await begin(store, "r1", labels={"team": "a", "tier": "1"}, namespaces=("shop", "bank"), caller="alice")
    await begin(store, "r2", labels={"team": "a"}, namespaces=("bank",), caller="alice", phase="failed")
    await begin(store, "r3", labels={"team": "b", "tier": "1"}, namespaces=(), caller="bob")

    assert ["r3", "r2", "r1"] == await ids(store)
    assert ["r3", "r1"] == await ids(store, phase="running")
    assert ["r2", "r1"] == await ids(store, namespace="bank")
    assert ["r2", "r1"] == await ids(store, caller="alice")
    assert ["r2", "r1"] == await ids(store, labels={"team": "a"})
    assert ["r1"] == await ids(store, labels={"team": "a", "tier": "1"})
    assert [] == await ids(store, labels={"team": "b", "tier": "2"})
    assert ["r2"] == await ids(store, labels={"team": "a"}, namespace="bank", caller="alice", phase="failed")


@pytest.mark.parametrize("text", ["", "NUL \0", "back\\slash", "\\0", "half \ud83d", "é漢🚀", "%_'\";--", "x" * 256])
async def test_any_text_can_be_a_label_and_is_found_by_itself_only(store: RunStore, text: str) -> None:
    await begin(store, "r1", labels={"k": text}, namespaces=(text,), caller=text, idempotency=(text, text, "sha256:1"))
    await begin(store, "r2", labels={"k": "\\x00"}, namespaces=("\\x00",), caller="\\x00")

    assert ["r1"] == await ids(store, labels={"k": text})
    assert ["r1"] == await ids(store, namespace=text)
    assert ["r1"] == await ids(store, caller=text)
    assert ("r1", "sha256:1") == await store.find_idempotent(caller=text, key=text)


async def test_pages_follow_each_other_newest_first_without_gap_or_repeat(store: RunStore) -> None:
    for n in range(7):
        await begin(store, f"r{n}", labels={"odd": str(n % 2)})
    pages, cursor = [], None

    for _ in range(4):
        views, cursor = await store.list_runs(RunFilter(), limit=2, cursor=cursor)
        pages.append([view["id"] for view in views])

    assert [["r6", "r5"], ["r4", "r3"], ["r2", "r1"], ["r0"]] == pages
    assert cursor is None
    _, second = await store.list_runs(RunFilter(labels={"odd": "1"}), limit=2, cursor=None)
    assert ([{"id": "r1"}], None) == await store.list_runs(RunFilter(labels={"odd": "1"}), limit=2, cursor=second)


async def test_a_new_run_does_not_shift_the_pages_being_read(store: RunStore) -> None:
    for run in ("r1", "r2"):
        await begin(store, run)
    _, cursor = await store.list_runs(RunFilter(), limit=1, cursor=None)

    await begin(store, "r3")

    assert ([{"id": "r1"}], None) == await store.list_runs(RunFilter(), limit=1, cursor=cursor)


@pytest.mark.parametrize("cursor", ["", "r1", "cnVu", "cnVuOg==", "cnVuOnIx\n", "é", "cnVuOgAA"])
async def test_a_cursor_that_no_page_answered_is_refused(store: RunStore, cursor: str) -> None:
    with pytest.raises(ValueError, match="next_cursor"):
        await store.list_runs(RunFilter(), limit=1, cursor=cursor)


async def test_a_list_shows_each_run_as_last_recorded(store: RunStore) -> None:
    first = await begin(store, "r1", view={"id": "r1", "phase": "running"})

    await store.append(a_batch("r1", behind=first, phase="failed", view={"id": "r1", "phase": "failed", "é": [1.0]}))

    assert ([{"id": "r1", "phase": "failed", "é": [1.0]}], None) == await store.list_runs(
        RunFilter(phase="failed"), limit=1, cursor=None
    )
