"""
Owns how the OpenAPI document is served: made once, when the application is built.
"""

from aiohttp import web

from executor.api.keys import DOCUMENT
from executor.api.respond import JSON_TYPE


async def show_openapi(request: web.Request) -> web.StreamResponse:
    """
    Describe this API (OpenAPI 3.1).
    """
    return web.Response(body=request.app[DOCUMENT], content_type=JSON_TYPE)
