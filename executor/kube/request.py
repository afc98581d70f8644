"""
Owns the request: one thing to be sent to the API server, as a plain value before it leaves.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from executor.core.model import Json
from executor.kube.attempt import Attempt

READ_TIMEOUT_SECONDS = 15.0
WRITE_TIMEOUT_SECONDS = 40.0
"""The API server ends a write itself after 34 s and says so; only an answer that is lost takes longer."""

Parameters = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Request:
    """
    One request. `parameters` are those of its query, `body` is JSON, sent as `content_type`.
    """

    attempt: Attempt
    method: str
    path: str
    parameters: Parameters = ()
    seconds: float = READ_TIMEOUT_SECONDS
    content_type: str | None = None
    body: Json = None
