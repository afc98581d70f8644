"""
Owns one step, from its action to its verified change. The file to read second, after the package's docstring.

    judge (snapshot, preflight, dry run, dry_run gate) → write, bound to what was judged → verify (health, verify gate)
"""

import logging
from typing import Any

from executor.core.action import Work
from executor.core.actions import CATALOGUE
from executor.core.approval import wanted
from executor.core.change import Change
from executor.core.diff import diff, still_differs
from executor.core.divergence import divergence
from executor.core.errors import (
    ClusterError,
    ExecutorError,
    IllegalTransition,
    OutcomeUnknown,
    StoreError,
    TargetMoved,
    Unusable,
)
from executor.core.events import EventType
from executor.core.health import Health
from executor.core.model import Manifest
from executor.core.paths import pointer, readable
from executor.core.plan import Step
from executor.core.policy import Decision, Effect
from executor.core.request import asker_of
from executor.core.retry import delay_seconds
from executor.core.run import Actuation, StepPhase, StepState, Verification
from executor.core.subject import subject_of
from executor.engine.approvals import Approvals
from executor.engine.asking import Note, refusal
from executor.engine.drain import Drainer
from executor.engine.draining import NotDrained
from executor.engine.endings import fail, not_drained, stop
from executor.engine.judge import Judge, Judgement
from executor.engine.leash import Leash, Stopped, Why
from executor.engine.observe import Lookout, Seen, Unseen
from executor.engine.ports import Clock
from executor.engine.postconditions import Postconditions, Settled
from executor.engine.recorder import Recorder
from executor.engine.verify import NotVerified, Verifier
from executor.engine.write import Intent, Writer

LOG = logging.getLogger(__name__)

_WHY_NOW = "the run is under way; put the step into a plan of its own, or let it be assessed early"
"""Why a step in its turn cannot wait for people, and what to do."""


