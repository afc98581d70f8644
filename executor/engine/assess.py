"""
Owns the assessment: a whole plan judged on the state of now, before anything is written.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from executor.core.actions import CATALOGUE
from executor.core.approval import wanted
from executor.core.diff import as_json, changed_paths
from executor.core.drain import part_of
from executor.core.errors import ClusterError, Unusable
from executor.core.events import EventType
from executor.core.health.wording import counted
from executor.core.plan import Plan, Step
from executor.core.policy import Decision, Effect
from executor.core.request import Asker, Outlook
from executor.core.retry import delay_seconds
from executor.engine.asking import decided_data, denial_message
from executor.engine.evictions import Foreseen
from executor.engine.judge import Judge, Judgement
from executor.engine.ports import Clock

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    """
    What an assessment found.

    `effect` is `allow`, `deny` (the policy said no), `fail` (a target cannot be used), or `require_approval`.
    """

    effect: str
    message: str
    plan_gate: Decision
    steps: tuple[dict[str, Any], ...]
    step_decisions: tuple[Decision, ...]

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """
        Return every decision, that about the whole plan last.
        """
        return (*self.step_decisions, self.plan_gate)

    def as_json(self) -> dict[str, Any]:
        """
        Return the report as `POST /v1/assessments` answers it.
        """
        return {
            "effect": self.effect,
            "message": self.message,
            "plan_gate": decided_data(self.plan_gate),
            "blast_radius": self.plan_gate.input["blast_radius"],
            "approvals": wanted((self.plan_gate, *self.step_decisions)),
            "steps": list(self.steps),
        }


@dataclass(frozen=True, slots=True)
class _Assessed:
    """
    One step of the report, the decisions about it, and what the plan's gate is told of it where it was looked at.
    """

    line: dict[str, Any]
    decisions: tuple[Decision, ...] = ()
    outlook: Outlook | None = None


class Assessor:
    """
    Assesses plans, several steps at a time.
    """

    def __init__(self, *, judge: Judge, clock: Clock) -> None:
        self._judge, self._clock = judge, clock

    async def assess(self, asker: Asker, *, side_by_side: int) -> Report:
        """
        Judge every step that does not ask to be judged late.
        """
        limit = asyncio.Semaphore(side_by_side)

        async def one(step: Step) -> _Assessed:
            async with limit:
                return await self._step(asker, step)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(step)) for step in asker.plan.steps]
        found = [task.result() for task in tasks]
        outlooks = {each.outlook.step.id: each.outlook for each in found if each.outlook is not None}
        whole = await self._judge.judge_plan(asker, outlooks)
        return Report(
            *_overall([each.line for each in found], whole),
            plan_gate=whole,
            steps=tuple(each.line for each in found),
            step_decisions=tuple(decision for each in found for decision in each.decisions),
        )

    async def _step(self, asker: Asker, step: Step) -> _Assessed:
        if step.assess == "late":
            said = "judged when its turn comes (assess: late), because an earlier step changes what it rests on"
            return _Assessed(_line(step, "late", said))
        decisions: list[Decision] = []

        def note(_: EventType, __: dict[str, Any], decision: Decision | None) -> None:
            if decision is not None:
                decisions.append(decision)

        attempt = 1
        while True:
            try:
                judgement = await self._judge.judge(asker, step, note=note)
            except (ClusterError, Unusable) as error:
                delay = (
                    delay_seconds(error, attempt=attempt, jitter=self._clock.jitter())
                    if isinstance(error, ClusterError)
                    else None
                )
                if delay is None:
                    line = _line(step, "fail", str(error), code=error.code, decisions=decisions)
                    return _Assessed(line, tuple(decisions))
                attempt += 1
                await self._clock.sleep(delay)
            except Exception:
                LOG.exception("the assessment of step %s met a defect", step.id)
                said = f"{step.about}: a defect of the executor stopped its assessment; its log has the details"
                line = _line(step, "fail", said, code="internal", decisions=decisions)
                return _Assessed(line, tuple(decisions))
            else:
                return _Assessed(_judged_line(step, judgement), tuple(decisions), judgement.outlook)


def _overall(steps: Sequence[dict[str, Any]], whole: Decision) -> tuple[str, str]:
    """
    Return the effect on the plan and why: a denial first, then what cannot be done, then who must approve.
    """
    denied = _first(steps, "deny")
    if denied is not None:
        return "deny", f"step {denied['id']} is denied: {denied['message']}"
    if whole.effect is Effect.DENY:
        return "deny", f"the plan is denied: {denial_message(whole)}"
    failed = _first(steps, "fail")
    if failed is not None:
        return "fail", f"step {failed['id']} cannot be done: {failed['message']}"
    if whole.effect is Effect.REQUIRE_APPROVAL:
        return "require_approval", f"the plan {denial_message(whole)}"
    waiting = _first(steps, "require_approval")
    if waiting is not None:
        return "require_approval", f"step {waiting['id']}: {waiting['message']}"
    return "allow", f"{len(steps)} steps may run"


def _first(steps: Sequence[dict[str, Any]], effect: str) -> dict[str, Any] | None:
    return next((step for step in steps if step["effect"] == effect), None)


def _judged_line(step: Step, judgement: Judgement) -> dict[str, Any]:
    decisions = list(judgement.decisions)
    if judgement.denial is not None:
        line = _line(step, str(judgement.denial.effect), denial_message(judgement.denial), decisions=decisions)
    elif judgement.evictions:
        line = _line(step, "allow", f"{step.about}: may run; {_told(judgement.evictions)}", decisions=decisions)
    elif CATALOGUE[step.action].only_looks:
        line = _line(step, "allow", f"{step.about}: may run; nothing would be written", decisions=decisions)
    elif judgement.change is None:
        line = _line(step, "allow", f"{step.about}: already as asked; nothing would be written", decisions=decisions)
    else:
        line = _line(step, "allow", f"{step.about}: may run", decisions=decisions)
    if judgement.preview is not None:
        line["changed_paths"] = changed_paths(judgement.differences, judgement.live, judgement.preview.manifest)
        line["diff"] = as_json(judgement.differences, judgement.live, judgement.preview.manifest)
        line["warnings"] += judgement.preview.warnings
    line["warnings"] += [
        f"{part_of(each.pod)}: {each.why}" for each in judgement.evictions if each.outcome == "blocked"
    ]
    line["warnings"] += [
        f"{warning.code}: {warning.message}" for decision in decisions for warning in decision.warnings
    ]
    return line


def _told(evictions: Iterable[Foreseen]) -> str:
    counts = Counter(each.outcome for each in evictions)
    return ", ".join(f"{counted(counts[outcome], 'pod')} {outcome}" for outcome in sorted(counts))


def _line(
    step: Step, effect: str, message: str, *, code: str | None = None, decisions: list[Decision] | None = None
) -> dict[str, Any]:
    because = CATALOGUE[step.action].why_irreversible(step.target)
    return {
        "id": step.id,
        "effect": effect,
        "code": code,
        "reversible": because is None,
        "irreversible_because": because,
        "changed_paths": [],
        "diff": [],
        "warnings": list(CATALOGUE[step.action].remarks(step.target)),
        "message": message,
        "decisions": [decision.id for decision in decisions or []],
    }


def side_by_side(plan: Plan, limit: int) -> int:
    """
    Return how many steps of a plan may be active at once.
    """
    return min(plan.max_parallel or limit, limit)
