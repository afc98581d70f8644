"""
Owns the entries of a ConfigMap's or Secret's data as parameters of actions: texts, binary values, and what is removed.

Source of the limits: Kubernetes, pkg/apis/core/validation (`ValidateConfigMap`, `ValidateSecret`).
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError

from executor.core.entries import MAX_ENTRIES, entry_problems
from executor.core.errors import Unusable
from executor.core.fingerprint import is_fingerprint
from executor.core.model import Manifest, Value
from executor.core.names import DataKey
from executor.core.target import Target

MAX_BYTES = 1024 * 1024
"""All values of an object together; so the API server has it."""

_MAX_BASE64 = MAX_BYTES * 4 // 3 + 4


def _checked(text: str, info: ValidationInfo) -> str:
    recorded = isinstance(info.context, Mapping) and info.context.get("recorded") is True
    if recorded and is_fingerprint(text):
        return text
    try:
        canonical = encoded(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        canonical = None
    if canonical != text:
        # The API server would keep another spelling of the same bytes, and that would look like somebody's change.
        raise PydanticCustomError("base64", "Input should be base64 as RFC 4648 has it, padded and without line ends")
    return text


Text = Annotated[str, StringConstraints(max_length=MAX_BYTES)]
Base64 = Annotated[str, StringConstraints(max_length=_MAX_BASE64), AfterValidator(_checked)]
"""Bytes in their one canonical spelling; in a recorded plan the fingerprint of that."""


class DataEntries(Value):
    """
    Entries of the data; what is not named stays.
    """

    set: Annotated[dict[DataKey, Text], Field(default_factory=dict, max_length=MAX_ENTRIES, description="key → text")]
    set_binary: Annotated[
        dict[DataKey, Base64], Field(default_factory=dict, max_length=MAX_ENTRIES, description="key → bytes in base64")
    ]
    unset: Annotated[list[DataKey], Field(default_factory=list, max_length=MAX_ENTRIES, description="keys to remove")]


def data_problems(_: Target | None, parameters: DataEntries) -> Iterator[tuple[str, str]]:
    """
    Yield what is wrong with the entries taken together: (parameter, sentence).
    """
    yield from entry_problems({**parameters.set, **parameters.set_binary}, parameters.unset)
    if both := sorted({*parameters.set} & {*parameters.set_binary}):
        yield "set_binary", f"must not name what is set as well: {', '.join(both)}"
    if _bytes_in(parameters.set, parameters.set_binary) > MAX_BYTES:
        yield "", "must not hold more than 1 MiB"


def refuse_unchangeable(live: Manifest) -> None:
    """
    Raise Unusable for an object whose data can never change again.
    """
    if live.get("immutable"):
        raise Unusable("it is immutable: make another one and let its users refer to that")


def refuse_too_large(texts: Mapping[str, str], binaries: Mapping[str, str]) -> None:
    """
    Raise Unusable for data that the API server would not take.
    """
    if _bytes_in(texts, binaries) > MAX_BYTES:
        raise Unusable("its data would be more than 1 MiB")


def encoded(data: bytes) -> str:
    """
    Return bytes as base64 text.
    """
    return base64.b64encode(data).decode("ascii")


def _bytes_in(texts: Mapping[str, str], binaries: Mapping[str, str]) -> int:
    padding = sum(text.count("=") for text in binaries.values())
    return sum(len(text.encode()) for text in texts.values()) + sum(map(len, binaries.values())) * 3 // 4 - padding
