"""
Owns what people answer to a run that waits for their approval.
"""

from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field, StringConstraints, ValidationError

from executor.api.bodies import json_document
from executor.api.errors import InvalidRequest
from executor.api.keys import CALLER, SERVICE
from executor.api.leaving import finished
from executor.api.places import run_id
from executor.api.queries import NoQuery, read_query
from executor.api.respond import json_response
from executor.core.model import Value
from executor.core.validation import problems_of


class ApprovalBody(Value):
    """
    An answer to a run that waits. It is bound to the plan by its digest, so that nobody answers to another one.
    """

    verdict: Literal["approve", "reject"] = Field(description="`approve` is refused in this version: `forbidden`")
    digest: Annotated[str, StringConstraints(pattern="^sha256:[0-9a-f]{64}$")] = Field(
        description="the run's `digest`, as the one who answers has read it"
    )
    comment: str = Field(min_length=1, max_length=2000, description="why; people read it in the audit trail")


async def answer(request: web.Request) -> web.StreamResponse:
    """
    Answer a run that waits for approval; to reject it ends it as denied.
    """
    read_query(request, NoQuery)
    run, document = run_id(request), await json_document(request)
    try:
        body = ApprovalBody.model_validate(document)
    except ValidationError as error:
        raise InvalidRequest("the request's body cannot be taken", tuple(problems_of(error))) from None
    service = request.app[SERVICE]
    if body.verdict == "approve":
        await service.approve(run)
    rejecting = service.reject(run, digest=body.digest, comment=body.comment, caller=request[CALLER])
    return json_response(await finished(rejecting))
