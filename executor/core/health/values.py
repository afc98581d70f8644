"""
Owns what is answered about an object: how far it is, and what keeps it from getting there.
"""

from dataclasses import dataclass
from enum import StrEnum


class HealthState(StrEnum):
    """
    Where an object is on its way to what its spec asks for.
    """

    CURRENT = "current"
    IN_PROGRESS = "in_progress"
    FAILED = "failed"
    TERMINATING = "terminating"


@dataclass(frozen=True, slots=True)
class Health:
    """
    A state and the sentence that explains it.
    """

    state: HealthState
    message: str

    @property
    def is_current(self) -> bool:
        """
        Tell if the object is what its spec asks for.
        """
        return self.state is HealthState.CURRENT

    @property
    def is_failed(self) -> bool:
        """
        Tell if waiting longer cannot help.
        """
        return self.state in {HealthState.FAILED, HealthState.TERMINATING}


def current(message: str) -> Health:
    """
    Answer that the object is what its spec asks for.
    """
    return Health(HealthState.CURRENT, message)


def waiting(message: str) -> Health:
    """
    Answer that the object is on its way.
    """
    return Health(HealthState.IN_PROGRESS, message)


def failed(message: str) -> Health:
    """
    Answer that waiting longer cannot help.
    """
    return Health(HealthState.FAILED, message)


@dataclass(frozen=True, slots=True)
class Trouble:
    """
    Why an object will not get there.

    `reason` is Kubernetes' own word and stays the same as long as the trouble does; `message` is a sentence for people.
    Trouble that lasts longer than `patience_seconds` is not expected to go away; with 0 it is final.
    """

    reason: str
    message: str
    patience_seconds: float
