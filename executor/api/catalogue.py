"""
Owns what callers can look up: the actions there are and the policy that judges them.
"""

from aiohttp import web

from executor.api.keys import SERVICE
from executor.api.queries import NoQuery, read_query
from executor.api.respond import json_response, page


async def list_actions(request: web.Request) -> web.StreamResponse:
    """
    List every action with its parameters, kinds and permissions.
    """
    read_query(request, NoQuery)
    return page(request.app[SERVICE].actions(), None)


async def show_policy(request: web.Request) -> web.StreamResponse:
    """
    Show what policy is loaded.
    """
    read_query(request, NoQuery)
    return json_response(request.app[SERVICE].policy())
