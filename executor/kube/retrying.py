"""
Owns when a read or a dry run is tried again: on what passes soon, with growing random pauses, a few times.

The engine bounds it all by cancelling at the step's deadline; cancellation passes through.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    stop_after_delay,
    wait_random_exponential,
)

from executor.core.errors import BudgetBlocked, ClusterError

LOG = structlog.get_logger()

T = TypeVar("T")

MAX_ATTEMPTS = 6
MAX_TOTAL_SECONDS = 60.0
_PAUSE = wait_random_exponential(multiplier=0.2, max=5.0)


class Retries:
    """
    The retry policy of one cluster; tests give shorter pauses.
    """

    def __init__(self, *, attempts: int = MAX_ATTEMPTS, pause_factor: float = 1.0) -> None:
        self._attempts = attempts
        self._pause_factor = pause_factor

    async def run(self, call: Callable[[], Awaitable[T]]) -> T:
        """
        Return what the call returns; when all attempts failed, its last error leaves.
        """
        try:
            return await call()  # the usual case pays nothing: tenacity's machinery costs 35 µs a call
        except ClusterError as error:
            if not _passes(error):
                raise
            failed: list[ClusterError] = [error]

        async def attempt() -> T:
            if failed:
                raise failed.pop()
            return await call()

        policy = AsyncRetrying(
            retry=retry_if_exception(_passes),
            wait=self.pause_seconds,
            stop=stop_after_attempt(self._attempts) | stop_after_delay(MAX_TOTAL_SECONDS),
            before_sleep=_told,
            reraise=True,
        )
        return await policy(attempt)

    def pause_seconds(self, state: RetryCallState) -> float:
        """
        Return how long to wait: as the server asked (Retry-After), else random up to a growing bound.
        """
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after_seconds if isinstance(error, ClusterError) else None
        pause = _PAUSE(state) if asked is None else min(asked, MAX_TOTAL_SECONDS)
        return pause * self._pause_factor


def _passes(error: BaseException) -> bool:
    """
    Tell if asking again from here can help. A budget may block for minutes: the engine waits for it, and tells so.
    """
    return isinstance(error, ClusterError) and error.retryable and not isinstance(error, BudgetBlocked)


def _told(state: RetryCallState) -> None:
    """
    Log why it is tried again: a step that reaches its limit meanwhile says only that it did.
    """
    error = state.outcome.exception() if state.outcome else None
    pause = state.next_action.sleep if state.next_action else 0.0
    LOG.warning("asking the API server again", action="ask_again", reason=str(error), pause_seconds=round(pause, 3))
