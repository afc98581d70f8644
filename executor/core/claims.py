"""
Owns what a run must hold alone before it starts.
"""

from executor.core.plan import Plan


def claims_of(plan: Plan) -> tuple[str, ...]:
    """
    Return the keys a run claims, sorted, each once: one for every target (`deployment/shop/web`).
    """
    return tuple(sorted({str(step.target) for step in plan.steps if step.target is not None}))
