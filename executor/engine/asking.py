"""
Owns asking the policy about a step: what it is shown at both stages, and what is told of its answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from executor.core.action import Work
from executor.core.actions import CATALOGUE
from executor.core.diff import Difference, as_json
from executor.core.events import EventType
from executor.core.model import Manifest
from executor.core.plan import Step
from executor.core.policy import Decision, Stage
from executor.core.redact import redact
from executor.core.request import Asker, Evidence, policy_request
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
            exists=_target_exists(asker, step, live),
        )
        request = policy_request(stage, self._clock.now(), asker, step, evidence)
        decision = await self._gate.decide(request, run=asker.run)
        views.note(EventType.POLICY_DECIDED, decided_data(decision), decision)
        return decision


def _target_exists(asker: Asker, step: Step, live: Manifest) -> bool:
    """
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
    }


def denial_message(decision: Decision) -> str:
    """
    Return one sentence: rule, what it saw, what to do.
    """
    told = [
        f"{each.code}: {each.message}" + (f"; {each.remedy}" if each.remedy else "") for each in decision.violations
    ]
    return " · ".join(told) or f"the policy answered {decision.effect}"
