"""
Owns the judgement of one step: read, render, ask the policy, dry-run, ask again. It writes nothing.

The same judgement serves an assessment (nothing follows) and a step whose turn has come (the write follows).
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from executor.core.action import Action, Form, Scene, Wire, Work
from executor.core.actions import CATALOGUE
from executor.core.blast_radius import of_one_step
from executor.core.change import Change, change_of
from executor.core.diff import Difference, as_json, changed_paths, differences, judge_requested
from executor.core.disruption import Disruption, disruption_of
from executor.core.drain import ON_NODE
from executor.core.errors import StoreError, TargetGone, TargetNotFound, Unusable
from executor.core.events import EventType
from executor.core.facts import Facts
from executor.core.history import History
from executor.core.model import ABSENT, Manifest
from executor.core.plan import Step
from executor.core.policy import Decision, Effect, Stage
from executor.core.redact import redact
from executor.core.request import Asker, Outlook
from executor.core.subject import subject_of
from executor.core.target import Resource, Target
from executor.engine.asking import Asking, Note, Views, decided_data, target_exists
from executor.engine.drain_judge import with_evictions
from executor.engine.evictions import Foreseen
from executor.engine.ports import Answer, Clock, Cluster, PolicyGate, RunStore, Surroundings

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Judgement:
    """
    What was found. `change` is None when the target is already as asked; `preview` is None unless the dry run was done.

    `evictions` are those of a drain, which goes on to them also without a change of its node.
    """

    live: Manifest
    change: Change | None
    preview: Answer | None
    differences: tuple[Difference, ...]
    decisions: tuple[Decision, ...]
    outlook: Outlook
    evictions: tuple[Foreseen, ...] = ()

    @property
    def denial(self) -> Decision | None:
        """
        Return the decision that does not allow, a denial before one that wants an approval; or None.
        """
        refused = [decision for decision in self.decisions if not decision.allowed]
        return min(refused, key=lambda decision: decision.effect is not Effect.DENY, default=None)


@dataclass(frozen=True, slots=True)
class _Found:
    """
    What a judgement has found so far.
    """

    live: Manifest
    outlook: Outlook
    decisions: tuple[Decision, ...] = ()

    def and_decided(self, decision: Decision) -> "_Found":
        return replace(self, decisions=(*self.decisions, decision))

    def and_disturbing(self, disruption: Disruption) -> "_Found":
        return replace(self, outlook=replace(self.outlook, disruption=disruption))

    def judgement(
        self,
        differences: tuple[Difference, ...],
        *,
        change: Change | None = None,
        preview: Answer | None = None,
        evictions: tuple[Foreseen, ...] = (),
    ) -> Judgement:
        return Judgement(self.live, change, preview, differences, self.decisions, self.outlook, evictions)


class Judge:
    """
    Judges steps by cluster, policy and earlier runs. `redact_key` keys the fingerprints that stand for secret values.
    """

    def __init__(self, *, cluster: Cluster, gate: PolicyGate, store: RunStore, clock: Clock, redact_key: bytes) -> None:
        self._cluster, self._store, self._clock, self._key = cluster, store, clock, redact_key
        self._asking = Asking(gate=gate, clock=clock, redact_key=redact_key)

    async def judge(
        self, asker: Asker, step: Step, *, note: Note, attempt: int = 1, uid: str | None = None
    ) -> Judgement:
        """
        Judge a step on the state of now.

        `uid` is the object an earlier judgement of this step saw; another object of that name raises TargetGone.
        Raises ClusterError, and Unusable when the action cannot be rendered for the target.
        """
        looked, history = await asyncio.gather(self._looked_at(asker, step), self._history(asker, step))
        scene, place, around = looked
        live = scene.live
        if uid is not None and live and live["metadata"]["uid"] != uid:
            raise TargetGone(f"{step.about}: another object has its name now; look at it first")
        taken = (EventType.SNAPSHOT_TAKEN, {"object": redact(live, self._key), "attempt": attempt}, None)
        try:
            desired, form = self._rendered(step, scene)
        except Unusable:
            note(*taken)
            raise
        if uid is not None and not live and desired:
            note(*taken)
            raise TargetGone(f"{step.about}: it was deleted since it was looked at; look again first")
        wished = differences(live, desired)
        asked = judge_requested(wished, wished)
        disruption = disruption_of(step, place[0] if place else None, before=live, after=desired, facts=around.facts)
        outlook = Outlook(step, target_exists(asker, step, live), around.namespace, disruption)
        radius = of_one_step(disruption)
        views = Views(asker, step, live, around, attempt, note, radius=radius, history=history)
        whole = await self._asked_at_once(asker, outlook, note, history)
        note(*taken)
        found = _Found(live, outlook, whole)
        if any(decision.effect is Effect.DENY for decision in whole):
            return found.judgement(asked)
        intent = await self._asking.ask(Stage.PREFLIGHT, views, after=desired, found=asked)
        found = found.and_decided(intent)
        # Who is asked to approve is shown all of it, and asked once: the preview too, and what the policy says to that.
        if intent.effect is Effect.DENY or place is None:
            return found.judgement(asked)
        return await self._previewed(views, found, scene, place, desired=desired, asked=asked, form=form)

    async def _asked_at_once(
        self, asker: Asker, outlook: Outlook, note: Note, history: History | None
    ) -> tuple[Decision, ...]:
        """
        Judge the plan of a run that has this one step, which no assessment came before.
        """
        if not asker.judged_at_once:
            return ()
        whole = await self._asking.ask_plan(asker, {outlook.step.id: outlook}, history=history)
        note(EventType.POLICY_DECIDED, decided_data(whole), whole)
        return (whole,)

    async def judge_plan(self, asker: Asker, outlooks: Mapping[str, Outlook]) -> Decision:
        """
        Judge the whole plan, of which these steps were looked at, by their ids.
        """
        return await self._asking.ask_plan(asker, outlooks, history=await self._history(asker, None))

    async def _previewed(
        self,
        views: Views,
        found: "_Found",
        scene: Scene,
        place: tuple[Target, Resource],
        *,
        desired: Manifest,
        asked: tuple[Difference, ...],
        form: Form,
    ) -> Judgement:
        """
        Ask the API server what the change would do, and the policy what it says to that.
        """
        action, live, note = CATALOGUE[views.step.action], views.live, views.note
        if action.work is Work.DRAIN:
            views = await with_evictions(self._cluster, views, scene.related[ON_NODE])
        if not (asked or form.wire is Wire.SERVER_SIDE_APPLY):
            return await self._without_change(views, found, asked)
        subject, resource = place
        subresource = action.view(subject) or action.patched_at
        change = change_of(
            subject, resource, live=live, desired=desired, differences=asked, form=form, subresource=subresource
        )
        preview = await self._cluster.dry_run(change)
        previewed = judge_requested(differences(live, preview.manifest), asked, before=live, desired=desired)
        data = dry_run_data(change, live, preview, previewed, self._key) | views.evictions_data
        note(EventType.DRY_RUN_COMPLETED, data, None)
        # Counted anew: admission that changes a pod template makes a rollout out of a change that was none.
        disruption = disruption_of(views.step, subject, before=live, after=preview.manifest, facts=views.around.facts)
        views, found = replace(views, radius=of_one_step(disruption)), found.and_disturbing(disruption)
        verdict = await self._asking.ask(
            Stage.DRY_RUN, views, after=preview.manifest, found=previewed, warnings=preview.warnings
        )
        found = found.and_decided(verdict)
        return found.judgement(
            previewed, change=change if previewed else None, preview=preview, evictions=views.evictions
        )

    async def _without_change(self, views: Views, found: "_Found", asked: tuple[Difference, ...]) -> Judgement:
        """
        The target is as asked: nothing is left to judge, but for what a drain of it would evict.
        """
        live = views.live
        if CATALOGUE[views.step.action].work is not Work.DRAIN:
            return found.judgement(asked)
        unchanged = {"warnings": [], "changed_paths": [], "diff": [], "object": redact(live, self._key)}
        views.note(EventType.DRY_RUN_COMPLETED, {**unchanged, **views.evictions_data}, None)
        verdict = await self._asking.ask(Stage.DRY_RUN, views, after=live, found=())
        return found.and_decided(verdict).judgement(asked, evictions=views.evictions)

    async def _history(self, asker: Asker, step: Step | None) -> History | None:
        """
        Return what earlier and other runs did; None where the store cannot tell, so that rules about it deny.
        """
        target = None if step is None or step.target is None else str(step.target)
        try:
            return await self._store.history(target, now=self._clock.now(), asking=asker.run)
        except StoreError:
            LOG.warning("earlier runs cannot be counted: rules that rest on them deny", exc_info=True)
            return None

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
