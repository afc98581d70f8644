"""
Owns when the scale subresource of a workload shows the count that was asked for.
"""

from executor.core.health.reading import number, spec, status
from executor.core.health.values import Health, current, waiting
from executor.core.model import Manifest


def scaled(scale: Manifest) -> Health:
    """
    Judge an `autoscaling/v1` Scale: as many replicas as asked for. Whether they are ready it cannot tell.
    """
    wanted, there = number(spec(scale), "replicas"), number(status(scale), "replicas")
    told = f"{there} of {wanted} replicas are there"
    return current(told) if there == wanted else waiting(told)
