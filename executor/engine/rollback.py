"""
Owns the restore of one step: three-way, judged, dry-run, bound to the live version, and proven equal.

It never raises for what it meets: a restore that fails is recorded, its leaves become residue, and the next step's
restore goes on. It has its own limit and is not ended by the run's.
"""

import logging
from contextlib import aclosing
from dataclasses import dataclass

from executor.core.action import Form
from executor.core.actions import CATALOGUE
from executor.core.change import Change, change_of, ownership_change
from executor.core.diff import Difference, as_json, diff, differences, judge_requested, still_differs
from executor.core.errors import (
    ClusterError,
    ClusterUnavailable,
    ExecutorError,
    IllegalTransition,
    StoreError,
    TargetGone,
    TargetMoved,
    TargetNotFound,
    Unusable,
)
from executor.core.events import EventType
from executor.core.model import ABSENT, Manifest
from executor.core.ownership import given_back
from executor.core.paths import MISSING, Path, readable
from executor.core.policy import Decision, Stage
from executor.core.redact import redact
from executor.core.request import Asker, Evidence, policy_request
from executor.core.restore import THIRD_PARTY, WHOLE, Residue, Restore, plan_restore, residue_of
from executor.core.retry import delay_seconds
from executor.core.run import StepState
from executor.core.subject import subject_of
from executor.core.target import Target
from executor.engine.judge import decided_data, denial_message, dry_run_data
from executor.engine.leash import Leash, Stopped, Why
from executor.engine.ports import Answer, Clock, Cluster, PolicyGate
from executor.engine.recorder import Recorder
from executor.engine.write import Intent, Writer

LOG = logging.getLogger(__name__)

OWNERSHIP_ATTEMPTS = 5
OWNERSHIP_PAUSE_SECONDS = 0.2
"""A controller that writes the status moves the version; ownership is tried a few times, for the values are back."""

RESTORE_SECONDS = 300.0
"""A restore's limit where its step has none of its own: long enough for an API server that is being restarted."""


@dataclass(frozen=True, slots=True)
class _Work:
    """
    One step's restore under way: its log, its states before and after our change, and how long it may take.
    """

    recorder: Recorder
    state: StepState
    snapshot: Manifest
    applied: Manifest
    leash: Leash

    @property
    def name(self) -> str:
        return str(self.subject)

    @property
    def subject(self) -> Target:
        return subject_of(self.state.step, self.recorder.run.id)

    @property
    def view(self) -> str | None:
        return CATALOGUE[self.state.step.action].view(self.subject)


