"""
Owns what a run must hold alone before it starts.
"""

from executor.core.actions import CATALOGUE
from executor.core.plan import Plan


def claims_of(plan: Plan) -> tuple[str, ...]:
    """
    Return the keys a run claims, sorted, each once: one for every target (`deployment/shop/web`) that it may change.
    """
    changing = (step for step in plan.steps if not CATALOGUE[step.action].only_looks)
    return tuple(sorted({str(step.target) for step in changing if step.target is not None}))
