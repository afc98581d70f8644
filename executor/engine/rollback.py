"""
Owns the restore of one step: three-way, judged, dry-run, bound to the live version, and proven equal.

It never raises for what it meets: a restore that fails is recorded, its leaves become residue, and the next step's
restore goes on. It has its own limit and is not ended by the run's.
"""

import logging
from contextlib import aclosing

from executor.core.action import Form
from executor.core.actions import CATALOGUE
from executor.core.change import Change, change_of
from executor.core.deleting import deletion_told, is_being_deleted
from executor.core.diff import differences, still_differs
from executor.core.errors import (
    ClusterError,
    ClusterUnavailable,
    ExecutorError,
    IllegalTransition,
    StoreError,
    TargetGone,
    TargetNotFound,
    Unusable,
)
from executor.core.model import ABSENT, Manifest
from executor.core.paths import MISSING, Path
from executor.core.restore import WHOLE, Restore, plan_restore
from executor.core.retry import delay_seconds
from executor.engine.asking import refusal
from executor.engine.leash import Leash, Stopped, Why
from executor.engine.owners import Owners
from executor.engine.ports import Clock, Cluster, PolicyGate
from executor.engine.recorder import Recorder
from executor.engine.restore_judge import RestoreJudge
from executor.engine.restoring import Restoring
from executor.engine.write import Intent, Writer

LOG = logging.getLogger(__name__)

RESTORE_SECONDS = 300.0
"""A restore's limit where its step has none of its own: long enough for an API server that is being restarted."""


class Restorer:
    """
    Puts back what steps changed.
    """

    def __init__(self, *, cluster: Cluster, gate: PolicyGate, writer: Writer, clock: Clock, redact_key: bytes) -> None:
        self._cluster, self._writer, self._clock = cluster, writer, clock
        self._judge = RestoreJudge(cluster=cluster, gate=gate, clock=clock, redact_key=redact_key)
        self._owners = Owners(cluster=cluster, judge=self._judge, writer=writer, clock=clock)

    async def restore(self, recorder: Recorder, step_id: str, leash: Leash) -> None:
        """
        Restore one step, and record how it ended; raises Stopped for a shutdown only.
        """
        state = recorder.run.steps[step_id]
        if state.snapshot is None or state.applied is None:
            raise ExecutorError(f"step {step_id}: its log holds a write without its snapshot")
        work = Restoring(recorder, state, state.snapshot, state.applied, leash)
        try:
            await self._patiently(work)
        except Stopped as stopped:
            if stopped.why is Why.SHUTDOWN:
                raise
            work.failed(str(stopped.why), "the restore's own limit was reached")
        except (ClusterError, Unusable) as error:
            work.failed(error.code, str(error))
        except (StoreError, IllegalTransition):
            raise
        except Exception:
            LOG.exception("the restore of step %s of run %s met a defect", step_id, recorder.run.id)
            work.failed("internal", "a defect of the executor stopped it; its log has the details")
        await recorder.flush()

    async def _patiently(self, work: Restoring) -> None:
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

    async def _attempt(self, work: Restoring, attempt: int) -> None:
        live = await self._found(work)
        if work.changed and not live:
            raise TargetNotFound(f"{work.name}: somebody else deleted it, so there is nothing to put back on it")
        if work.changed and live["metadata"]["uid"] != work.snapshot["metadata"]["uid"]:
            raise TargetGone(f"{work.name}: it was deleted and made anew by somebody else, so it is left as it is")
        if work.removed and is_being_deleted(live):
            work.failed(str(Why.DEADLINE), f"{deletion_told(live)}, and nothing can take that back", live)
            return
        restore = plan_restore(work.snapshot, work.applied, live)
        if not restore.put_back and restore.foreign:
            work.left_alone(restore.foreign, live)
            return
        work.started(restore)
        if not restore.put_back:
            return
        change = await self._change(work, live, restore)
        preview, decision = await self._judge.judge(work, change, restore, live=live, attempt=attempt)
        if not decision.allowed:
            work.failed(*refusal(decision, because="a restore does not wait; put it back by hand"), live)
            return
        intent = Intent(work.step.id, change, live, preview.manifest, restore=True)
        await self._writer.write(work.recorder, intent, work.leash)
        owners = await self._owners.give_back(work, restore)
        await self._prove(work, change, restore, owners)

    async def _found(self, work: Restoring) -> Manifest:
        """
        Return the object as it is; one that is being deleted, as we asked, can be made anew only when it is gone.
        """
        live = await work.leash.hold(self._read(work))
        if work.removed and is_being_deleted(live):
            return await self._when_gone(work, live)
        return live

    async def _read(self, work: Restoring) -> Manifest:
        """
        Return the object as it is, ABSENT when it does not exist.
        """
        try:
            return await self._cluster.read(work.subject, subresource=work.view)
        except TargetNotFound:
            return ABSENT

    async def _change(self, work: Restoring, live: Manifest, restore: Restore) -> Change:
        """
        Return the change that puts back: a patch, the removal of what we made, or what we removed made anew.
        """
        resource = await work.leash.hold(self._cluster.resource(work.subject))
        whole = restore.put_back[0].path == ()
        desired = (restore.put_back[0].after or ABSENT) if whole else work.snapshot
        action = CATALOGUE[work.step.action]
        return change_of(
            work.subject,
            resource,
            live=live,
            desired=ABSENT if desired is MISSING else desired,
            differences=restore.put_back,
            form=Form(options={"propagationPolicy": "Background"}),
            subresource=work.view or action.patched_at,
        )

    async def _prove(self, work: Restoring, change: Change, restore: Restore, owners: str) -> None:
        """
        Read the object once more: equal to the snapshot on every leaf that was ours, or it is residue.
        """
        if work.snapshot:
            live = await work.leash.hold(self._read(work))
        else:
            left = await self._when_gone(work, work.applied)
            if _is(left, work.applied):
                work.failed(str(Why.DEADLINE), deletion_told(left), left)
                return
            live = ABSENT
        unequal = _unequal(restore, work.snapshot, live)
        if unequal or restore.foreign:
            work.left_alone((*unequal, *restore.foreign), live)
            return
        work.proven(change, restore, owners=owners)

    async def _when_gone(self, work: Restoring, leaving: Manifest) -> Manifest:
        """
        Return what there is when an object is gone: ABSENT, or another one of its name; at the limit, what still is.
        """
        last = leaving

        async def wait() -> Manifest:
            nonlocal last
            async with aclosing(self._cluster.watch(work.subject, subresource=work.view)) as states:
                async for live in states:
                    if live is None or not _is(live, leaving):
                        return live or ABSENT
                    last = live
            raise ClusterUnavailable(f"{work.name}: the watch of its deletion ended")

        try:
            return await work.leash.hold(wait())
        except Stopped as stopped:
            if stopped.why is not Why.DEADLINE:
                raise
            return last


def _unequal(restore: Restore, snapshot: Manifest, live: Manifest) -> tuple[Path, ...]:
    if restore.proven != WHOLE:
        return still_differs(restore.proven, snapshot, live)
    return tuple(each.path for each in differences(snapshot, live))


def _is(one: Manifest, other: Manifest) -> bool:
    return bool(one) and bool(one["metadata"]["uid"] == other["metadata"]["uid"])
