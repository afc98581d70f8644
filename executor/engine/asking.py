"""
Owns asking the policy about a step: what it is shown at both stages, and what is told of its answer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from executor.core.action import Work
from executor.core.actions import CATALOGUE
from executor.core.approval import UNAVAILABLE, unavailable
from executor.core.blast_radius import BlastRadius, blast_radius
from executor.core.diff import Difference, as_json
from executor.core.events import EventType
from executor.core.history import History
from executor.core.model import Manifest
from executor.core.plan import Step
from executor.core.policy import Decision, Effect, Stage
from executor.core.redact import redact
from executor.core.request import Asker, Evidence, Outlook, plan_request, policy_request
from executor.core.subject import subject_of
from executor.engine.evictions import Foreseen
from executor.engine.ports import Clock, PolicyGate, Surroundings

Note = Callable[[EventType, dict[str, Any], Decision | None], None]
"""How a judgement tells what it finds, as it finds it: event type, data, and the decision if it is one."""


@dataclass(frozen=True, slots=True)
class Views:
    """
    What both gates are asked about: the step, the object before it, and what is around it.
    """

    asker: Asker
    step: Step
    live: Manifest
    around: Surroundings
    attempt: int
    note: Note
    evictions: tuple[Foreseen, ...] = ()
    radius: BlastRadius | None = None
    history: History | None = None

    @property
    def evictions_data(self) -> dict[str, Any]:
        """
        Return what a DryRunCompleted event says of evictions; nothing for a step that has none.
        """
        drains = CATALOGUE[self.step.action].work is Work.DRAIN
        return {"evictions": [each.as_json() for each in self.evictions]} if drains else {}


class Asking:
    """
    Asks the gate. `redact_key` keys the fingerprints that stand for secret values.
    """

    def __init__(self, *, gate: PolicyGate, clock: Clock, redact_key: bytes) -> None:
        self._gate, self._clock, self._key = gate, clock, redact_key

    async def ask(
        self,
        stage: Stage,
        views: Views,
        *,
        after: Manifest,
        found: tuple[Difference, ...],
        warnings: tuple[str, ...] = (),
        divergence: Sequence[str] | None = None,
    ) -> Decision:
        """
        Ask the gate at a stage about what would be after, and tell its decision.
        """
        asker, step, live, around = views.asker, views.step, views.live, views.around
        evidence = Evidence(
            before=redact(live, self._key),
            after=redact(after, self._key),
            diff=as_json(found, live, after),
            namespace=around.namespace,
            facts=around.facts,
            warnings=warnings,
            attempt=views.attempt,
            exists=target_exists(asker, step, live),
            history=views.history,
            radius=views.radius,
            divergence=divergence,
        )
        request = policy_request(stage, self._clock.now(), asker, step, evidence)
        decision = await self._gate.decide(request, run=asker.run, pinned=asker.revision)
        views.note(EventType.POLICY_DECIDED, decided_data(decision), decision)
        return decision

    async def ask_plan(self, asker: Asker, outlooks: Mapping[str, Outlook], *, history: History | None) -> Decision:
        """
        Ask the gate about the whole plan, of which these steps were looked at, by their ids.
        """
        radius = blast_radius(asker.plan, {step: each.disruption for step, each in outlooks.items()})
        request = plan_request(self._clock.now(), asker, outlooks, radius=radius, history=history)
        return await self._gate.decide(request, run=asker.run, pinned=asker.revision)


def target_exists(asker: Asker, step: Step, live: Manifest) -> bool:
    """
    Tell if a step's target is there.

    An action that makes an object of its target's (a CronJob's Job) is rendered only when the target is there.
    """
    if live or not CATALOGUE[step.action].may_be_absent:
        return True
    return step.target is not None and subject_of(step, asker.run or asker.digest) != step.target


def decided_data(decision: Decision) -> dict[str, Any]:
    """
    Return the data of a PolicyDecided event.
    """
    return {
        "decision": decision.id,
        "stage": str(decision.stage),
        "effect": str(decision.effect),
        "violations": [violation.model_dump(mode="json") for violation in decision.violations],
        "warnings": [warning.model_dump(mode="json") for warning in decision.warnings],
        "approvals": [approval.model_dump(mode="json") for approval in decision.approvals],
        "shadowed": [said.model_dump(mode="json") for said in decision.shadowed],
    }


def denial_message(decision: Decision) -> str:
    """
    Return one sentence: rule, what it saw, what to do.
    """
    told = [
        f"{each.code}: {each.message}" + (f"; {each.remedy}" if each.remedy else "")
        for each in (*decision.violations, *decision.approvals)
    ]
    needs = "needs approval: " if decision.effect is Effect.REQUIRE_APPROVAL else ""
    return needs + " · ".join(told)


def refusal(decision: Decision, *, because: str, denied: str = "denied") -> tuple[str, str]:
    """
    Return code and message of what a decision ends that cannot wait for people; `because` says why it cannot.
    """
    if decision.effect is Effect.REQUIRE_APPROVAL:
        return UNAVAILABLE, unavailable(decision, because=because)
    return denied, denial_message(decision)
