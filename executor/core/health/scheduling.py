"""
Owns why a pod finds no node, in the scheduler's words.
"""

import re

from executor.core.health.reading import condition, metadata, text
from executor.core.health.values import Trouble
from executor.core.health.wording import because
from executor.core.model import Manifest

UNSCHEDULABLE_SECONDS = 90.0
"""An autoscaler sees the pod within some 10 s and takes about a minute to bring a node, as one that is just freed."""

_WORDS = ("Unschedulable", "SchedulerError")
"""Not `SchedulingGated`: there somebody holds the pod back on purpose."""

_TAINT = re.compile(r"(?<=taint )\{([\w./-]{1,317}: [\w.-]{0,63})\}")
"""Schedulers before 1.37 write a taint as other programs write an object, which would be cut."""


def scheduling_trouble(pod: Manifest) -> Trouble | None:
    """
    Return why a pod is not scheduled, or None where it is, or the scheduler has not tried.
    """
    why = why_unscheduled(pod)
    if why is None:
        return None
    return Trouble("Unschedulable", f"pod {text(metadata(pod), 'name')}: {why}", UNSCHEDULABLE_SECONDS)


def why_unscheduled(pod: Manifest) -> str | None:
    """
    Return the scheduler's sentence about a pod: how many nodes there are and why each does not take it.
    """
    scheduled = condition(pod, "PodScheduled")
    if scheduled is None or not scheduled.is_false or scheduled.reason not in _WORDS:
        return None
    why = _TAINT.sub(r"(\1)", scheduled.message)
    return f"no node takes it{because(scheduled.reason, why)}"
