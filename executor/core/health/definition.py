"""
Owns the health of a CustomResourceDefinition.
"""

from executor.core.health.reading import conditions
from executor.core.health.values import Health, current, failed, waiting
from executor.core.health.wording import because
from executor.core.model import Manifest


def definition(manifest: Manifest) -> Health:
    """
    Judge a CustomResourceDefinition: its names are free, and the API server serves it.
    """
    for each in conditions(manifest):
        if each.kind == "NamesAccepted" and each.is_false:
            return failed(f"its names are taken{because(each.reason, each.message)}")
        if each.kind == "Established" and each.is_false and each.reason != "Installing":
            return failed(f"it cannot be served{because(each.reason, each.message)}")
        if each.kind == "Established" and each.is_true:
            return current("the API server serves it")
    return waiting("the API server does not serve it yet")
