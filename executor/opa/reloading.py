"""
Owns hot reload: folders that changed are composed and proven beside the active set, and only a good one takes over.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import structlog

from executor.core.loading import Attempt, Loading, Outcome
from executor.core.policy import Catalogue
from executor.engine.ports import Clock
from executor.opa.errors import OpaSetupError, PolicyRefused
from executor.opa.noticing import Signature, signature_of
from executor.opa.policy_set import PolicySet
from executor.opa.served import ServedSet
from executor.opa.shelf import Shelf

LOOK_SECONDS = 0.25
"""How often folders are looked at: a look at the library takes 2 ms, a reload all in all may take two seconds."""

SETTLE_SECONDS = 0.1
"""Files are read when nothing moved for so long, so that a checkout or an editor's save is seen whole."""

LONGEST_SETTLING_SECONDS = 2.0

TRY_AGAIN_SECONDS = 10.0
"""When a good set is tried again that could not be served: a full disk or a busy machine may pass."""

Observe = Callable[[Attempt], None]

_log = structlog.get_logger()


class Reloader:
    """
    Keeps a shelf's active set to what the folders hold. `loading` tells of it.

    `elsewhere` makes the set that an OPA run by others is asked as; with it, a newer set is active as soon as that OPA
    answers with its revision.
    """

    def __init__(
        self,
        shelf: Shelf,
        *,
        compose: Callable[[], Awaitable[PolicySet]],
        elsewhere: Callable[[PolicySet], Awaitable[ServedSet]] | None,
        folders: Sequence[Path],
        seen: Signature,
        clock: Clock,
        observe: Observe,
    ) -> None:
        self._shelf, self._compose, self._elsewhere = shelf, compose, elsewhere
        self._folders, self._seen = tuple(folders), seen
        self._clock, self._observe = clock, observe
        self._began = 0.0
        self._again_at: float | None = None
        revision = dict(shelf.active.revision)
        self.loading = Loading(loaded_at=clock.now()).after(Attempt(clock.now(), Outcome.LOADED, revision, "", 0.0))

    async def run(self) -> None:
        """
        Look again and again, until cancelled.
        """
        while True:
            try:
                await self.look()
            except Exception:  # noqa: BLE001 - the active set goes on; what goes wrong here must not end the service
                _log.exception("the policy folders could not be looked at", action="policy_look_failed")
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """
        Look once, and load what changed.
        """
        signature = await asyncio.to_thread(signature_of, self._folders)
        if signature != self._seen:
            self._began = self._clock.monotonic()
            self._seen = await self._settled(signature)
            await self._load()
        elif self._again_at is not None and self._clock.monotonic() >= self._again_at:
            await self._load()
        elif self._shelf.candidate is not None:
            await self._offer(self._shelf.candidate)
        await self._shelf.tidy()

    async def _settled(self, before: Signature) -> Signature:
        while True:
            await asyncio.sleep(SETTLE_SECONDS)
            now = await asyncio.to_thread(signature_of, self._folders)
            if now == before or self._clock.monotonic() - self._began > LONGEST_SETTLING_SECONDS:
                return now
            before = now

    async def _load(self) -> None:
        self._again_at = None
        self._shelf.drop_candidate()
        try:
            policies = await self._compose()
            await self._take(policies)
        except PolicyRefused as error:
            self._tell(Outcome.REFUSED, None, str(error))
        except OpaSetupError as error:
            self._again_at = self._clock.monotonic() + TRY_AGAIN_SECONDS
            self._tell(Outcome.REFUSED, None, str(error))

    async def _take(self, policies: PolicySet) -> None:
        if policies.catalogue.revision == self._shelf.active.revision:
            if self.loading.open is not None:
                self._tell(Outcome.UNCHANGED, policies.catalogue, "the folders hold the active set again")
        elif self._elsewhere is None:
            await self._shelf.serve(policies)
            self._tell(Outcome.LOADED, policies.catalogue, "")
        else:
            self._shelf.candidate = await self._elsewhere(policies)
            await self._offer(self._shelf.candidate)

    async def _offer(self, candidate: ServedSet) -> None:
        """
        Make a set the active one if the OPA elsewhere serves it by now.
        """
        reason = await candidate.check()
        if reason is None:
            self._shelf.swap(candidate)
            self._tell(Outcome.LOADED, candidate.catalogue, "")
        else:
            self._tell(Outcome.AWAITED, candidate.catalogue, f"the external OPA does not serve it yet: {reason}")

    def _tell(self, outcome: Outcome, catalogue: Catalogue | None, reason: str) -> None:
        last = self.loading.open
        if last is not None and (last.outcome, last.reason) == (outcome, reason):
            return  # the same as before, found by trying again
        revision = None if catalogue is None else dict(catalogue.revision)
        seconds = round(self._clock.monotonic() - self._began, 3)
        attempt = Attempt(self._clock.now(), outcome, revision, reason, seconds)
        self.loading = self.loading.after(attempt)
        tell = _log.error if outcome is Outcome.REFUSED else _log.info
        tell(_SAID[outcome], action=f"policy_{outcome}", revision=revision, reason=reason, duration_seconds=seconds)
        self._observe(attempt)


_SAID = {
    Outcome.LOADED: "a newer policy set judges from now on",
    Outcome.REFUSED: "a newer policy set was refused, the active one goes on",
    Outcome.AWAITED: "a newer policy set is ready, and judges as soon as the external OPA serves it",
    Outcome.UNCHANGED: "the policy folders hold the active set again",
}
