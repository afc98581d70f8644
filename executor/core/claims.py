"""
Owns what a run must hold alone before it starts.
"""

from collections.abc import Iterable, Iterator

from executor.core.actions import CATALOGUE
from executor.core.plan import Plan
from executor.core.target import Target


def claims_of(plan: Plan, *, above: Iterable[Target] = ()) -> tuple[str, ...]:
    """
    Return the keys a run claims, sorted, each once: one for every target (`deployment/shop/web`) that it may change.

    `above` are the owners of its pods, which the plan alone does not tell.
    """
    return tuple(sorted({str(target) for target in (*_changed(plan), *above)}))


def changed_pods(plan: Plan) -> tuple[Target, ...]:
    """
    Return the pods that a plan may change, each once.
    """
    return tuple(dict.fromkeys(each for each in _changed(plan) if each.kind == "Pod" and each.api_version is None))


def _changed(plan: Plan) -> Iterator[Target]:
    for step in plan.steps:
        if step.target is not None and not CATALOGUE[step.action].only_looks:
            yield step.target
