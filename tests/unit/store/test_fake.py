"""
What the fake store can do beside being a store: fail on demand, and show what was recorded.
"""

import pytest

from executor.core.errors import StoreUnavailable
from tests.fakes.batches import a_batch, begin
from tests.fakes.store import FakeStore


async def test_a_scripted_failure_happens_once_and_records_nothing() -> None:
    store = FakeStore()
    store.fail_next_append(StoreUnavailable("disk full"))

    with pytest.raises(StoreUnavailable, match="disk full"):
        await begin(store, "r1", claim=("a",))

    assert [] == list(await store.unfinished())
    assert [] == list(await store.claims())
    batch = a_batch("r1")
    await store.append(batch)
    assert [batch] == store.batches


async def test_a_fake_that_cannot_be_written_says_so_until_it_can() -> None:
    store = FakeStore()

    store.unwritable("disk full")
    assert (False, "disk full") == ((await store.check()).ok, (await store.check()).message)

    store.writable()
    assert (await store.check()).ok
