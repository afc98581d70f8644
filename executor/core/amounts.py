"""
Owns quantities as parameters of actions: checked when a plan is read, spelled as the API server keeps them.
"""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from executor.core.quantity import MAX_CHARACTERS, quantity, spelled


def _checked(text: str) -> str:
    try:
        number = quantity(text)
    except ValueError as error:
        raise PydanticCustomError("quantity", "Input should be a quantity such as 500m, 2 or 1.5Gi") from error
    if number < 0:
        raise PydanticCustomError("quantity", "Input should not be negative")
    return text


Amount = Annotated[str, StringConstraints(max_length=MAX_CHARACTERS), AfterValidator(_checked)]
"""A quantity that is not negative."""


def canonical(text: str) -> str:
    """
    Return a quantity as the API server writes it: `1Gi` for `1024Mi`, so that its answer equals what was asked for.
    """
    return spelled(quantity(text), like=text)


def as_asked(present: str | None, wanted: str) -> str:
    """
    Return what is present where that is the same amount, else what is wanted in the API server's spelling.
    """
    if present is not None and quantity(present) == quantity(wanted):
        return present
    return canonical(wanted)
