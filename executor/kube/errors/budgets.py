"""
Owns what a disruption budget answers to an eviction.

https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
"""

import re
from functools import partial

from executor.core.errors import BudgetBlocked, BudgetsOverlap
from executor.kube.attempt import Attempt
from executor.kube.errors.explained import Explained
from executor.kube.refusal import Refusal

DISRUPTION_BUDGET = "DisruptionBudget"
OVERLAP = re.compile(r"\AThis pod has more than one PodDisruptionBudget")

WAIT_SECONDS = 5.0
"""When to come back where the server does not say: what kubectl drain waits."""

_BUDGET = re.compile(
    r"\AThe disruption budget ([a-z0-9.-]{1,253}) "
    r"(?:needs (\d{1,9}) healthy pods and has (\d{1,9}) currently|(is still being processed)|does not allow)"
)


def blocked(_: Attempt, refusal: Refusal) -> Explained:
    """
    Explain an eviction that a disruption budget blocks, with its numbers where the server gives them.
    """
    causes = (_BUDGET.match(cause.message) for cause in refusal.causes if cause.reason == DISRUPTION_BUDGET)
    said = next((each for each in causes if each), None)
    budget, needed, healthy, processed = said.groups() if said else ("", None, None, None)
    makes = partial(BudgetBlocked, budget=budget)
    named = f"disruption budget {budget}" if budget else "a disruption budget"
    if needed and healthy:
        makes = partial(BudgetBlocked, budget=budget, needed=int(needed), healthy=int(healthy))
        why = f"{named} needs {needed} healthy pods and has {healthy} now"
    elif processed:
        why = f"{named} has changed and its pods are being counted anew"
    else:
        why = f"{named} allows no eviction now"
    remedy = "Wait until more of its pods are healthy, or change the budget"
    return Explained(makes, why, remedy, retry_after_seconds=WAIT_SECONDS)


def overlap(_: Attempt, __: Refusal) -> Explained:
    """
    Explain a pod that two budgets match: the server answers 500 without a reason, and nothing was evicted.
    """
    why = "more than one disruption budget matches this pod, which the API server cannot evict then"
    return Explained(BudgetsOverlap, why, "Change the budgets so that one of them matches, or delete the pod")
