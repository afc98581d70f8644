"""
Owns what a test scripts for a fake: calls that fail, and calls that wait.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field

from executor.core.errors import ClusterError


@dataclass(frozen=True, slots=True)
class Failure:
    """
    A call that will fail; with `landed`, its write is done before the answer is lost.
    """

    error: ClusterError | type[ClusterError]
    landed: bool = False

    def raised_for(self, subject: object, method: str) -> ClusterError:
        """
        Return the error as the call raises it.
        """
        if isinstance(self.error, ClusterError):
            return self.error
        return self.error(f"{subject}: {method} failed: as the test wants it.")


@dataclass(frozen=True, slots=True)
class Hold:
    """
    A call that is kept waiting: `await hold.reached.wait()` until it is there, then `hold.release()`.
    """

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """
        Let the call, and those after it, go on.
        """
        self._released.set()

    async def wait(self) -> None:
        """
        Be the call that waits.
        """
        self.reached.set()
        await self._released.wait()


class Script:
    """
    What will happen to the calls of each method.
    """

    def __init__(self) -> None:
        self._failures: defaultdict[str, list[Failure]] = defaultdict(list)
        self._holds: dict[str, Hold] = {}

    def fail(self, method: str, failure: Failure, *, times: int) -> None:
        """
        Let the next calls of a method fail.
        """
        self._failures[method] += [failure] * times

    def hold(self, method: str) -> Hold:
        """
        Keep the calls of a method waiting.
        """
        self._holds[method] = Hold()
        return self._holds[method]

    async def turn(self, method: str) -> Failure | None:
        """
        Wait while the method is held, and return how this call is to fail.
        """
        if method in self._holds:
            await self._holds[method].wait()
        return self._failures[method].pop(0) if self._failures[method] else None

    async def play(self, method: str, subject: object) -> None:
        """
        Take a turn, and raise its failure.
        """
        failure = await self.turn(method)
        if failure is not None:
            raise failure.raised_for(subject, method)