class Restorer:
    """
    Puts back what steps changed.
    """

    def __init__(self, *, cluster: Cluster, gate: PolicyGate, writer: Writer, clock: Clock, redact_key: bytes) -> None:
        self._cluster, self._gate, self._writer, self._clock, self._key = cluster, gate, writer, clock, redact_key

    async def restore(self, recorder: Recorder, step_id: str, leash: Leash) -> None:
        """
        Restore one step, and record how it ended; raises Stopped for a shutdown only.
        """
        state = recorder.run.steps[step_id]
        if state.snapshot is None or state.applied is None:
            raise ExecutorError(f"step {step_id}: its log holds a write without its snapshot")
        work = _Work(recorder, state, state.snapshot, state.applied, leash)
        try:
            await self._patiently(work)
        except Stopped as stopped:
            if stopped.why is Why.SHUTDOWN:
                raise
            self._failed(work, str(stopped.why), "the restore's own limit was reached")
        except (ClusterError, Unusable) as error:
            self._failed(work, error.code, str(error))
        except (StoreError, IllegalTransition):
            raise
        except Exception:
            LOG.exception("the restore of step %s of run %s met a defect", step_id, recorder.run.id)
            self._failed(work, "internal", "a defect of the executor stopped it; its log has the details")
        await recorder.flush()

    async def _patiently(self, work: _Work) -> None:
        attempt = 1
        while True:
            try:
                await self._attempt(work, attempt)
            except ClusterError as error:
                delay = delay_seconds(error, attempt=attempt, jitter=self._clock.jitter())
                if delay is None:
                    raise
                await work.leash.hold(self._clock.sleep(delay))
                attempt += 1
            else:
                return

    async def _attempt(self, work: _Work, attempt: int) -> None:
        live = await work.leash.hold(self._read(work))
        changed = bool(work.snapshot) and bool(work.applied)
        if changed and not live:
            raise TargetNotFound(f"{work.name}: somebody else deleted it, so there is nothing to put back on it")
        if changed and live["metadata"]["uid"] != work.snapshot["metadata"]["uid"]:
            raise TargetGone(f"{work.name}: it was deleted and made anew by somebody else, so it is left as it is")
        restore = plan_restore(work.snapshot, work.applied, live)
        if not restore.put_back and restore.foreign:
            self._left_alone(work, restore.foreign, live)
            return
        self._started(work, restore)
        if not restore.put_back:
            return
        change = await self._change(work, live, restore)
        preview = await work.leash.hold(self._cluster.dry_run(change))
        decision = await self._judged(work, change, live=live, preview=preview, restore=restore, attempt=attempt)
        if not decision.allowed:
            self._failed(work, "denied", denial_message(decision), live)
            return
        intent = Intent(work.state.step.id, change, live, preview.manifest, restore=True)
        await self._writer.write(work.recorder, intent, work.leash)
        owners = await self._give_back(work, restore)
        await self._prove(work, change, restore, owners)

    async def _read(self, work: _Work) -> Manifest:
        """
        Return the object as it is, ABSENT when it does not exist.
        """
        try:
            return await self._cluster.read(work.subject, subresource=work.view)
        except TargetNotFound:
            return ABSENT

    async def _change(self, work: _Work, live: Manifest, restore: Restore) -> Change:
        """
        Return the change that puts back: a patch, the removal of what we made, or what we removed made anew.
        """
        resource = await work.leash.hold(self._cluster.resource(work.subject))
        whole = restore.put_back[0].path == ()
        desired = (restore.put_back[0].after or ABSENT) if whole else live
        action = CATALOGUE[work.state.step.action]
        return change_of(
            work.subject,
            resource,
            live=live,
            desired=ABSENT if desired is MISSING else desired,
            differences=restore.put_back,
            form=Form(options={"propagationPolicy": "Background"}),
            subresource=work.view or action.patched_at,
        )

    def _started(self, work: _Work, restore: Restore) -> None:
        back = [readable(each.path) or "the whole object" for each in restore.put_back]
        told = f"putting back {', '.join(back)}" if back else "as it was before; nothing to put back"
        data = {"put_back": back, "message": f"{work.name}: {told}"}
        work.recorder.note(EventType.RESTORE_STARTED, data, step=work.state.step.id)

    async def _judged(
        self, work: _Work, change: Change, *, live: Manifest, preview: Answer, restore: Restore, attempt: int
    ) -> Decision:
        """
        Ask the policy about what the server says the restore would do.
        """
        step, run = work.state.step, work.recorder.run
        found = judge_requested(
            differences(live, preview.manifest), _asked(restore), before=live, desired=_wanted(restore)
        )
        data = dry_run_data(change, live, preview, found, self._key)
        work.recorder.note(EventType.DRY_RUN_COMPLETED, data, step=step.id)
        wanted = CATALOGUE[step.action].facts
        target = step.target or work.subject
        around = await work.leash.hold(self._cluster.surroundings(target, live=live, wanted=wanted))
        evidence = Evidence(
            before=redact(live, self._key),
            after=redact(preview.manifest, self._key),
            diff=as_json(found, live, preview.manifest),
            namespace=around.namespace,
            facts=around.facts,
            warnings=preview.warnings,
            snapshot=redact(work.snapshot, self._key),
            attempt=attempt,
        )
        asker = Asker(plan=run.plan, digest=run.digest, caller=run.caller, run=run.id)
        request = policy_request(Stage.ROLLBACK, self._clock.now(), asker, step, evidence)
        decision = await work.leash.hold(self._gate.decide(request, run=run.id))
        work.recorder.note(EventType.POLICY_DECIDED, decided_data(decision), step=step.id, decision=decision)
        return decision

    async def _give_back(self, work: _Work, restore: Restore) -> str:
        """
        Give the fields back to the managers that owned them, and tell how that ended; the values are back already.

        No value changes, but it is a write: dry-run and judged like every other.
        """
        if not work.snapshot or not work.applied or work.view is not None:
            return "the whole object was put back, its fields are the executor's"
        for attempt in range(1, OWNERSHIP_ATTEMPTS + 1):
            live = await work.leash.hold(self._read(work))
            entries = given_back(work.snapshot, live, restore.proven) if live else None
            if entries is None:
                return "as they were"
            resource = await work.leash.hold(self._cluster.resource(work.subject))
            change = ownership_change(work.subject, resource, live, entries)
            nothing = Restore((), (), restore.proven)
            try:
                preview = await work.leash.hold(self._cluster.dry_run(change))
                decision = await self._judged(
                    work, change, live=live, preview=preview, restore=nothing, attempt=attempt
                )
                if not decision.allowed:
                    return f"not given back: {denial_message(decision)}"
                await self._writer.write(
                    work.recorder, Intent(work.state.step.id, change, live, live, restore=True), work.leash
                )
            except TargetMoved:
                await work.leash.hold(self._clock.sleep(OWNERSHIP_PAUSE_SECONDS * attempt))
            except ClusterError as error:
                return f"not given back: {error}"
            else:
                return "given back"
        return "not given back: the object changes too often"

    async def _prove(self, work: _Work, change: Change, restore: Restore, owners: str) -> None:
        """
        Read the object once more: equal to the snapshot on every leaf that was ours, or it is residue.
        """
        live = await work.leash.hold(self._after(work))
        unequal = _unequal(restore, work.snapshot, live)
        if unequal or restore.foreign:
            self._left_alone(work, (*unequal, *restore.foreign), live)
            return
        data = {
            "digest": change.digest,
            "equal": [readable(path) or "the whole object" for path in restore.proven],
            "field_owners": owners,
            "message": f"{work.name}: restored and proven equal at {_listed(restore.proven)}",
        }
        work.recorder.note(EventType.CHANGE_RESTORED, data, step=work.state.step.id)

    async def _after(self, work: _Work) -> Manifest:
        """
        Return the object after the restore; one that is to be gone is awaited, since it may be a while in deleting.
        """
        if work.snapshot:
            return await self._read(work)
        async with aclosing(self._cluster.watch(work.subject, subresource=work.view)) as states:
            async for live in states:
                if live is None or live["metadata"]["uid"] != work.applied["metadata"]["uid"]:
                    return ABSENT
        raise ClusterUnavailable(f"{work.name}: the watch of its deletion ended")

    def _left_alone(self, work: _Work, paths: tuple[Path, ...], live: Manifest) -> None:
        self._residue(
            work,
            "third_party_change",
            f"{work.name}: {_listed(paths)} was changed by somebody else since and is left alone",
            residue_of(work.state.step.id, work.name, paths, snapshot=work.snapshot, live=live, why=THIRD_PARTY),
        )

    def _failed(self, work: _Work, code: str, message: str, live: Manifest | None = None) -> None:
        step = work.state.step.id
        residue: tuple[Residue, ...] = (Residue(step, work.name, None, None, None, message),)
        if live is not None:
            paths = tuple(each.path for each in differences(work.snapshot, work.applied))
            paths = paths if work.snapshot and work.applied else WHOLE
            residue = residue_of(step, work.name, paths, snapshot=work.snapshot, live=live, why=message)
        self._residue(work, code, f"{work.name}: not restored: {message}", residue)

    def _residue(self, work: _Work, code: str, message: str, residue: tuple[Residue, ...]) -> None:
        data = {"code": code, "message": message, "residue": [each.as_json() for each in residue]}
        work.recorder.note(EventType.RESTORE_FAILED, data, step=work.state.step.id)


def _asked(restore: Restore) -> tuple[Difference, ...]:
    """
    Return what a restore asks for as a comparison finds it: an object made anew is compared leaf by leaf.
    """
    wanted = _wanted(restore)
    return diff(ABSENT, wanted) if wanted else restore.put_back


def _wanted(restore: Restore) -> Manifest:
    if not restore.put_back:
        return ABSENT
    first = restore.put_back[0]
    return first.after if first.path == () and first.before is MISSING else ABSENT


def _unequal(restore: Restore, snapshot: Manifest, live: Manifest) -> tuple[Path, ...]:
    if restore.proven != WHOLE:
        return still_differs(restore.proven, snapshot, live)
    return tuple(each.path for each in differences(snapshot, live))


def _listed(paths: tuple[Path, ...]) -> str:
    return ", ".join(readable(path) or "the whole object" for path in paths)
