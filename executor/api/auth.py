"""
Owns who is asking: a bearer token names its caller; what is not marked public needs one.
"""

import hashlib
import hmac
from collections.abc import Collection, Mapping

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from executor.api.errors import Unauthenticated
from executor.api.keys import CALLER

_HINT = "send the header Authorization: Bearer with a token of this server (EXECUTOR_TOKEN, or the state directory's)"


def authenticate(tokens: Mapping[str, str], *, public: Collection[str]) -> Middleware:
    """
    Return the middleware that lets in who holds one of the tokens (token → caller); `public` paths need none.

    Paths that lead nowhere answer 404 to everyone, except under /v1, where nobody without a token learns what exists.
    """
    callers = [(_fingerprint(token), caller) for token, caller in tokens.items()]

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if _needs_token(request, public):
            request[CALLER] = _caller(request, callers)
        return await handler(request)

    return middleware


def _needs_token(request: web.Request, public: Collection[str]) -> bool:
    resource = request.match_info.route.resource
    if resource is not None:
        return resource.canonical not in public
    return request.path not in public and (request.path + "/").startswith("/v1/")


def _caller(request: web.Request, callers: list[tuple[bytes, str]]) -> str:
    headers = request.headers.getall(hdrs.AUTHORIZATION, [])
    if not headers:
        raise Unauthenticated(f"the request carries no token: {_HINT}")
    scheme, _, token = headers[0].partition(" ")
    if len(headers) > 1 or scheme.lower() != "bearer":
        raise Unauthenticated(f"the request's Authorization is not one bearer token: {_HINT}")
    given = _fingerprint(token.strip())
    # Every token is compared, whichever fits, and each comparison takes the same time.
    fitting = [caller for fingerprint, caller in callers if hmac.compare_digest(fingerprint, given)]
    if not fitting:
        raise Unauthenticated(f"the token is not one of this server's: {_HINT}")
    return fitting[0]


def _fingerprint(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
