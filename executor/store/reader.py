"""
Owns reading: a few threads with connections of their own, which never wait for the writer.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from executor.core.errors import StoreUnavailable
from executor.store.engines import READERS
from executor.store.failures import failure_of


class Reader:
    """
    The one that reads.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")

    async def ask(self, what: str, question: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        """
        Answer a question; raises StoreUnavailable, with `what` as its object, when the database cannot.
        """
        try:
            answering = asyncio.get_running_loop().run_in_executor(self._threads, self._answer, question)
        except RuntimeError as error:
            raise StoreUnavailable(f"{what}: the store is closed, because the executor is stopping") from error
        try:
            return await answering
        except SQLAlchemyError as error:
            raise StoreUnavailable(f"{what}: cannot be read: {failure_of(error).sentence}") from error

    async def close(self) -> None:
        """
        Wait for the answers under way and end the threads.
        """
        await asyncio.to_thread(self._threads.shutdown)

    def _answer(self, question: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        try:
            return self._answer_once(question)
        except DBAPIError as error:
            # A pooled connection died since its last use (server restarted): the next one is fresh.
            if not error.connection_invalidated:
                raise
            return self._answer_once(question)

    def _answer_once(self, question: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        with self._engine.connect() as connection:
            return connection.execute(question).all()
