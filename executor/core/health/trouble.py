"""
Owns the early reason why a change will not get there: told by its pods within seconds, not by its deadline.
"""

from collections.abc import Iterable, Iterator

from executor.core.health.condition_trouble import trouble_of_conditions
from executor.core.health.container_trouble import container_troubles
from executor.core.health.reading import is_being_deleted, metadata, text
from executor.core.health.scheduling import scheduling_trouble
from executor.core.health.values import Trouble
from executor.core.model import Manifest

__all__ = ["Trouble", "is_since", "trouble_of", "trouble_of_conditions"]

_TO_THE_SECOND = len("2026-11-23T11:24:06")


def trouble_of(pods: Iterable[Manifest], *, since: str | None) -> Trouble | None:
    """
    Return the trouble of a workload's pods that will be given up first, or None where no pod has any.

    Only pods made at or after `since` that are not being deleted count: an older one that crashes did so before our
    change. `since` is RFC 3339 UTC by the API server's clock; None lets all pods count.
    """
    counting = [each for each in pods if not is_being_deleted(each) and is_since(each, since)]
    found = sorted(_troubles(counting), key=lambda each: (each.patience_seconds, each.reason, each.message))
    return found[0] if found else None


def is_since(pod: Manifest, since: str | None) -> bool:
    """
    Tell if a pod was made at or after a time.

    Compared to the second, because the API server keeps no more; so a pod made in the very second of a change counts
    as made after it.
    """
    created = text(metadata(pod), "creationTimestamp")
    return since is None or created[:_TO_THE_SECOND] >= since[:_TO_THE_SECOND]


def _troubles(pods: Iterable[Manifest]) -> Iterator[Trouble]:
    for each in pods:
        yield from container_troubles(each)
        if trouble := scheduling_trouble(each):
            yield trouble
