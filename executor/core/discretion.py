"""
Owns a plan without the values of Secrets that it was submitted with.
"""

from executor.core.actions import CATALOGUE
from executor.core.plan import Plan, Step


def discreet(plan: Plan, key: bytes) -> tuple[Plan, dict[str, str]]:
    """
    Return a plan whose steps hold fingerprints in place of a Secret's values, and those values by fingerprint.

    The plan's digest is that of the concealed one: it is shown to everybody, and one over the values would let a guess
    be confirmed. Equal plans still have equal digests, since equal values have equal fingerprints.
    """
    values: dict[str, str] = {}

    def concealed(step: Step) -> Step:
        if step.target is None:
            return step
        parameters, found = CATALOGUE[step.action].conceal(step.target, step.parameters, key)
        values.update(found)
        return step.model_copy(update={"parameters": parameters}) if found else step

    steps = tuple(concealed(step) for step in plan.steps)
    return (plan.model_copy(update={"steps": steps}) if values else plan), values
