"""
Owns what is kept of logs and events that a step reads: the newest, within bounds, without what looks like a credential.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from executor.core.facts import PodFact, pod_facts
from executor.core.facts.pods import pod_selector
from executor.core.health.wording import cut, one_line
from executor.core.model import Manifest
from executor.core.query import Query
from executor.core.scrub import scrub
from executor.core.target import Target

MAX_PODS = 10
MAX_LOGS = 40
"""Pods of many containers: a log of which a few lines fit is of no use to anybody."""

MAX_EVENTS = 50
MAX_BYTES = 64 * 1024
"""Of all texts of a step together; the event log keeps them for good."""

MAX_LOG_BYTES = 32 * 1024
_DEFAULT_NAMESPACE = "default"
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)(?: |$)")


@dataclass(frozen=True, slots=True)
class Log:
    """
    The log of one container, as far as it is kept. `cut` tells that lines before it were left out for their size.
    """

    pod: str
    container: str
    text: str
    cut: bool = False

    def as_json(self) -> dict[str, Any]:
        """
        Return it as a step's `observed` spells it.
        """
        return {"pod": self.pod, "container": self.container, "text": self.text, "cut": self.cut}


def events_of(target: Target) -> Query:
    """
    Return the question for the events about an object; those about one without a namespace are kept in `default`.
    """
    fields = {"involvedObject.kind": target.kind, "involvedObject.name": target.name}
    return Query("Event", target.namespace or _DEFAULT_NAMESPACE, fields=fields)


def pods_behind(target: Target, live: Manifest) -> Query | None:
    """
    Return the question for the pods whose logs tell of an object, or None for one that has no pods.
    """
    if target.kind == "Pod":
        return Query("Pod", target.namespace, target.name)
    selector = pod_selector(live)
    if selector is None or target.namespace is None or target.kind in {"Service", "PodDisruptionBudget"}:
        return None
    return Query("Pod", target.namespace, selector=selector)


def chosen(pods: Iterable[Manifest]) -> list[Manifest]:
    """
    Return the pods whose logs are worth most: those in trouble first, and of equal ones the newest.
    """
    found = list(pods)
    newest = sorted(found, key=lambda each: str(each["metadata"].get("creationTimestamp", "")), reverse=True)
    return [pod for pod, _ in sorted(zip(newest, pod_facts(newest), strict=True), key=_trouble)][:MAX_PODS]


def _trouble(each: tuple[Manifest, PodFact]) -> tuple[bool, int]:
    fact = each[1]
    return fact.ready, -fact.restarts


def containers_of(pod: Manifest) -> list[str]:
    """
    Return the names of the containers of a pod that may have a log.
    """
    spec = pod.get("spec") or {}
    lists = (spec.get(key) or () for key in ("initContainers", "containers", "ephemeralContainers"))
    return [each["name"] for containers in lists for each in containers]


def told_events(events: Iterable[Manifest]) -> list[dict[str, Any]]:
    """
    Return the newest events, oldest first, as a step's `observed` spells them.
    """
    told = sorted((_event(each) for each in events), key=lambda each: str(each["at"]))
    return told[-MAX_EVENTS:]


def _event(event: Manifest) -> dict[str, Any]:
    times = (event.get(key) for key in ("lastTimestamp", "eventTime", "firstTimestamp"))
    at = next((each for each in times if each), event["metadata"].get("creationTimestamp"))
    return {
        "at": at,
        "type": event.get("type"),
        "reason": event.get("reason"),
        "message": cut(one_line(scrub(str(event.get("message") or "")))),
        "count": event.get("count") or (event.get("series") or {}).get("count") or 1,
    }


def kept(logs: Sequence[Log], *, max_bytes: int) -> list[Log]:
    """
    Return logs without credentials, their newest lines within so many bytes of UTF-8 together.

    A log that was cut may begin in the middle of a line; that part is left out, since a credential may begin before it.
    """
    clean = [Log(each.pod, each.container, scrub(_whole_lines(each.text)), each.cut) for each in logs]
    sizes = [len(each.text.encode()) for each in clean]
    shares = shares_of(sizes, max_bytes)
    return [
        each if size <= share else Log(each.pod, each.container, _end_of(each.text, share), cut=True)
        for each, size, share in zip(clean, sizes, shares, strict=True)
    ]


def shares_of(sizes: Sequence[int], total: int) -> list[int]:
    """
    Return what each may have of a total: all it wants where that is little, and an equal part of the rest otherwise.
    """
    shares = [0] * len(sizes)
    left, waiting = total, sorted(range(len(sizes)), key=lambda each: sizes[each])
    for done, each in enumerate(waiting):
        shares[each] = min(sizes[each], left // (len(waiting) - done))
        left -= shares[each]
    return shares


def _whole_lines(text: str) -> str:
    """
    Every line of a log begins with its time; what does not, at the beginning, is the rest of a line.
    """
    if _STAMP.match(text):
        return text
    return text.partition("\n")[2]


def _end_of(text: str, size: int) -> str:
    end = text.encode()[-size:] if size else b""
    return end.decode("utf-8", "ignore").partition("\n")[2]


def lines_of(logs: Iterable[Log]) -> int:
    """
    Return how many lines there are in all.
    """
    return sum(len(each.text.splitlines()) for each in logs)
