"""
Owns how a value becomes a response.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from executor.core.model import Json

JSON_TYPE = "application/json"


def json_bytes(value: Json) -> bytes:
    """
    Return JSON as it is sent: UTF-8, and a `?` for half a surrogate pair, which UTF-8 cannot carry.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def json_response(value: Json, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """
    Return a JSON answer.
    """
    return web.Response(body=json_bytes(value), status=status, headers=headers, content_type=JSON_TYPE)


def page(items: Sequence[Any], next_cursor: str | None) -> web.Response:
    """
    Return a list as every list is answered.
    """
    return json_response({"items": list(items), "next_cursor": next_cursor})


def page_of_texts(items: Sequence[str], next_cursor: str | None) -> web.Response:
    """
    Return a list whose items are JSON already.
    """
    text = f'{{"items":[{",".join(items)}],"next_cursor":{json.dumps(next_cursor)}}}'
    return web.Response(body=text.encode(), content_type=JSON_TYPE)
