"""
Owns the judgement of one step: read, render, ask the policy, dry-run, ask again. It writes nothing.

The same judgement serves an assessment (nothing follows) and a step whose turn has come (the write follows).
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from executor.core.actions import CATALOGUE
from executor.core.change import Change, patch_change
from executor.core.diff import Difference, as_json, changed_paths, diff, judge_requested
from executor.core.errors import TargetGone, Unusable
from executor.core.events import EventType
from executor.core.facts import FactName
from executor.core.model import Manifest
from executor.core.plan import Step
from executor.core.policy import Decision, Stage
from executor.core.redact import redact
from executor.core.request import Asker, Evidence, policy_request
from executor.engine.ports import Answer, Clock, Cluster, PolicyGate, Surroundings

Note = Callable[[EventType, dict[str, Any], Decision | None], None]
"""How a judgement tells what it finds, as it finds it: event type, data, and the decision if it is one."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """
    What was found. `change` is None when the target is already as asked; `preview` is None unless the dry run was done.
    """

    live: Manifest
    change: Change | None
    preview: Answer | None
    differences: tuple[Difference, ...]
    decisions: tuple[Decision, ...]

    @property
    def denial(self) -> Decision | None:
        """
        Return the decision that denied, or None.
        """
        return next((decision for decision in self.decisions if not decision.allowed), None)


class Judge:
    """
    Judges steps by cluster and policy. `redact_key` keys the fingerprints that stand for secret values.
    """

    def __init__(self, *, cluster: Cluster, gate: PolicyGate, clock: Clock, redact_key: bytes) -> None:
        self._cluster, self._gate, self._clock, self._key = cluster, gate, clock, redact_key

    async def judge(
        self, asker: Asker, step: Step, *, note: Note, attempt: int = 1, uid: str | None = None
    ) -> Judgement:
        """
        Judge a step on the state of now.

        `uid` is the object an earlier judgement of this step saw; another object of that name raises TargetGone.
        Raises ClusterError, and Unusable when the action cannot be rendered for the target.
        """
        action = CATALOGUE[step.action]
        live, around = await self._looked_at(step, action.facts)
        if uid is not None and live["metadata"]["uid"] != uid:
            raise TargetGone(f"{step.target}: it was deleted, and another object has its name now; look at it first")
        note(EventType.SNAPSHOT_TAKEN, {"object": redact(live, self._key), "attempt": attempt}, None)
        desired = self._rendered(step, live)
        wished = diff(live, desired)
        asked = judge_requested(wished, wished)
        intent = await self._ask(
            Stage.PREFLIGHT,
            asker,
            step,
            live=live,
            after=desired,
            differences=asked,
            around=around,
            attempt=attempt,
            note=note,
        )
        if not asked or not intent.allowed:
            return Judgement(live, None, None, asked, (intent,))
        change = patch_change(step.target, live, asked)
        preview = await self._cluster.dry_run(change)
        found = judge_requested(diff(live, preview.manifest), asked)
        note(EventType.DRY_RUN_COMPLETED, dry_run_data(change, live, preview, found, self._key), None)
        verdict = await self._ask(
            Stage.DRY_RUN,
            asker,
            step,
            live=live,
            after=preview.manifest,
            differences=found,
            around=around,
            attempt=attempt,
            note=note,
            warnings=preview.warnings,
        )
        return Judgement(live, change, preview, found, (intent, verdict))

    async def _looked_at(self, step: Step, wanted: frozenset[FactName]) -> tuple[Manifest, Surroundings]:
        """
        Read the target and what is around it side by side.
        """
        reading = asyncio.ensure_future(self._cluster.read(step.target))
        gathering = asyncio.ensure_future(self._cluster.surroundings(step.target, live=reading, wanted=wanted))
        try:
            return await reading, await gathering
        finally:
            for task in (reading, gathering):
                task.cancel()
            await asyncio.gather(reading, gathering, return_exceptions=True)

    def _rendered(self, step: Step, live: Manifest) -> Manifest:
        try:
            return CATALOGUE[step.action].render(live, step.parameters, self._clock.now())
        except Unusable as error:
            raise Unusable(f"{step.target}: {step.action} cannot be done: {error}") from error

    async def _ask(
        self,
        stage: Stage,
        asker: Asker,
        step: Step,
        *,
        live: Manifest,
        after: Manifest,
        differences: tuple[Difference, ...],
        around: Surroundings,
        attempt: int,
        note: Note,
        warnings: tuple[str, ...] = (),
    ) -> Decision:
        evidence = Evidence(
            before=redact(live, self._key),
            after=redact(after, self._key),
            diff=as_json(differences, live, after),
            namespace=around.namespace,
            facts=around.facts,
            warnings=warnings,
            attempt=attempt,
        )
        request = policy_request(stage, self._clock.now(), asker, step, evidence)
        decision = await self._gate.decide(request, run=asker.run)
        note(EventType.POLICY_DECIDED, decided_data(decision), decision)
        return decision


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


def dry_run_data(
    change: Change, live: Manifest, preview: Answer, found: tuple[Difference, ...], key: bytes
) -> dict[str, Any]:
    """
    Return the data of a DryRunCompleted event.
    """
    return {
        "digest": change.digest,
        "warnings": list(preview.warnings),
        "changed_paths": changed_paths(found, live, preview.manifest),
        "diff": as_json(found, live, preview.manifest),
        "object": redact(preview.manifest, key),
    }


def denial_message(decision: Decision) -> str:
    """
    Return one sentence: rule, what it saw, what to do.
    """
    told = [
        f"{each.code}: {each.message}" + (f"; {each.remedy}" if each.remedy else "") for each in decision.violations
    ]
    return " · ".join(told) or f"the policy answered {decision.effect}"
