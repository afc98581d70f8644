"""
Owns what callers do with plans: submit one, or have one judged without running it.
"""

from aiohttp import web

from executor.api.bodies import plan_document
from executor.api.keys import CALLER, SERVICE
from executor.api.leaving import finished
from executor.api.queries import NoQuery, SubmitHeaders, read_headers, read_query
from executor.api.respond import json_response
from executor.core.errors import ClusterUnavailable


async def submit(request: web.Request) -> web.StreamResponse:
    """
    Take a plan: 202 and the run it makes, or 200 and the run that this idempotency key made before.
    """
    read_query(request, NoQuery)
    key = read_headers(request, SubmitHeaders).idempotency_key
    document = await plan_document(request)
    service, caller = request.app[SERVICE], request[CALLER]
    submitted = await finished(service.submit(document, caller=caller, idempotency_key=key))
    view = submitted.view
    headers = {"Location": f"/v1/runs/{view['id']}", "ETag": f'"{view["version"]}"'}
    return json_response(view, status=202 if submitted.created else 200, headers=headers)


async def assess(request: web.Request) -> web.StreamResponse:
    """
    Report what a plan would do and what policy says to it; nothing is written to the cluster.
    """
    read_query(request, NoQuery)
    document = await plan_document(request)
    try:
        report = await request.app[SERVICE].assess(document, caller=request[CALLER])
    except TimeoutError:
        message = "the assessment did not end within the plan's timeout_seconds; nothing was written; try again"
        raise ClusterUnavailable(message) from None
    return json_response(report)
