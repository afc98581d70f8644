"""
Owns the health of a PersistentVolumeClaim.

Beyond kstatus: a claim whose volume is lost has failed, since nothing brings the data back by waiting.
"""

from executor.core.health.reading import mapping, status, text
from executor.core.health.values import Health, current, failed, waiting
from executor.core.health.wording import because, cut, one_line
from executor.core.model import Manifest


def claim(manifest: Manifest) -> Health:
    """
    Judge a PersistentVolumeClaim: bound to a volume.
    """
    match text(status(manifest), "phase"):
        case "Bound":
            capacity = cut(one_line(text(mapping(status(manifest), "capacity"), "storage")))
            return current(f"the claim is bound to a volume of {capacity}" if capacity else "the claim is bound")
        case "Lost":
            return failed("the claim has lost its volume")
        case phase:
            return waiting(f"the claim is not bound to a volume yet{because(phase)}")
