"""
Owns what callers read of decisions: one, and pages of them.
"""

import asyncio

from aiohttp import web

from executor.api.errors import InvalidRequest
from executor.api.keys import SERVICE
from executor.api.places import decision_id
from executor.api.queries import DecisionsQuery, NoQuery, read_query
from executor.api.respond import json_response, page_of_texts
from executor.core.errors import Problem
from executor.engine.ports import DecisionFilter


async def list_decisions(request: web.Request) -> web.StreamResponse:
    """
    List decisions, newest first, each whole and with the input it was made on.
    """
    query = read_query(request, DecisionsQuery)
    selected = DecisionFilter(since=query.since, stage=query.stage, effect=query.effect, run=query.run)
    try:
        found, cursor = await request.app[SERVICE].list_decisions(selected, limit=query.limit, cursor=query.cursor)
    except ValueError:
        problem = Problem("/query/cursor", "bad_cursor", "must be a next_cursor of this list, with the same filters")
        raise InvalidRequest("the request's query cannot be taken", (problem,)) from None
    # A page is megabytes: encoded beside the event loop, in which runs go on.
    return page_of_texts(await asyncio.to_thread(lambda: [one.model_dump_json() for one in found]), cursor)


async def show_decision(request: web.Request) -> web.StreamResponse:
    """
    Show one decision, with the input it was made on.
    """
    read_query(request, NoQuery)
    return json_response(await request.app[SERVICE].decision(decision_id(request)))
