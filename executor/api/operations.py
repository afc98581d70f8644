"""
Owns what one operation of the API is: how it is served and how it is described, in one value, so the two cannot differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp.typedefs import Handler
from pydantic import BaseModel

from executor.api.queries import Given, NoQuery

OF_EVERY_REQUEST = ("invalid_request", "internal")
OF_EVERY_TOKEN = ("unauthenticated",)
OF_EVERY_BODY = ("malformed_body", "body_too_large", "unsupported_media_type")


@dataclass(frozen=True, slots=True)
class Answer:
    """
    One good answer. `content` is media type → model (None where it is a text); `headers` is name → description.
    """

    status: int
    description: str
    content: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """
    One method on one path. `problems` are the codes it may refuse with, beside those that every operation has.

    `body` is media type → model, or a schema as it stands.
    """

    method: str
    path: str
    name: str
    handler: Handler
    answers: tuple[Answer, ...]
    problems: tuple[str, ...] = ()
    query: type[Given] = NoQuery
    headers: type[Given] = NoQuery
    body: Mapping[str, type[BaseModel] | str] = field(default_factory=dict)
    public: bool = False

    @property
    def summary(self) -> str:
        """
        Return the handler's first sentence: what the operation does is said once.
        """
        return " ".join((self.handler.__doc__ or "").split("\n\n")[0].split())

    @property
    def every_problem(self) -> tuple[str, ...]:
        """
        Return all codes this operation may refuse with.
        """
        of_token = () if self.public else OF_EVERY_TOKEN
        of_body = OF_EVERY_BODY if self.body else ()
        of_request = ("internal",) if self.public else OF_EVERY_REQUEST
        return (*of_request, *of_token, *of_body, *self.problems)
