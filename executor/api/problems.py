"""
Owns the one table from error to status and code, and the RFC 9457 document every refusal is answered with.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import structlog
from aiohttp import web

from executor.api import errors as api
from executor.api.keys import request_id
from executor.api.respond import json_bytes
from executor.core import errors as core

PROBLEM_TYPE = "application/problem+json"
_log = structlog.get_logger("executor.api")


@dataclass(frozen=True, slots=True)
class Kind:
    """
    One kind of refusal: `code` for programs, `title` for people, and after how many seconds to try again, if ever.
    """

    code: str
    status: int
    title: str
    retry_after_seconds: int | None = None


KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("malformed_body", 400, "The body cannot be read"),
        Kind("invalid_request", 400, "The request is not valid"),
        Kind("unauthenticated", 401, "A token is needed"),
        Kind("forbidden", 403, "This is not permitted"),
        Kind("not_found", 404, "There is nothing here"),
        Kind("method_not_allowed", 405, "The method is not allowed here"),
        Kind("idempotency_conflict", 409, "The idempotency key was used with another plan"),
        Kind("wrong_phase", 409, "The run's phase does not allow this"),
        Kind("precondition_failed", 412, "This is bound to another state"),
        Kind("body_too_large", 413, "The body is too large"),
        Kind("unsupported_media_type", 415, "The content type is not taken here"),
        Kind("invalid_plan", 422, "The plan is not valid"),
        Kind("internal", 500, "The executor failed"),
        Kind("overloaded", 503, "The store cannot take more now", retry_after_seconds=1),
        Kind("policy_unavailable", 503, "No policy is loaded", retry_after_seconds=2),
        Kind("cluster_unavailable", 503, "The cluster cannot be reached", retry_after_seconds=2),
    )
}

_CODES: Mapping[type[BaseException], str] = {
    api.MalformedBody: "malformed_body",
    api.InvalidRequest: "invalid_request",
    api.UnsupportedMediaType: "unsupported_media_type",
    api.BodyTooLarge: "body_too_large",
    api.Unauthenticated: "unauthenticated",
    core.PlanInvalid: "invalid_plan",
    core.PolicyUnavailable: "policy_unavailable",
    core.WrongPhase: "wrong_phase",
    core.DigestMismatch: "precondition_failed",
    core.ApprovalsNotTaken: "forbidden",
    core.IdempotencyConflict: "idempotency_conflict",
    core.RunNotFound: "not_found",
    core.StepNotFound: "not_found",
    core.DecisionNotFound: "not_found",
    core.StoreUnavailable: "overloaded",
    core.ClusterUnavailable: "cluster_unavailable",
    core.Throttled: "cluster_unavailable",
    web.HTTPNotFound: "not_found",
    web.HTTPMethodNotAllowed: "method_not_allowed",
    web.HTTPRequestEntityTooLarge: "body_too_large",
    web.HTTPClientError: "invalid_request",
}
"""An error's own class or the nearest of its bases; whatever is not listed is a defect of ours: 500."""

_LIBRARY_DETAILS: Mapping[str, str] = {
    "not_found": "no route of this API has this path; GET /openapi.json lists them all",
    "method_not_allowed": "this path takes the methods that the Allow header lists",
    "body_too_large": "the body is larger than this server takes",
    "invalid_request": "this is not a request that this server can read",
}
_INTERNAL_DETAIL = "this is a defect of the executor; its log tells more under this request id"


def kind_of(error: BaseException) -> Kind:
    """
    Return how an error is answered.
    """
    return next((KINDS[_CODES[base]] for base in type(error).__mro__ if base in _CODES), KINDS["internal"])


def problem_response(request: web.BaseRequest, error: BaseException) -> web.Response:
    """
    Return the answer to a failed request; one that is nobody's fault but ours is logged with its traceback.
    """
    kind = kind_of(error)
    if kind.code == "internal":
        _log.error(
            "a request met a defect",
            action="request_failed",
            request_id=request_id(request),
            method=request.method,
            exc_info=error,
        )
    body = {
        "type": f"/problems/{kind.code}",
        "title": kind.title,
        "status": kind.status,
        "detail": _detail(kind, error),
        "code": kind.code,
        "request_id": request_id(request),
        **_extensions(error),
    }
    return web.Response(
        body=json_bytes(body), status=kind.status, content_type=PROBLEM_TYPE, headers=_headers(request, kind, error)
    )


def _detail(kind: Kind, error: BaseException) -> str:
    if kind.code == "internal":
        return _INTERNAL_DETAIL
    # A library's sentence may repeat what was sent; ours never do.
    return str(error) if isinstance(error, core.ExecutorError) else _LIBRARY_DETAILS[kind.code]


def _extensions(error: BaseException) -> dict[str, Any]:
    if isinstance(error, core.WrongPhase):
        return {"phase": error.phase}
    problems = error.problems if isinstance(error, core.PlanInvalid | api.RequestError) else ()
    return {"errors": [asdict(problem) for problem in problems]} if problems else {}


def _headers(request: web.BaseRequest, kind: Kind, error: BaseException) -> dict[str, str]:
    headers = {"X-Request-Id": request_id(request)}
    if kind.status == web.HTTPUnauthorized.status_code:
        headers["WWW-Authenticate"] = "Bearer"
    if kind.retry_after_seconds is not None:
        headers["Retry-After"] = str(kind.retry_after_seconds)
    if isinstance(error, web.HTTPMethodNotAllowed):
        headers["Allow"] = ", ".join(sorted(error.allowed_methods))
    return headers
