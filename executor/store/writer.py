"""
Owns the group commit: whatever waits is written in one transaction, and each waiter hears its own outcome after it.

One thread writes. While it waits for the disk, further writes gather, and the next commit takes them all: ten runs
that record at once pay for one or two commits, not ten. Each write has its own savepoint, so a refused one undoes only
itself.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError

from executor.core.errors import StoreError, StoreUnavailable
from executor.store.failures import failure_of

GROUP_LIMIT = 64
"""Writes in one commit: enough for every run that may be running (50), and a commit stays short."""

BACKLOG_LIMIT = 1_000
"""Writes that may wait (about 100 MB); beyond it the database cannot follow, and callers had better know."""

_PAUSES_SECONDS = (0.05, 0.2, 1.0)
"""Between tries: a dropped connection or a deadlock passes within these, an outage is the caller's to wait for."""


@dataclass(frozen=True, slots=True)
class Write:
    """
    One thing to write: `perform` writes or raises a StoreError, `landed` tells if it already stands in the database.
    """

    what: str
    perform: Callable[[sa.Connection], None]
    landed: Callable[[sa.Connection], bool]


Outcome = Exception | None


class Writer:
    """
    The one that writes. Used from one event loop; `close` waits for what has been handed in.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store-writer")
        self._waiting: deque[tuple[Write, asyncio.Future[None]]] = deque()
        self._draining: asyncio.Task[None] | None = None
        self._closed = False

    def hand_in(self, write: Write) -> asyncio.Future[None]:
        """
        Take a write; the future ends when it is durable, or with the error that kept it from being recorded.
        """
        if self._closed:
            raise StoreUnavailable(f"{write.what}: the store is closed, because the executor is stopping")
        if len(self._waiting) >= BACKLOG_LIMIT:
            raise StoreUnavailable(
                f"{write.what}: {BACKLOG_LIMIT} writes wait for the database already; submit less, or speed it up"
            )
        future = asyncio.get_running_loop().create_future()
        future.add_done_callback(_look_at)
        self._waiting.append((write, future))
        if self._draining is None or self._draining.done():
            self._draining = asyncio.create_task(self._drain(), name="store-writer")
        return future

    async def write(self, write: Write) -> None:
        """
        Return when a write is durable, or raise what kept it from being recorded.

        It cannot be broken off: a cancelled caller waits for the outcome and is cancelled then.
        """
        outcome = self.hand_in(write)
        try:
            await asyncio.shield(outcome)
        except asyncio.CancelledError:
            await asyncio.wait([outcome])
            raise

    async def close(self) -> None:
        """
        Take no more, wait until all that was handed in is settled, and end the thread.
        """
        self._closed = True
        if self._draining is not None:
            await self._draining
        self._thread.shutdown()

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            group = [self._waiting.popleft() for _ in range(min(len(self._waiting), GROUP_LIMIT))]
            outcomes = await loop.run_in_executor(self._thread, self._committed, [write for write, _ in group])
            for (_, future), outcome in zip(group, outcomes, strict=True):
                if outcome is None:
                    future.set_result(None)
                else:
                    future.set_exception(outcome)

    def _committed(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        attempt = _Attempt(self._engine, writes)
        for pause in (*_PAUSES_SECONDS, None):
            try:
                return attempt.run()
            except SQLAlchemyError as error:
                failure = failure_of(error)
                if pause is None or not failure.transient:
                    return [
                        _unavailable(write, failure.sentence, error, uncertain=attempt.uncertain) for write in writes
                    ]
                time.sleep(pause)
        raise AssertionError  # the last pause is None, which returns


class _Attempt:
    """
    One group, tried until it is committed. After a commit without an answer each write is looked for before it is made.
    """

    def __init__(self, engine: sa.Engine, writes: Sequence[Write]) -> None:
        self._engine = engine
        self._writes = writes
        self.uncertain = False

    def run(self) -> Sequence[Outcome]:
        with self._engine.connect() as connection, connection.begin() as transaction:
            outcomes = [self._outcome(connection, write) for write in self._writes]
            if all(outcomes):
                transaction.rollback()
            else:
                self._commit(transaction)
        return outcomes

    def _outcome(self, connection: sa.Connection, write: Write) -> Outcome:
        if self.uncertain and write.landed(connection):
            return None
        # A write that is alone is undone with the whole transaction.
        apart = len(self._writes) > 1
        if apart:
            connection.exec_driver_sql("SAVEPOINT one_write")
        try:
            write.perform(connection)
        except (IntegrityError, DataError) as error:
            refusal: Outcome = _inconsistent(write, error)
        except DBAPIError:
            raise
        except Exception as error:  # noqa: BLE001 - each waiter hears its own error, also one that is a defect
            refusal = error
        else:
            refusal = None
        if apart and refusal is not None:
            connection.exec_driver_sql("ROLLBACK TO SAVEPOINT one_write")
        if apart:
            connection.exec_driver_sql("RELEASE SAVEPOINT one_write")
        return refusal

    def _commit(self, transaction: sa.Transaction) -> None:
        try:
            transaction.commit()
        except SQLAlchemyError:
            # SQLite tells what a failed commit did: nothing. A server may have committed before the line went dead.
            self.uncertain = self.uncertain or self._engine.dialect.name != "sqlite"
            raise


def _inconsistent(write: Write, cause: DBAPIError) -> StoreError:
    error = StoreError(
        f"{write.what}: the database refused it as inconsistent with what it holds; nothing was recorded"
    )
    error.__cause__ = cause
    return error


def _unavailable(write: Write, sentence: str, cause: SQLAlchemyError, *, uncertain: bool) -> StoreUnavailable:
    left = "whether it was recorded cannot be told now, so read the log first" if uncertain else "nothing was recorded"
    error = StoreUnavailable(f"{write.what}: {sentence}; {left}")
    error.__cause__ = cause
    return error


def _look_at(future: asyncio.Future[None]) -> None:
    # A caller that was cancelled twice asks no more; its outcome must not become a warning of the event loop.
    if not future.cancelled():
        future.exception()
