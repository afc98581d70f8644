"""
Owns what may stand in query strings and headers: one small model each, from which the OpenAPI document is made too.
"""

import re
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar, get_origin

from aiohttp import web
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import PydanticCustomError

from executor.api.errors import InvalidRequest
from executor.api.places import ID_PATTERN
from executor.core.errors import Problem
from executor.core.names import Label
from executor.core.policy import Effect, Stage
from executor.core.run import RunPhase
from executor.core.times import spelled
from executor.core.validation import problems_of

Q = TypeVar("Q", bound="Given")

MAX_PAGE = 200
DEFAULT_PAGE = 50
MAX_WAIT_SECONDS = 60
DEFAULT_WAIT_SECONDS = 30.0
_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
_RFC_3339 = (
    r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)


def _number(text: str) -> str:
    # Python would also take spaces, underscores and `nan`.
    if not re.fullmatch(r"-?[0-9]{1,40}(\.[0-9]{1,40})?([eE][-+]?[0-9]{1,3})?", text):
        raise PydanticCustomError("not_a_number", "Input should be a number as JSON spells it")
    return text


def _whole(text: str) -> str:
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise PydanticCustomError("not_a_number", "Input should be a whole number in plain digits")
    return text


def _time(text: str) -> str:
    try:
        return spelled(datetime.fromisoformat(text.upper()))
    except (ValueError, OverflowError):
        raise PydanticCustomError("value_error", "Input should be a time that there is") from None


Printable = Annotated[str, StringConstraints(pattern=_PRINTABLE, min_length=1, max_length=512)]
# The bounds stand before the validator, or pydantic leaves them out of the JSON Schema.
Limit = Annotated[int, Field(ge=1, le=MAX_PAGE), BeforeValidator(_whole)]
Sequence = Annotated[int, Field(ge=0, le=10**15), BeforeValidator(_whole)]
Seconds = Annotated[float, Field(gt=0, le=MAX_WAIT_SECONDS), BeforeValidator(_number)]
# With the schema's `format` alone a time such as 25:00 would pass for one; with the pattern alone so would a 30th of
# February, which no pattern tells.
Moment = Annotated[
    str,
    StringConstraints(pattern=_RFC_3339),
    AfterValidator(_time),
    Field(json_schema_extra={"format": "date-time"}),
]
Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
LabelFilter = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f=]{1,63}=[^\x00-\x1f\x7f]{0,256}$")]


class Given(BaseModel):
    """
    What a request gives beside its body; all of it is text, and nothing unknown is taken.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False)


class NoQuery(Given):
    """
    A route without query parameters.
    """


class LimitQuery(Given):
    """
    The part of the query that all long lists share.
    """

    limit: Annotated[Limit, Field(description="how many items at most")] = DEFAULT_PAGE


class EventsQuery(LimitQuery):
    """
    The query of a run's events.
    """

    cursor: Annotated[Sequence | None, Field(description="`next_cursor` of the page before")] = None


class RunsQuery(LimitQuery):
    """
    The query of the list of runs; all filters must match.
    """

    cursor: Annotated[Printable | None, Field(description="`next_cursor` of the page before")] = None

    phase: Annotated[RunPhase | None, Field(description="only runs in this phase")] = None
    namespace: Annotated[Label | None, Field(description="only runs with a step in this namespace")] = None
    caller: Annotated[Printable | None, Field(description="only runs of this caller")] = None
    label: Annotated[list[LabelFilter], Field(description="`key=value`; repeatable, all must match")] = []


class DecisionsQuery(LimitQuery):
    """
    The query of the list of decisions; all filters must match.
    """

    cursor: Annotated[Printable | None, Field(description="`next_cursor` of the page before")] = None

    since: Annotated[Moment | None, Field(description="only decisions made at this time or later (RFC 3339)")] = None
    stage: Annotated[Stage | None, Field(description="only decisions of this stage")] = None
    effect: Annotated[Effect | None, Field(description="only decisions that say this")] = None
    run: Annotated[Id | None, Field(description="only decisions about this run")] = None


class RunQuery(Given):
    """
    The query of one run.
    """

    wait: Annotated[Literal["terminal"] | None, Field(description="answer when the run has ended")] = None
    timeout_seconds: Annotated[
        Seconds, Field(description="how long to wait at most; the run is answered as it is then")
    ] = DEFAULT_WAIT_SECONDS


class SubmitHeaders(Given):
    """
    The headers of a submit.
    """

    idempotency_key: Annotated[
        str | None,
        StringConstraints(pattern=r"^[\x20-\x7e]{1,255}$"),
        Field(alias="Idempotency-Key", description="the same key and plan answer the same run; 1 to 255 characters"),
    ] = None


class RunHeaders(Given):
    """
    The headers of one run.
    """

    if_none_match: Annotated[
        str | None, Field(alias="If-None-Match", description="an `ETag`: 304 while the run is still at that version")
    ] = None


class EventsHeaders(Given):
    """
    The headers of a run's events.
    """

    last_event_id: Annotated[
        Sequence | None,
        Field(alias="Last-Event-ID", description="go on behind the event of this sequence number"),
    ] = None


def read_query(request: web.Request, model: type[Q]) -> Q:
    """
    Return the query as its model; raises InvalidRequest with every problem, each at `/query/<name>`.
    """
    given: dict[str, Any] = {}
    twice: list[Problem] = []
    for name in dict.fromkeys(request.query):
        values = request.query.getall(name)
        if name in model.model_fields and get_origin(model.model_fields[name].annotation) is list:
            given[name] = values
        else:
            given[name] = values[0]
            if len(values) > 1:
                twice.append(Problem(f"/query/{name}", "duplicate_key", "give it once"))
    return _validated(model, given, "query", twice)


def read_headers(request: web.Request, model: type[Q]) -> Q:
    """
    Return the headers a route knows as their model; raises InvalidRequest with every problem, at `/headers/<name>`.
    """
    given: dict[str, Any] = {}
    twice: list[Problem] = []
    for name in (field.alias for field in model.model_fields.values() if field.alias is not None):
        values = request.headers.getall(name, [])
        if values:
            given[name] = values[0]
        if len(values) > 1:
            twice.append(Problem(f"/headers/{name}", "duplicate_key", "give it once"))
    return _validated(model, given, "headers", twice)


def _validated(model: type[Q], given: dict[str, Any], place: str, problems: list[Problem]) -> Q:
    try:
        read = model.model_validate(given)
    except ValidationError as error:
        problems = [*problems, *problems_of(error, (place,))]
    else:
        if not problems:
            return read
    raise InvalidRequest(f"the request's {place} cannot be taken", tuple(problems))
