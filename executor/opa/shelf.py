"""
Owns which policy sets can be asked: the active one, and earlier ones for the runs that started with them.

An earlier set that is not served any more (the executor was started again) is found on disk and served anew. One that
no unfinished run needs is stopped as soon as its last question is answered.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from executor.engine.ports import InUse
from executor.opa.errors import OpaSetupError
from executor.opa.policy_set import PolicySet, find_set, forget_old_sets
from executor.opa.served import ServedSet

EARLIER_SERVED = 3
"""Each earlier set that is served costs 50 MB; of more, those not asked for longest are served again when needed."""

TRY_AGAIN_SECONDS = 10.0
"""How long a set that could not be served is not tried again: starting it in vain takes up to half a minute."""

Serve = Callable[[PolicySet], Awaitable[ServedSet]]
"""Starts an OPA of our own on a set; raises OpaSetupError."""

_Key = frozenset[tuple[str, str]]

_log = structlog.get_logger()


class Shelf:
    """
    The sets of one gate. `candidate` is a set that an OPA elsewhere shall serve next, and does not yet.
    """

    def __init__(self, active: ServedSet, *, sets: Path, serve: Serve) -> None:
        self.active = active
        self.candidate: ServedSet | None = None
        self._sets, self._serve = sets, serve
        self._earlier: dict[_Key, ServedSet] = {}
        self._leaving: list[ServedSet] = []
        self._failed: dict[_Key, float] = {}
        self._starting = asyncio.Lock()
        self._starts: dict[_Key, asyncio.Task[None]] = {}
        self._in_use: InUse | None = None
        self._to_forget = True

    @property
    def earlier(self) -> tuple[ServedSet, ...]:
        """
        Return the earlier sets that are served now, the one that was asked last at the end.
        """
        return tuple(self._earlier.values())

    async def serve(self, policies: PolicySet) -> None:
        """
        Make a set the active one, served by an OPA of our own; raises OpaSetupError, and then nothing changed.
        """
        async with self._starting:
            key = _key(policies.catalogue.revision)
            # A change that was taken back may find its set still served, for a run that began under it.
            newer = self._earlier.get(key) or await self._serve(policies)
            self._earlier.pop(key, None)
            self.swap(newer)

    def swap(self, newer: ServedSet) -> None:
        """
        Make a set the active one: every question that begins from now on is asked of it.
        """
        before, self.active, self.candidate = self.active, newer, None
        self._to_forget = True
        if before.ours and _key(before.revision) not in self._earlier:
            self._earlier[_key(before.revision)] = before
        else:
            self._leaving.append(before)

    def drop_candidate(self) -> None:
        """
        Expect nothing new of the OPA elsewhere.
        """
        candidate, self.candidate = self.candidate, None
        if candidate is not None:
            self._leaving.append(candidate)

    def needed_by(self, in_use: InUse) -> None:
        """
        From now on, keep what unfinished runs need and let go of the rest; before, everything is kept.
        """
        self._in_use = in_use
        self._to_forget = True

    @asynccontextmanager
    async def holding(self, revision: Mapping[str, str], *, within_seconds: float) -> AsyncIterator[ServedSet | None]:
        """
        Yield the set of a revision, None when it cannot be had in time; while inside, it is not stopped.
        """
        key = _key(revision)
        served = self._earlier.get(key) or await self._started(key, revision, within_seconds)
        if served is None:
            yield None
            return
        with served.held():
            if key in self._earlier:
                self._earlier[key] = self._earlier.pop(key)  # asked last
            yield served

    async def tidy(self) -> None:
        """
        Stop earlier sets that nobody needs, and forget on disk those beyond what is kept.
        """
        if self._in_use is not None:
            needed = {_key(revision) for revision in self._in_use()} - {_key(self.active.revision)}
            kept = [key for key in self._earlier if key in needed][-EARLIER_SERVED:]
            idle = [key for key, served in self._earlier.items() if key not in kept and not served.holders]
            self._leaving += [self._earlier.pop(key) for key in idle]
        for served in [served for served in self._leaving if not served.holders]:
            await served.close()
            self._leaving.remove(served)
        if self._in_use is not None and self._to_forget:
            self._to_forget = False
            await asyncio.to_thread(forget_old_sets, self._sets, [self.active.revision, *self._in_use()])

    async def close(self) -> None:
        """
        End everything that is served.
        """
        for start in (starts := list(self._starts.values())):
            start.cancel()
        await asyncio.gather(*starts, return_exceptions=True)
        self.drop_candidate()
        everything = [self.active, *self._earlier.values(), *self._leaving]
        self._earlier.clear()
        self._leaving.clear()
        await asyncio.gather(*(served.close() for served in everything))

    async def _started(self, key: _Key, revision: Mapping[str, str], within_seconds: float) -> ServedSet | None:
        if self._failed.get(key, 0.0) > asyncio.get_running_loop().time():
            return None
        # In a task of its own: who asks may give up or be cancelled, others wait for the same start.
        start = self._starts.get(key)
        if start is None:
            start = self._starts[key] = asyncio.create_task(self._start(key, revision), name="earlier policy set")
            start.add_done_callback(lambda _: self._starts.pop(key, None))
        await asyncio.wait({start}, timeout=within_seconds)
        return self._earlier.get(key)

    async def _start(self, key: _Key, revision: Mapping[str, str]) -> None:
        async with self._starting:
            if key in self._earlier:
                return
            served, why = await self._from_disk(revision)
            if served is not None:
                self._earlier[key] = served
                return
            self._failed[key] = asyncio.get_running_loop().time() + TRY_AGAIN_SECONDS
            _log.error(
                "the policy set that an unfinished run started with cannot be had: its next writes are denied",
                action="policy_set_gone",
                revision=dict(revision),
                reason=why,
            )

    async def _from_disk(self, revision: Mapping[str, str]) -> tuple[ServedSet | None, str]:
        policies = await asyncio.to_thread(find_set, self._sets, revision)
        if policies is None:
            return None, "it is not kept"
        try:
            served = await self._serve(policies)
        except OpaSetupError as error:
            return None, str(error)
        _log.info("an earlier policy set is served for a run that started with it", action="policy_set_served_again",
                  revision=dict(revision))  # fmt: skip
        return served, ""


def _key(revision: Mapping[str, str]) -> _Key:
    return frozenset(revision.items())
