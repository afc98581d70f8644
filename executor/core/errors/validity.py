"""
Owns what the API server finds wrong with a change itself; fields only, never values.
"""

from typing import Unpack

from executor.core.errors.cluster import Answered, ClusterError


class ChangeInvalid(ClusterError):
    """
    The API server refused the change as invalid at `fields`, which are empty where it names none.
    """

    code = "invalid"

    def __init__(self, message: str, *, fields: tuple[str, ...] = (), **answered: Unpack[Answered]) -> None:
        super().__init__(message, **answered)
        self.fields = fields


class ImmutableField(ChangeInvalid):
    """
    The change is to fields that cannot change once the object exists.
    """

    code = "immutable_field"


class UnsupportedPatch(ClusterError):
    """
    The kind does not take this form of patch: custom resources know no strategic merge patch.
    """

    code = "unsupported_patch"
