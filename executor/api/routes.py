"""
Owns the table of everything this API serves; whatever is not here is neither served nor described.
"""

from executor.api import approvals, catalogue, decisions, events, health, plans, runs
from executor.api import openapi_route as document
from executor.api.approvals import ApprovalBody
from executor.api.bodies import JSON_TYPE, YAML_TYPE
from executor.api.operations import Answer, Operation
from executor.api.queries import (
    DecisionsQuery,
    EventsHeaders,
    EventsQuery,
    RunHeaders,
    RunQuery,
    RunsQuery,
    SubmitHeaders,
)
from executor.api.runs import ControlBody
from executor.api.schemas import (
    ActionItem,
    Assessment,
    Decision,
    Event,
    Health,
    Page,
    Policy,
    Run,
    RunSummary,
    Step,
)
from executor.api.streams import EVENT_STREAM

PLAN = "Plan"
"""The schema of a submitted plan, which `plan_schema.py` makes from the models that validate it."""

_PLAN_BODY = {JSON_TYPE: PLAN, YAML_TYPE: PLAN}
_SUBMITTED = {"Location": "the run's path", "ETag": "the run's version"}
_CANNOT_JUDGE = ("invalid_plan", "policy_unavailable", "cluster_unavailable", "overloaded")
_STREAM = (
    "server-sent events: `id` is the sequence number, `event` the type, `data` the event as a page lists it; "
    "heartbeats are comment lines; ends behind RunFinished"
)

OPERATIONS = (
    Operation(
        "POST",
        "/v1/runs",
        "submit_plan",
        plans.submit,
        headers=SubmitHeaders,
        body=_PLAN_BODY,
        answers=(
            Answer(202, "accepted: the run it made", {JSON_TYPE: Run}, _SUBMITTED),
            Answer(200, "the run this idempotency key and plan made before", {JSON_TYPE: Run}, _SUBMITTED),
        ),
        problems=(*_CANNOT_JUDGE, "idempotency_conflict"),
    ),
    Operation(
        "POST",
        "/v1/assessments",
        "assess_plan",
        plans.assess,
        body=_PLAN_BODY,
        answers=(Answer(200, "the report", {JSON_TYPE: Assessment}),),
        problems=_CANNOT_JUDGE,
    ),
    Operation(
        "GET",
        "/v1/runs",
        "list_runs",
        runs.list_runs,
        query=RunsQuery,
        answers=(Answer(200, "a page of runs", {JSON_TYPE: Page[RunSummary]}),),
        problems=("overloaded",),
    ),
    Operation(
        "GET",
        "/v1/runs/{run}",
        "show_run",
        runs.show_run,
        query=RunQuery,
        headers=RunHeaders,
        answers=(
            Answer(200, "the run", {JSON_TYPE: Run}, {"ETag": "the run's version"}),
            Answer(304, "the run is still at the version of If-None-Match", {}, {"ETag": "the run's version"}),
        ),
        problems=("not_found", "overloaded"),
    ),
    Operation(
        "GET",
        "/v1/runs/{run}/events",
        "show_events",
        events.show_events,
        query=EventsQuery,
        headers=EventsHeaders,
        answers=(Answer(200, f"a page, or {_STREAM}", {JSON_TYPE: Page[Event], EVENT_STREAM: None}),),
        problems=("not_found", "overloaded"),
    ),
    Operation(
        "GET",
        "/v1/runs/{run}/steps/{step}",
        "show_step",
        runs.show_step,
        answers=(Answer(200, "the step", {JSON_TYPE: Step}),),
        problems=("not_found", "overloaded"),
    ),
    Operation(
        "POST",
        "/v1/runs/{run}/cancel",
        "cancel_run",
        runs.cancel,
        body={JSON_TYPE: ControlBody},
        answers=(Answer(202, "asked for: the run as it is now", {JSON_TYPE: Run}),),
        problems=("not_found", "wrong_phase", "overloaded"),
    ),
    Operation(
        "POST",
        "/v1/runs/{run}/approvals",
        "answer_run",
        approvals.answer,
        body={JSON_TYPE: ApprovalBody},
        answers=(Answer(200, "the run as the answer left it", {JSON_TYPE: Run}),),
        problems=("forbidden", "not_found", "wrong_phase", "precondition_failed", "overloaded"),
    ),
    Operation(
        "GET",
        "/v1/decisions",
        "list_decisions",
        decisions.list_decisions,
        query=DecisionsQuery,
        answers=(Answer(200, "a page of decisions", {JSON_TYPE: Page[Decision]}),),
        problems=("overloaded",),
    ),
    Operation(
        "GET",
        "/v1/decisions/{decision}",
        "show_decision",
        decisions.show_decision,
        answers=(Answer(200, "the decision", {JSON_TYPE: Decision}),),
        problems=("not_found", "overloaded"),
    ),
    Operation(
        "GET",
        "/v1/actions",
        "list_actions",
        catalogue.list_actions,
        answers=(Answer(200, "every action", {JSON_TYPE: Page[ActionItem]}),),
    ),
    Operation(
        "GET",
        "/v1/policy",
        "show_policy",
        catalogue.show_policy,
        answers=(Answer(200, "the loaded policy", {JSON_TYPE: Policy}),),
        problems=("policy_unavailable",),
    ),
    Operation(
        "GET",
        "/openapi.json",
        "show_openapi",
        document.show_openapi,
        answers=(Answer(200, "this document", {JSON_TYPE: dict}),),
        public=True,
    ),
    Operation(
        "GET",
        "/healthz",
        "healthz",
        health.healthz,
        answers=(Answer(200, "alive", {JSON_TYPE: Health}),),
        public=True,
    ),
    Operation(
        "GET",
        "/readyz",
        "readyz",
        health.readyz,
        answers=(
            Answer(200, "every check holds", {JSON_TYPE: Health}),
            Answer(503, "a check does not hold", {JSON_TYPE: Health}),
        ),
        public=True,
    ),
    Operation(
        "GET",
        "/metrics",
        "metrics",
        health.metrics,
        answers=(Answer(200, "figures for Prometheus", {"text/plain": None}),),
        public=True,
    ),
)
