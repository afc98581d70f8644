"""
Owns what stands in a change's way because somebody else was there first: versions, names and owned fields.
"""

from dataclasses import dataclass
from typing import Unpack

from executor.core.errors.cluster import Answered, ClusterError


class TargetGone(ClusterError):
    """
    The target was deleted and another object has its name now.
    """

    code = "gone"


class TargetMoved(ClusterError):
    """
    The target changed between judgement and write; judge it again.
    """

    code = "conflict"


class AlreadyExists(ClusterError):
    """
    What was to be created exists; nothing was written.
    """

    code = "already_exists"


@dataclass(frozen=True, slots=True)
class FieldOwner:
    """
    A field manager and those of its fields that an apply would have changed, as `.spec.replicas`.
    """

    manager: str
    paths: tuple[str, ...]


class FieldConflict(ClusterError):
    """
    Server-side apply met fields of other managers; they are reported and never forced.
    """

    code = "field_conflict"

    def __init__(self, message: str, *, owners: tuple[FieldOwner, ...] = (), **answered: Unpack[Answered]) -> None:
        super().__init__(message, **answered)
        self.owners = owners
