"""
Owns the way from a request's bytes to one document: size, content type, encoding, syntax; what it means comes later.
"""

import asyncio

from aiohttp import web

from executor.api.errors import BodyTooLarge, MalformedBody, UnsupportedMediaType
from executor.api.json_text import parse_json
from executor.api.tree import problems_in
from executor.api.yaml_text import parse_yaml
from executor.core.model import Json

MAX_BYTES = 1024 * 1024
JSON_TYPE = "application/json"
YAML_TYPE = "application/yaml"

_ARRIVAL_SECONDS = 30.0
"""A body that takes longer than this is a stalled sender; 1 MiB needs less on any link that a person would use."""

_THREAD_BYTES = 32 * 1024
"""Above this size parsing takes milliseconds, which other requests should not wait for."""

_PARSERS = {JSON_TYPE: parse_json, YAML_TYPE: parse_yaml}


async def plan_document(request: web.Request) -> Json:
    """
    Return the document of a request that carries a plan, as JSON or YAML.
    """
    return await _document(request, (JSON_TYPE, YAML_TYPE))


async def json_document(request: web.Request) -> Json:
    """
    Return the document of a request that carries anything else: JSON only.
    """
    return await _document(request, (JSON_TYPE,))


async def _document(request: web.Request, taken: tuple[str, ...]) -> Json:
    content_type = _content_type(request, taken)
    body = await _read(request)
    if len(body) < _THREAD_BYTES:
        return parse(body, content_type)
    return await asyncio.to_thread(parse, body, content_type)


def parse(body: bytes, content_type: str) -> Json:
    """
    Return the document that bytes of a content type hold; raises MalformedBody with every place that is wrong.
    """
    try:
        text = body.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise MalformedBody(f"the body is not UTF-8: byte {error.start} begins no character") from None
    if not text.strip():
        raise MalformedBody("the body is empty: send one document")
    tree = _PARSERS[content_type](text)
    problems = problems_in(tree)
    if problems:
        raise MalformedBody("the body holds what no document may hold", problems)
    return tree


def _content_type(request: web.Request, taken: tuple[str, ...]) -> str:
    content_type = request.content_type
    choices = " or ".join(taken)
    if content_type not in taken:
        raise UnsupportedMediaType(f"send the body as {choices}, and say so in Content-Type")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType(f"send the body as plain {choices}, without Content-Encoding")
    charset = request.charset
    if charset is not None and charset.lower() not in {"utf-8", "utf8"}:
        raise UnsupportedMediaType(f"send the body as {choices} in UTF-8")
    return content_type


async def _read(request: web.Request) -> bytes:
    # What is left of a body that is too large is drained by the server behind the answer (`server.py`), so that a
    # client that sends all before it reads gets the answer and no reset.
    if (request.content_length or 0) > MAX_BYTES:
        raise _too_large()
    body = bytearray()
    try:
        async with asyncio.timeout(_ARRIVAL_SECONDS):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise _too_large()
    except TimeoutError:
        raise MalformedBody(f"the body did not arrive within {_ARRIVAL_SECONDS:g} seconds") from None
    except web.RequestPayloadError:
        raise MalformedBody("the body is not what its Transfer-Encoding says") from None
    return bytes(body)


def _too_large() -> BodyTooLarge:
    return BodyTooLarge(f"the body is larger than 1 MiB ({MAX_BYTES:,} bytes)")
