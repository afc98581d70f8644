"""
Owns the judgement of one step: read, render, ask the policy, dry-run, ask again. It writes nothing.

The same judgement serves an assessment (nothing follows) and a step whose turn has come (the write follows).
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from executor.core.action import Action, Form, Scene, Wire
from executor.core.actions import CATALOGUE
from executor.core.change import Change, change_of
from executor.core.diff import Difference, as_json, changed_paths, differences, judge_requested
from executor.core.errors import TargetGone, TargetNotFound, Unusable
from executor.core.events import EventType
from executor.core.facts import Facts
from executor.core.model import ABSENT, Manifest
from executor.core.plan import Step
from executor.core.policy import Decision, Stage
from executor.core.redact import redact
from executor.core.request import Asker, Evidence, policy_request
from executor.core.subject import subject_of
from executor.core.target import Resource, Target
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


@dataclass(frozen=True, slots=True)
class _Views:
    """
    What both gates are asked about: the step, the object before it, and what is around it.
    """

    asker: Asker
    step: Step
    live: Manifest
    around: Surroundings
    attempt: int
    note: Note


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
        scene, place, around = await self._looked_at(asker, step)
        live = scene.live
        if uid is not None and live and live["metadata"]["uid"] != uid:
            raise TargetGone(f"{step.about}: another object has its name now; look at it first")
        note(EventType.SNAPSHOT_TAKEN, {"object": redact(live, self._key), "attempt": attempt}, None)
        desired, form = self._rendered(step, scene)
        if uid is not None and not live and desired:
            raise TargetGone(f"{step.about}: it was deleted since it was looked at; look again first")
        wished = differences(live, desired)
        asked = judge_requested(wished, wished)
        views = _Views(asker, step, live, around, attempt, note)
        intent = await self._ask(Stage.PREFLIGHT, views, after=desired, found=asked)
        if not intent.allowed or place is None or not (asked or form.wire is Wire.SERVER_SIDE_APPLY):
            return Judgement(live, None, None, asked, (intent,))
        subject, resource = place
        subresource = action.view(subject) or action.patched_at
        change = change_of(
            subject, resource, live=live, desired=desired, differences=asked, form=form, subresource=subresource
        )
        preview = await self._cluster.dry_run(change)
        found = judge_requested(differences(live, preview.manifest), asked, before=live, desired=desired)
        note(EventType.DRY_RUN_COMPLETED, dry_run_data(change, live, preview, found, self._key), None)
        verdict = await self._ask(Stage.DRY_RUN, views, after=preview.manifest, found=found, warnings=preview.warnings)
        return Judgement(live, change if found else None, preview, found, (intent, verdict))

    async def _looked_at(self, asker: Asker, step: Step) -> tuple[Scene, tuple[Target, Resource] | None, Surroundings]:
        """
        Read the object and what is around it side by side, then what the action rests on beside it.
        """
        if step.target is None:
            return Scene(ABSENT, self._clock.now()), None, Surroundings(namespace=None, facts=Facts())
        action, subject = CATALOGUE[step.action], subject_of(step, asker.run or asker.digest)
        resource = await self._cluster.resource(subject)
        if resource.namespaced != (subject.namespace is not None):
            lives = "a namespace: name it" if resource.namespaced else "no namespace: leave it out"
            raise Unusable(f"{step.about}: a {subject.kind} lives in {lives}")
        reading = asyncio.ensure_future(self._read(subject, action))
        gathering = asyncio.ensure_future(self._cluster.surroundings(step.target, live=reading, wanted=action.facts))
        try:
            live = await reading
            related = await self._cluster.related(action.reads(step.target, live))
            return Scene(live, self._clock.now(), related), (subject, resource), await gathering
        finally:
            for task in (reading, gathering):
                task.cancel()
            await asyncio.gather(reading, gathering, return_exceptions=True)

    async def _read(self, subject: Target, action: Action[Any]) -> Manifest:
        try:
            return await self._cluster.read(subject, subresource=action.view(subject))
        except TargetNotFound:
            if not action.may_be_absent:
                raise
            return ABSENT

    def _rendered(self, step: Step, scene: Scene) -> tuple[Manifest, Form]:
        action = CATALOGUE[step.action]
        try:
            parameters = action.read(step.parameters)
            return action.desired(scene, parameters), action.form(scene, parameters)
        except Unusable as error:
            raise Unusable(f"{step.about}: {step.action} cannot be done: {error}") from error

    async def _ask(
        self,
        stage: Stage,
        views: _Views,
        *,
        after: Manifest,
        found: tuple[Difference, ...],
        warnings: tuple[str, ...] = (),
    ) -> Decision:
        asker, step, live, around = views.asker, views.step, views.live, views.around
        evidence = Evidence(
            before=redact(live, self._key),
            after=redact(after, self._key),
            diff=as_json(found, live, after),
            namespace=around.namespace,
            facts=around.facts,
            warnings=warnings,
            attempt=views.attempt,
            exists=bool(live) or not CATALOGUE[step.action].may_be_absent,
        )
        request = policy_request(stage, self._clock.now(), asker, step, evidence)
        decision = await self._gate.decide(request, run=asker.run)
        views.note(EventType.POLICY_DECIDED, decided_data(decision), decision)
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
