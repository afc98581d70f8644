"""
Owns the question if a change that has settled is as the policy wants it: asked until the rules hold or time is up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from executor.core.actions import CATALOGUE
from executor.core.diff import differences, judge_requested
from executor.core.errors import TargetNotFound
from executor.core.events import EventType
from executor.core.facts import FactName
from executor.core.model import ABSENT, Manifest
from executor.core.plan import Step
from executor.core.policy import Decision, Stage
from executor.core.request import Asker
from executor.core.target import Target
from executor.engine.asking import Asking, Note, Views, decided_data
from executor.engine.leash import Leash
from executor.engine.ports import Clock, Cluster, PolicyGate

LIMIT_SECONDS = 60.0
"""How long the rules may take to hold once the change has settled. What has settled changes slowly or not at all; the
limits of step and run hold beside it."""

PAUSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Settled:
    """
    A change that has settled: its object before it and now, and where what was written is not as the preview said.

    `attempt` is the one that was applied.
    """

    subject: Target
    before: Manifest
    live: Manifest
    divergence: Sequence[str]
    attempt: int


class Postconditions:
    """
    Asks the policy at stage `verify`.
    """

    def __init__(self, *, cluster: Cluster, gate: PolicyGate, clock: Clock, redact_key: bytes) -> None:
        self._cluster, self._clock = cluster, clock
        self._asking = Asking(gate=gate, clock=clock, redact_key=redact_key)

    async def hold(self, asker: Asker, step: Step, settled: Settled, *, note: Note, leash: Leash) -> Decision:
        """
        Return the last decision: an allow, or what still objected when time was up. Raises ClusterError and Stopped.

        Only a decision that says something else than the one before it is told.
        """
        until = self._clock.monotonic() + LIMIT_SECONDS
        told: dict[str, Any] | None = None
        while True:
            decision = await leash.hold(self._ask(asker, step, settled))
            says = decision.model_dump(include={"effect", "violations", "warnings", "approvals", "shadowed"})
            if says != told:
                told = says
                note(EventType.POLICY_DECIDED, decided_data(decision), decision)
            if decision.allowed or self._clock.monotonic() >= until:
                return decision
            await leash.hold(self._clock.sleep(PAUSE_SECONDS))
            settled = replace(settled, live=await leash.hold(self._read(settled.subject, step)))

    async def _ask(self, asker: Asker, step: Step, settled: Settled) -> Decision:
        action, live = CATALOGUE[step.action], settled.live or settled.before
        # What the step was allowed by is behind it: of the facts only the pods that it changed say how it went.
        pods = frozenset({FactName.PODS} if "pods" in action.watches(settled.subject, live) else ())
        around = await self._cluster.surroundings(step.target or settled.subject, live=live, wanted=pods)
        views = Views(asker, step, settled.before, around, settled.attempt, _untold)
        found = differences(settled.before, settled.live)
        return await self._asking.ask(
            Stage.VERIFY,
            views,
            after=settled.live,
            found=judge_requested(found, found),
            divergence=settled.divergence,
        )

    async def _read(self, subject: Target, step: Step) -> Manifest:
        try:
            return await self._cluster.read(subject, subresource=CATALOGUE[step.action].view(subject))
        except TargetNotFound:
            return ABSENT


def _untold(_: EventType, __: dict[str, Any], ___: Decision | None) -> None:
    """
    A decision that repeats the one before it is not told.
    """
