"""
Owns the promise a step may make: it changes these paths and no other.
"""

from typing import Annotated

from pydantic import Field, StringConstraints

from executor.core.model import Value

Pointer = Annotated[str, StringConstraints(pattern=r"^(/([^/~]|~[01])*)*$", max_length=1024)]
"""A JSON Pointer (RFC 6901): empty for the whole object, else each part behind a slash."""

MAX_PATHS = 64


class Expectation(Value):
    """
    What a step is expected to change. Each path also stands for what is below it.
    """

    paths: tuple[Pointer, ...]


class ExpectationDocument(Value):
    """
    The shape in which a plan states it.
    """

    paths: list[Pointer] = Field(
        min_length=1,
        max_length=MAX_PATHS,
        description="JSON Pointers, as a diff shows them; the preview may change these and what is below them, and no "
        "other path",
    )
