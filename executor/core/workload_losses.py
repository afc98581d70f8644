"""
Owns which pods a change of a workload takes away: by fewer replicas, by another template, or with the workload itself.
"""

from collections.abc import Iterator
from typing import Any

from executor.core.facts import Facts, pod_selector
from executor.core.health.reading import items, mapping
from executor.core.losses import NOTHING, Lost, Way, Workload, not_known, passes, stays_away, together
from executor.core.model import Json, Manifest
from executor.core.pod_losses import is_alive, why_unknown
from executor.core.rollout_pace import away_at_once, rolls
from executor.core.target import Target

_COUNTED = {
    "DaemonSet": (("status", "desiredNumberScheduled"), ("status", "currentNumberScheduled")),
    "Job": (("status", "active"),),
}
_ANY = (("spec", "replicas"), ("status", "replicas"))


def from_workload(subject: Target, before: Manifest, after: Manifest, facts: Facts) -> Lost:
    """
    Return what a change of a workload takes away, at most.

    How many pods it has is what it wants, what its status counts, or what was found, whichever is more.
    """
    pods = _pods(before, facts)
    if not after:
        if pods is None:
            return _uncounted(subject, facts)
        return stays_away(_workload(subject, pods), pods)
    gone = fewer(subject, before, after, facts)
    if not _begins_to_roll(before, after):
        return gone
    if pods is None:
        return _uncounted(subject, facts)
    left = pods - sum(loss.pods for loss in gone.losses)
    return together(gone, passes(_workload(subject, pods), left, away_at_once(after, left), Way.OWN))


def fewer(subject: Target, before: Manifest, after: Manifest, facts: Facts) -> Lost:
    """
    Return what fewer replicas take away: of a workload, of a Scale, or of whatever says `spec.replicas`.
    """
    had, wanted = mapping(before, "spec").get("replicas"), mapping(after, "spec").get("replicas")
    # A Scale leaves a count of zero out.
    before_count, after_count = _number(had) or 0, _number(wanted) or 0
    if had == wanted or after_count >= before_count:
        return NOTHING
    pods = max(before_count, _pods(before, facts) or 0)
    return stays_away(_workload(subject, pods), pods - after_count, Way.OWN)


def from_job(subject: Target, before: Manifest, after: Manifest, facts: Facts) -> Lost:
    """
    Return what the end, the suspension or fewer workers of a Job take away.
    """
    pods, workers = _pods(before, facts), _number(mapping(after, "spec").get("parallelism"))
    was_suspended = bool(mapping(before, "spec").get("suspend"))
    if not after or (mapping(after, "spec").get("suspend") and not was_suspended):
        return _uncounted(subject, facts) if pods is None else stays_away(_workload(subject, pods), pods)
    if pods is None or workers is None:
        return NOTHING
    return stays_away(_workload(subject, pods), pods - workers, Way.OWN)


def from_cron_job(subject: Target, before: Manifest, after: Manifest, _: Facts) -> Lost:
    """
    Return what the end of a CronJob takes away: the Jobs that run, whose pods nobody has counted.
    """
    if after or not items(mapping(before, "status"), "active"):
        return NOTHING
    return not_known(f"{subject}: the pods of its running Jobs go with it and were not counted")


def from_autoscaler(subject: Target, before: Manifest, after: Manifest, _: Facts) -> Lost:
    """
    Return what lower bounds of an autoscaler may take away: all replicas above the lower one that changes.

    One that is made takes nothing by itself: what it scales, and from where, is not among the facts.
    """
    if not before or not after:
        return NOTHING
    low, high = _bounds(before), _bounds(after)
    if high[0] >= low[0] and high[1] >= low[1] and _scaled(before) == _scaled(after):
        return NOTHING
    status = mapping(before, "status")
    present = [each for key in ("currentReplicas", "desiredReplicas") if (each := _number(status.get(key))) is not None]
    if not present or _scaled(before) != _scaled(after):
        return not_known(f"{subject}: how many replicas it would scale down from is not known")
    floor = high[0] if high[0] < low[0] else high[1]
    kind, name = (str(_scaled(after).get(key)) for key in ("kind", "name"))
    workload = Workload(f"{kind.lower()}/{subject.namespace}/{name}", subject.namespace, max(present))
    return stays_away(workload, max(present) - floor, Way.OWN)


def from_custom(subject: Target, before: Manifest, after: Manifest, facts: Facts) -> Lost:
    """
    Return what a change of a custom resource takes away.

    Only its operator knows its pace, and what else of it makes pods: another pod template, or its end, is taken to take
    all its pods at once; of other changes only fewer `spec.replicas` count. One that holds no pod and selects none is
    taken by its own count when it goes.
    """
    if after and _templates(before) == _templates(after):
        return fewer(subject, before, after, facts)
    pods = _alive(facts)
    if pods is not None:
        return stays_away(_workload(subject, pods), pods)
    counted = _pods(before, facts)
    if counted is None or pod_selector(before) is not None or _templates(before):
        return _uncounted(subject, facts)
    return stays_away(_workload(subject, counted), counted, Way.UNSEEN)


def _begins_to_roll(before: Manifest, after: Manifest) -> bool:
    other_template = mapping(before, "spec").get("template") != mapping(after, "spec").get("template")
    return rolls(after) and (other_template or not rolls(before))


def _pods(workload: Manifest, facts: Facts) -> int | None:
    places = _COUNTED.get(str(workload.get("kind")), _ANY)
    counts = [_number(mapping(workload, part).get(key)) for part, key in places]
    known = [count for count in (*counts, _alive(facts)) if count is not None]
    return max(known) if known else None


def _alive(facts: Facts) -> int | None:
    return None if facts.pods is None else sum(is_alive(pod) for pod in facts.pods)


def _workload(subject: Target, pods: int) -> Workload:
    return Workload(f"{subject.kind.lower()}/{subject.namespace}/{subject.name}", subject.namespace, pods)


def _uncounted(subject: Target, facts: Facts) -> Lost:
    return not_known(f"the pods of {subject} are not known: {why_unknown(facts, 'pods')}")


def _bounds(autoscaler: Manifest) -> tuple[int, int]:
    spec = mapping(autoscaler, "spec")
    low, high = _number(spec.get("minReplicas")), _number(spec.get("maxReplicas"))
    return 1 if low is None else low, 0 if high is None else high


def _scaled(autoscaler: Manifest) -> Any:
    return mapping(autoscaler, "spec", "scaleTargetRef")


def _number(value: Json) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _templates(manifest: Manifest) -> list[Json]:
    """
    Return the pods in an object, wherever they stand: what has a list of containers is one.
    """
    return list(_found({key: value for key, value in manifest.items() if key not in {"metadata", "status"}}))


def _found(document: Json) -> Iterator[Json]:
    if isinstance(document, dict) and isinstance(document.get("containers"), list):
        yield document
    elif isinstance(document, dict | list):
        for each in document.values() if isinstance(document, dict) else document:
            yield from _found(each)
