"""
Owns the judgement of a write that restores: what the server says it would do, and what the policy says to that.
"""

from executor.core.actions import CATALOGUE
from executor.core.change import Change
from executor.core.diff import Difference, as_json, diff, differences, judge_requested
from executor.core.events import EventType
from executor.core.model import ABSENT, Manifest
from executor.core.paths import MISSING
from executor.core.policy import Decision, Stage
from executor.core.redact import redact
from executor.core.request import Evidence, asker_of, policy_request
from executor.core.restore import Restore
from executor.core.times import seconds_between
from executor.engine.asking import decided_data
from executor.engine.judge import dry_run_data
from executor.engine.ports import Answer, Clock, Cluster, PolicyGate
from executor.engine.restoring import Restoring

NOTHING = Restore((), (), ())
"""What a write asks for that changes no value."""


class RestoreJudge:
    """
    Judges restores at stage `rollback`. `redact_key` keys the fingerprints that stand for secret values.
    """

    def __init__(self, *, cluster: Cluster, gate: PolicyGate, clock: Clock, redact_key: bytes) -> None:
        self._cluster, self._gate, self._clock, self._key = cluster, gate, clock, redact_key

    async def judge(
        self, work: Restoring, change: Change, restore: Restore, *, live: Manifest, attempt: int
    ) -> tuple[Answer, Decision]:
        """
        Return the preview of a change and the decision about it, both recorded; raises ClusterError and Stopped.
        """
        preview = await work.leash.hold(self._cluster.dry_run(change))
        step, run = work.step, work.recorder.run
        found = judge_requested(
            differences(live, preview.manifest), _asked(restore), before=live, desired=_wanted(restore)
        )
        data = dry_run_data(change, live, preview, found, self._key)
        work.recorder.note(EventType.DRY_RUN_COMPLETED, {**data, "owners": restore is NOTHING}, step=step.id)
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
            snapshot_age_seconds=self._age_seconds(work.state.snapshot_at),
            attempt=attempt,
        )
        asker = asker_of(run)
        request = policy_request(Stage.ROLLBACK, self._clock.now(), asker, step, evidence)
        decision = await work.leash.hold(self._gate.decide(request, run=run.id, pinned=asker.revision))
        work.recorder.note(EventType.POLICY_DECIDED, decided_data(decision), step=step.id, decision=decision)
        return preview, decision

    def _age_seconds(self, taken_at: str | None) -> float | None:
        return None if taken_at is None else max(0.0, seconds_between(taken_at, self._clock.now()))


def _asked(restore: Restore) -> tuple[Difference, ...]:
    """
    Return what a restore asks for as a comparison finds it: an object made anew is compared leaf by leaf.
    """
    wanted = _wanted(restore)
    return diff(ABSENT, wanted) if wanted else restore.put_back


def _wanted(restore: Restore) -> Manifest:
    """
    Return the object that a restore makes anew, or ABSENT.
    """
    if not restore.put_back:
        return ABSENT
    first = restore.put_back[0]
    return first.after if first.path == () and first.before is MISSING else ABSENT
