"""
Owns the policy gate: which sets are asked about a request, and the decision that is made of their answers.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from executor.core.digest import digest
from executor.core.loading import Loading, Outcome
from executor.core.pinning import BEFORE_A_WRITE, beyond_reach, stricter
from executor.core.policy import Catalogue, Decision, PolicyInput, Stage
from executor.core.verdict import Verdict
from executor.engine.ports import Check, Clock, InUse
from executor.opa.reloading import Reloader
from executor.opa.shelf import Shelf


class OpaGate:
    """
    `executor.engine.ports.PolicyGate` over OPA's Data API. Never raises, and never allows what it did not understand.
    """

    def __init__(self, shelf: Shelf, reloader: Reloader, *, timeout_seconds: float, clock: Clock) -> None:
        self._shelf, self._reloader = shelf, reloader
        self._timeout_seconds = timeout_seconds
        self._clock = clock

    @property
    def catalogue(self) -> Catalogue:
        """
        The rules and revisions of the active set.
        """
        return self._shelf.active.catalogue

    @property
    def loading(self) -> Loading:
        """
        What is known about loading.
        """
        return self._reloader.loading

    def needed_by(self, in_use: InUse) -> None:
        """
        Keep the sets of these revisions; what else is old may go.
        """
        self._shelf.needed_by(in_use)

    async def decide(
        self, request: PolicyInput, *, run: str | None, pinned: Mapping[str, str] | None = None
    ) -> Decision:
        """
        Judge one request, which holds fingerprints where there were Secret values.
        """
        began = self._clock.monotonic()
        document = request.model_dump(mode="json")
        verdict = await self._judge(document, request.stage, pinned)
        return Decision(
            id=self._clock.new_id(),
            run=run,
            step=None if request.step is None else request.step.id,
            stage=request.stage,
            effect=verdict.effect,
            violations=list(verdict.violations),
            warnings=list(verdict.warnings),
            approvals=list(verdict.approvals),
            shadowed=list(verdict.shadowed),
            evaluated=list(verdict.evaluated),
            revision=dict(verdict.revision),
            input=document,
            input_digest=digest(document),
            duration_seconds=self._clock.monotonic() - began,
            at=self._clock.now(),
        )

    async def check(self) -> Check:
        """
        Tell if OPA answers with the expected revision, and if the folders hold something else by now.
        """
        with self._shelf.active.held() as active:
            wrong = await active.check()
        if wrong is not None:
            return Check(name="opa", ok=False, message=wrong)
        newer = self.loading.open
        remark = "" if newer is None else _NEWER[newer.outcome]
        return Check(name="opa", ok=True, message=f"OPA answers with the expected revision{remark}")

    async def _judge(self, document: Mapping[str, Any], stage: Stage, pinned: Mapping[str, str] | None) -> Verdict:
        if pinned is None or dict(pinned) == self._shelf.active.revision:
            return await self._by_active(document, stage)
        async with self._shelf.holding(pinned, within_seconds=self._timeout_seconds) as earlier:
            if earlier is None:
                return beyond_reach(stage, await self._by_active(document, stage))
            if stage not in BEFORE_A_WRITE:
                return await earlier.judge(document, stage)
            by_active, by_pinned = await asyncio.gather(
                self._by_active(document, stage), earlier.judge(document, stage)
            )
            return stricter(by_active, by_pinned)

    async def _by_active(self, document: Mapping[str, Any], stage: Stage) -> Verdict:
        with self._shelf.active.held() as active:
            verdict = await active.judge(document, stage)
        candidate = self._shelf.candidate
        if candidate is None or verdict.revision != candidate.revision:
            return verdict
        # The OPA elsewhere has just moved on to what the folders hold: nobody need be denied until that is noticed.
        with candidate.held():
            return await candidate.judge(document, stage)


_NEWER = {
    Outcome.REFUSED: "; a newer policy set was refused, see GET /v1/policy",
    Outcome.AWAITED: "; a newer policy set waits for the external OPA to serve it",
}
