"""
What every run store does: the fake that the engine's tests use, SQLite and PostgreSQL, held to the same sentences.

Aspects: the log and its chain, guards (sequence, claims, idempotency), decisions, concurrent writers. Lists have a
module of their own.
"""

import asyncio
import json
from typing import Any

import pytest

from executor.core.errors import (
    AlreadySubmitted,
    ClaimsHeld,
    DecisionNotFound,
    IdempotencyConflict,
    RunNotFound,
    StaleSequence,
    StoreError,
)
from executor.core.events import first_broken
from executor.engine.ports import Claim, RunFilter, RunStore
from tests.fakes.batches import a_batch, a_decision, begin, drafts

AWKWARD: dict[str, Any] = {
    "text": 'tab\t, NUL \0, quote ", backslash \\u0000, é, 漢, 🚀, \u2028',
    "é": {"b": 1, "a": [None, True, -0.0, 1.0, 1e300, 0.1, 2**53 - 1, ""]},
    "nested": {"z": {}, "y": [], "x": [[]]},
}


@pytest.mark.requirement("AUD-1")
async def test_events_come_back_as_they_were_and_their_chain_still_holds(store: RunStore) -> None:
    batch = a_batch("r1", events=drafts(3, data=AWKWARD))

    await store.append(batch)

    found = await store.events("r1")
    assert list(batch.events) == list(found)
    assert [json.dumps(event.data) for event in batch.events] == [json.dumps(event.data) for event in found]
    assert first_broken(found) is None


async def test_events_are_paged_behind_a_sequence_number(store: RunStore) -> None:
    await begin(store, "r1", events=drafts(5))

    assert [3, 4] == [event.sequence for event in await store.events("r1", after=2, limit=2)]
    assert [] == list(await store.events("r1", after=5))


@pytest.mark.parametrize("run", ["r2", "r\0", "r\udc80", "", "r1'--"])
async def test_an_unknown_run_is_not_found(store: RunStore, run: str) -> None:
    await begin(store, "r1")

    with pytest.raises(RunNotFound):
        await store.events(run)


@pytest.mark.requirement("DUR-1")
async def test_a_batch_behind_an_older_event_is_refused_whole(store: RunStore) -> None:
    first = await begin(store, "r1")
    await store.append(a_batch("r1", behind=first))
    late = a_batch("r1", behind=first, events=drafts(2), phase="failed", decisions=[a_decision("d1")], claim=("k",))

    with pytest.raises(StaleSequence, match="r1"):
        await store.append(late)

    assert [1, 2] == [event.sequence for event in await store.events("r1")]
    assert [] == list(await store.claims())
    assert ([], None) == await store.list_runs(RunFilter(phase="failed"), limit=10, cursor=None)
    with pytest.raises(DecisionNotFound):
        await store.decision("d1")


async def test_a_run_cannot_begin_twice_nor_continue_before_it_began(store: RunStore) -> None:
    first = await begin(store, "r1")

    with pytest.raises(StaleSequence):
        await begin(store, "r1")
    with pytest.raises(StaleSequence):
        await store.append(a_batch("r2", behind=first))


@pytest.mark.requirement("AUD-1")
async def test_a_batch_that_does_not_continue_the_chain_is_refused(store: RunStore) -> None:
    await begin(store, "r1")
    other = a_batch("r1", events=drafts(data={"other": True}))

    with pytest.raises(StaleSequence):
        await store.append(a_batch("r1", behind=other.events))


@pytest.mark.requirement("LOCK-1")
async def test_claims_are_taken_all_or_none(store: RunStore) -> None:
    await begin(store, "r1", claim=("deployment/shop/web",))

    with pytest.raises(ClaimsHeld) as refusal:
        await begin(store, "r2", claim=("deployment/shop/api", "deployment/shop/web"))

    assert ("r1", "deployment/shop/web") == (refusal.value.run, refusal.value.claim)
    assert [Claim("deployment/shop/web", "r1")] == list(await store.claims())
    with pytest.raises(RunNotFound):
        await store.events("r2")


@pytest.mark.requirement("LOCK-1")
async def test_a_finished_run_releases_its_claims_and_no_others(store: RunStore) -> None:
    first = await begin(store, "r1", claim=("a", "b"))
    await begin(store, "r2", claim=("c",))

    await store.append(a_batch("r1", behind=first, claim=("a",), release=True, phase="succeeded", terminal=True))

    assert [Claim("c", "r2")] == list(await store.claims())
    await begin(store, "r3", claim=("b", "a"))


@pytest.mark.requirement("PLAN-5")
async def test_an_idempotency_key_leads_to_its_run_and_is_the_callers_own(store: RunStore) -> None:
    await begin(store, "r1", idempotency=("local", "k 1", "sha256:1"))
    await begin(store, "r2", idempotency=("alice", "k 1", "sha256:2"))

    assert ("r1", "sha256:1") == await store.find_idempotent(caller="local", key="k 1")
    assert await store.find_idempotent(caller="local", key="k 2") is None


