"""
Owns what callers read of runs, and their cancelling.
"""

import asyncio
from typing import Any

from aiohttp import ETag, web
from pydantic import Field, ValidationError

from executor.api.bodies import json_document
from executor.api.closing import or_closing
from executor.api.errors import InvalidRequest
from executor.api.keys import CALLER, SERVICE
from executor.api.leaving import finished
from executor.api.places import run_id, step_id
from executor.api.queries import NoQuery, RunQuery, RunsQuery, read_query
from executor.api.respond import json_response, page
from executor.core.errors import Problem
from executor.core.model import Value
from executor.core.validation import problems_of
from executor.engine.ports import RunFilter


class ControlBody(Value):
    """
    The body of a control request: people read the reason in the audit trail.
    """

    reason: str = Field(min_length=1, max_length=2000)


async def list_runs(request: web.Request) -> web.StreamResponse:
    """
    List runs, newest first and without their steps.
    """
    query = read_query(request, RunsQuery)
    wanted = [(key, value) for key, _, value in (label.partition("=") for label in query.label)]
    labels = dict(wanted)
    if any(labels[key] != value for key, value in wanted):
        return page([], None)  # no label has two values, so nothing matches both
    selected = RunFilter(phase=query.phase, namespace=query.namespace, caller=query.caller, labels=labels)
    try:
        runs, next_cursor = await request.app[SERVICE].list_runs(selected, limit=query.limit, cursor=query.cursor)
    except ValueError:
        problem = Problem("/query/cursor", "bad_cursor", "must be a next_cursor of this list, with the same filters")
        raise InvalidRequest("the request's query cannot be taken", (problem,)) from None
    return page(runs, next_cursor)


async def show_run(request: web.Request) -> web.StreamResponse:
    """
    Show one run; with `wait=terminal` when it has ended or the time is over.
    """
    query = read_query(request, RunQuery)
    service, run = request.app[SERVICE], run_id(request)
    if query.wait is None:
        view = await service.run(run)
    else:
        waiting = asyncio.ensure_future(service.wait_for_end(run, timeout_seconds=query.timeout_seconds))
        view = waiting.result() if await or_closing(request.app, waiting) else await service.run(run)
    return _versioned(request, view)


async def show_step(request: web.Request) -> web.StreamResponse:
    """
    Show one step in full.
    """
    read_query(request, NoQuery)
    return json_response(await request.app[SERVICE].step(run_id(request), step_id(request)))


async def cancel(request: web.Request) -> web.StreamResponse:
    """
    Ask a run to end: no step and no write begins any more, then the plan's rollback strategy applies.
    """
    read_query(request, NoQuery)
    run, document = run_id(request), await json_document(request)
    try:
        body = ControlBody.model_validate(document)
    except ValidationError as error:
        raise InvalidRequest("the request's body cannot be taken", tuple(problems_of(error))) from None
    view = await finished(request.app[SERVICE].cancel(run, reason=body.reason, caller=request[CALLER]))
    return json_response(view, status=202)


def _versioned(request: web.Request, view: dict[str, Any]) -> web.Response:
    version = str(view["version"])
    headers = {"ETag": f'"{version}"', "Cache-Control": "private, no-cache"}
    known = request.if_none_match or ()
    if any(tag.value in {version, "*"} for tag in known if isinstance(tag, ETag)):
        return web.Response(status=304, headers=headers)
    return json_response(view, headers=headers)