class StepRunner:
    """
    Runs steps; one call is one step, from where its events say it is to its end.
    """

    def __init__(
        self,
        *,
        judge: Judge,
        writer: Writer,
        drainer: Drainer,
        verifier: Verifier,
        postconditions: Postconditions,
        lookout: Lookout,
        approvals: Approvals,
        clock: Clock,
    ) -> None:
        self._judge, self._writer, self._drainer, self._verifier = judge, writer, drainer, verifier
        self._postconditions, self._lookout = postconditions, lookout
        self._approvals, self._clock = approvals, clock

    async def run(self, recorder: Recorder, step: Step, leash: Leash) -> None:
        """
        Bring a step to its end, and record it.

        A shutdown ends it without a record: the next start goes on from the events.
        """
        try:
            if recorder.run.steps[step.id].phase is StepPhase.PENDING:
                recorder.note(EventType.STEP_STARTED, {"action": step.action}, step=step.id)
            await self._go_on(recorder, step, leash)
        except Stopped as stopped:
            if stopped.why is not Why.SHUTDOWN:
                stop(recorder, step, stopped)
        except OutcomeUnknown as error:
            fail(recorder, step, error.code, str(error), actuation=Actuation.UNKNOWN)
        except (ClusterError, Unusable) as error:
            written = recorder.run.steps[step.id].actuation is Actuation.APPLIED
            fail(recorder, step, error.code, str(error), verification=Verification.FAILED if written else None)
        except (StoreError, IllegalTransition):
            raise
        except Exception:
            LOG.exception("step %s of run %s met a defect", step.id, recorder.run.id)
            doubt = recorder.run.steps[step.id].actuation in {Actuation.INTENDED, Actuation.UNKNOWN}
            message = f"{step.about}: a defect of the executor stopped this step; its log has the details"
            fail(recorder, step, "internal", message, actuation=Actuation.UNKNOWN if doubt else None)

    async def _go_on(self, recorder: Recorder, step: Step, leash: Leash) -> None:
        state = recorder.run.steps[step.id]
        if state.actuation is Actuation.APPLIED and state.snapshot is not None and state.applied is not None:
            await self._settled(recorder, step, leash, before=state.snapshot, applied=state.applied, just_seen=False)
        elif state.actuation is Actuation.NONE:
            await self._from_the_start(recorder, step, leash)
        else:
            intent = _intent_of(state)
            try:
                applied = await self._writer.take_up(recorder, intent, leash)
            except TargetMoved:
                await self._from_the_start(recorder, step, leash)
            else:
                await self._applied(recorder, step, intent, applied, leash)

    async def _from_the_start(self, recorder: Recorder, step: Step, leash: Leash) -> None:
        """
        Judge and write; judge again when the target moved in between, with growing patience.
        """
        attempt = 1
        while True:
            try:
                judgement = await self._judged(recorder, step, leash, attempt)
                intent = None if judgement is None else _intent(step, judgement)
                applied = None if intent is None else await self._write(recorder, step, intent, leash)
            except (Stopped, OutcomeUnknown):
                raise
            except ClusterError as error:
                delay = delay_seconds(error, attempt=attempt, jitter=self._clock.jitter())
                if delay is None:
                    raise
                await leash.hold(self._clock.sleep(delay))
                attempt += 1
            else:
                break
        if intent is not None and applied is not None:
            # Behind the write nothing is tried from the start again: that would take the change for the snapshot.
            await self._applied(recorder, step, intent, applied, leash)
        elif judgement is not None:
            await self._unchanged(recorder, step, judgement.live, leash)

    async def _unchanged(self, recorder: Recorder, step: Step, live: Manifest, leash: Leash) -> None:
        """
        Go on with a step that has nothing to change: it looks, it drains what was cordoned before, or it is done.
        """
        action = CATALOGUE[step.action]
        if action.only_looks:
            await self._look(recorder, step, live, leash)
        elif action.work is Work.DRAIN:
            await self._settled(recorder, step, leash, before=live, applied=live, just_seen=False)
        else:
            told = {"message": f"{step.about}: already as asked; nothing was written", "unchanged": True}
            recorder.note(EventType.STEP_SUCCEEDED, told, step=step.id)

    async def _look(self, recorder: Recorder, step: Step, live: Manifest, leash: Leash) -> None:
        last: list[Health] = []
        subject = None if step.target is None else subject_of(step, recorder.run.id)
        try:
            found = await leash.hold(self._lookout.look(step, subject, live, seen=last.append))
        except Stopped as stopped:
            stop(recorder, step, stopped, so_far=last)
            return
        match found:
            case Seen(message=message, observed=observed):
                data = {"message": message, "unchanged": True, "observed": observed}
                recorder.note(EventType.STEP_SUCCEEDED, data, step=step.id)
            case Unseen(message=message):
                fail(recorder, step, "wait_failed", message)

    async def _judged(self, recorder: Recorder, step: Step, leash: Leash, attempt: int) -> Judgement | None:
        """
        Return what was found, or None when the step has ended by a denial, or waits for an approval.
        """
        run = recorder.run
        # What is only looked at may be another object of that name by now.
        seen = None if CATALOGUE[step.action].only_looks else run.steps[step.id].snapshot
        uid = seen["metadata"]["uid"] if seen else None

        note = _notes(recorder, step)
        judgement = await leash.hold(self._judge.judge(asker_of(run), step, note=note, attempt=attempt, uid=uid))
        if judgement.denial is None:
            return judgement
        if judgement.denial.effect is Effect.REQUIRE_APPROVAL and recorder.run.may_await_approval:
            # Its claims stay held and its place taken meanwhile, so that what was judged is still so when it goes on.
            self._approvals.request(recorder, wanted(judgement.decisions))
        else:
            code, message = refusal(judgement.denial, because=_WHY_NOW)
            data = {"code": code, "message": message, "decision": judgement.denial.id}
            recorder.note(EventType.STEP_DENIED, data, step=step.id)
        return None

    async def _write(self, recorder: Recorder, step: Step, intent: Intent, leash: Leash) -> Manifest:
        try:
            return await self._writer.write(recorder, intent, leash)
        except OutcomeUnknown:
            raise
        except ClusterError as refused:
            # It may be judged again: the announced bytes are not to be taken up by the next process then.
            moved = isinstance(refused, TargetMoved)
            why = f"it changed after it was judged ({refused}); judging it again" if moved else str(refused)
            data = {
                "actuation": str(Actuation.NONE),
                "message": f"{step.about}: {why}" if moved else why,
                "digest": intent.change.digest,
            }
            recorder.note(EventType.OUTCOME_RESOLVED, data, step=step.id)
            raise

    async def _applied(self, recorder: Recorder, step: Step, intent: Intent, applied: Manifest, leash: Leash) -> None:
        diverging = divergence(intent.preview, applied)
        data: dict[str, Any] = {
            "digest": intent.change.digest,
            "resource_version": applied["metadata"]["resourceVersion"] if applied else None,
            "divergence": [readable(each.path) for each in diverging],
            "divergence_paths": [pointer(each.path, applied) for each in diverging],
        }
        if diverging or intent.change.creates:
            # Equal to the preview, the object need not be kept twice; but what was made has its uid only now.
            data["object"] = applied
        recorder.note(EventType.CHANGE_APPLIED, data, step=step.id)
        await self._settled(recorder, step, leash, before=intent.before, applied=applied)

    async def _settled(
        self,
        recorder: Recorder,
        step: Step,
        leash: Leash,
        *,
        before: Manifest,
        applied: Manifest,
        just_seen: bool = True,
    ) -> None:
        went = ""
        if CATALOGUE[step.action].work is Work.DRAIN:
            drained = await self._drainer.drain(recorder, step, leash)
            if isinstance(drained, NotDrained):
                not_drained(recorder, step, drained)
                return
            went = f"; {drained.message}" if drained.message else ""
        last: list[Health] = []
        subject = subject_of(step, recorder.run.id)
        verifying = self._verifier.verify(
            step, subject, before=before, applied=applied, seen=last.append, just_seen=just_seen
        )
        try:
            outcome = await leash.hold(verifying)
            if isinstance(outcome, NotVerified):
                fail(recorder, step, "verification_failed", outcome.message, verification=Verification.FAILED)
                return
            state = recorder.run.steps[step.id]
            settled = Settled(subject, before, outcome.live, state.divergence, state.attempts)
            decision = await self._postconditions.hold(
                asker_of(recorder.run), step, settled, note=_notes(recorder, step), leash=leash
            )
        except Stopped as stopped:
            stop(recorder, step, stopped, so_far=last, verifying=True)
            return
        if not decision.allowed:
            code, message = refusal(decision, because="the change is made already", denied="verification_failed")
            fail(recorder, step, code, f"{step.about}: {message}", verification=Verification.FAILED)
            return
        ours = [each.path for each in diff(before, applied)] if applied else []
        lost = [readable(path) for path in still_differs(ours, applied, outcome.live)]
        message = outcome.message + went
        unchanged = recorder.run.steps[step.id].actuation is Actuation.NONE
        recorder.note(EventType.CHANGE_VERIFIED, {"message": message, "divergence": lost}, step=step.id)
        recorder.note(EventType.STEP_SUCCEEDED, {"message": message, "unchanged": unchanged}, step=step.id)


def _notes(recorder: Recorder, step: Step) -> Note:
    """
    Return what records what is found about a step; a decision about the whole plan is the run's.
    """

    def note(kind: EventType, data: dict[str, Any], decision: Decision | None) -> None:
        of_plan = decision is not None and decision.step is None
        recorder.note(kind, data, step=None if of_plan else step.id, decision=decision)

    return note


def _intent(step: Step, judgement: Judgement) -> Intent | None:
    if judgement.change is None or judgement.preview is None:
        return None
    return Intent(step.id, judgement.change, judgement.live, judgement.preview.manifest)


def _intent_of(state: StepState) -> Intent:
    if state.change is None or state.snapshot is None or state.preview is None:
        raise ExecutorError(f"step {state.step.id}: its log announces a write without the change it announces")
    return Intent(state.step.id, Change.model_validate(dict(state.change)), state.snapshot, state.preview)