@pytest.mark.requirement("PLAN-5")
async def test_a_used_idempotency_key_makes_no_second_run(store: RunStore) -> None:
    await begin(store, "r1", idempotency=("local", "k", "sha256:1"))

    with pytest.raises(IdempotencyConflict):
        await begin(store, "r2", idempotency=("local", "k", "sha256:2"))
    with pytest.raises(AlreadySubmitted) as refusal:
        await begin(store, "r3", idempotency=("local", "k", "sha256:1"))

    assert "r1" == refusal.value.run
    assert ["r1"] == list(await store.unfinished())


@pytest.mark.requirement("PLAN-5")
async def test_of_racing_submits_with_one_key_one_becomes_a_run(store: RunStore) -> None:
    runs = [f"r{n}" for n in range(8)]

    answers = await asyncio.gather(
        *(begin(store, run, idempotency=("local", "k", "sha256:1")) for run in runs), return_exceptions=True
    )

    made = [run for run, answer in zip(runs, answers, strict=True) if not isinstance(answer, BaseException)]
    assert made == list(await store.unfinished())
    assert made * 7 == [answer.run for answer in answers if isinstance(answer, AlreadySubmitted)]


async def test_a_refused_batch_leaves_those_that_wait_beside_it_alone(store: RunStore) -> None:
    first = await begin(store, "r1", claim=("a",))
    batches = [
        a_batch("r2", claim=("b", "a")),
        a_batch("r3", claim=("b",)),
        a_batch("r1", behind=first),
        a_batch("r1", behind=first, phase="failed"),
        a_batch("r4", decisions=[a_decision("d1"), a_decision("d1")]),
        a_batch("r5", decisions=[a_decision("d1")]),
    ]

    answers = await asyncio.gather(*(store.append(batch) for batch in batches), return_exceptions=True)

    assert [ClaimsHeld, type(None), type(None), StaleSequence, StoreError, type(None)] == [type(a) for a in answers]
    assert ["r1", "r3", "r5"] == list(await store.unfinished())
    assert "r1" == (await store.list_runs(RunFilter(phase="running"), limit=10, cursor=None))[0][-1]["id"]


async def test_eight_writers_of_one_run_lose_no_event(store: RunStore) -> None:
    await begin(store, "r1")

    async def write(writer: int) -> None:
        for number in range(8):
            recorded = False
            while not recorded:
                behind = await store.events("r1")
                mine = a_batch("r1", behind=behind, events=drafts(data={"writer": writer, "number": number}))
                try:
                    await store.append(mine)
                    recorded = True
                except StaleSequence:
                    continue

    await asyncio.gather(*(write(writer) for writer in range(8)))

    found = await store.events("r1")
    assert {(w, n) for w in range(8) for n in range(8)} == {(e.data["writer"], e.data["number"]) for e in found[1:]}
    assert 65 == len(found)
    assert first_broken(found) is None


@pytest.mark.requirement("GATE-8")
async def test_decisions_are_kept_with_their_input(store: RunStore) -> None:
    of_run, of_none = a_decision("d1", run="r1", asked=AWKWARD), a_decision("d2", asked=AWKWARD)

    await begin(store, "r1", decisions=[of_run])
    await store.keep_decisions([of_none])
    await store.keep_decisions([])

    assert of_run == await store.decision("d1")
    assert of_none == await store.decision("d2")
    with pytest.raises(DecisionNotFound):
        await store.decision("d3")


async def test_a_recorded_decision_cannot_be_replaced(store: RunStore) -> None:
    await store.keep_decisions([a_decision("d1")])

    with pytest.raises(StoreError):
        await store.keep_decisions([a_decision("d2"), a_decision("d1", asked={"other": 1})])

    assert {} == (await store.decision("d1")).input
    with pytest.raises(DecisionNotFound):
        await store.decision("d2")


async def test_a_batch_without_events_moves_only_what_is_beside_the_log(store: RunStore) -> None:
    first = await begin(store, "r1", claim=("a",))

    await store.append(a_batch("r1", events=[], behind=first, phase="queued", release=True))

    assert list(first) == list(await store.events("r1"))
    assert ([{"id": "r1"}], None) == await store.list_runs(RunFilter(phase="queued"), limit=10, cursor=None)
    assert [] == list(await store.claims())
    await store.append(a_batch("r1", behind=first))


async def test_a_store_that_can_be_written_says_so_to_all_who_ask(store: RunStore) -> None:
    checks = await asyncio.gather(*(store.check() for _ in range(5)))

    assert {("store", True)} == {(check.name, check.ok) for check in checks}
