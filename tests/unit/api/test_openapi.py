"""
The OpenAPI document: valid, complete, and true of what is really answered.
"""

import json
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from executor.api.bodies import JSON_TYPE, YAML_TYPE
from executor.api.openapi import openapi_document
from executor.api.plan_schema import plan_schema
from executor.api.problems import KINDS
from executor.api.routes import OPERATIONS
from executor.core.actions import CATALOGUE
from executor.core.errors import PlanInvalid
from executor.core.validation import read_plan
from tests.fakes.service import Served
from tests.plans import a_plan, cordon, restart, scale, set_image

DOCUMENT = json.loads(json.dumps(openapi_document(OPERATIONS)))
STAGES_LATER = {"pause", "resume", "rollback", "control"}


def conforms(value: Any, schema: str) -> None:
    """
    Fail if a value does not fit a schema of the document, with the first place that does not.
    """
    OAS31Validator({**DOCUMENT, "$ref": f"#/components/schemas/{schema}"}).validate(value)


@pytest.mark.requirement("API-1")
def test_the_document_is_valid_openapi_3_1() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()

    assert DOCUMENT["openapi"].startswith("3.1.")


@pytest.mark.requirement("API-1")
async def test_the_document_is_served_and_lists_exactly_the_routes_that_are_served(api: Served) -> None:
    _, served = await api.get("/openapi.json")

    described = {(method.upper(), path) for path, item in served["paths"].items() for method in item}
    routes = {
        (route.method, route.resource.canonical)
        for route in api.runner.app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    assert DOCUMENT == served
    assert routes == described
    assert not any(part in STAGES_LATER for _, path in described for part in path.split("/"))


@pytest.mark.requirement("API-1")
def test_plans_and_events_have_both_their_media_types_and_the_headers_are_described() -> None:
    submit = DOCUMENT["paths"]["/v1/runs"]["post"]
    events = DOCUMENT["paths"]["/v1/runs/{run}/events"]["get"]

    assert {JSON_TYPE, YAML_TYPE} == set(submit["requestBody"]["content"])
    assert {JSON_TYPE, "text/event-stream"} == set(events["responses"]["200"]["content"])
    assert ["Idempotency-Key"] == [each["name"] for each in submit["parameters"] if each["in"] == "header"]
    assert ["Last-Event-ID"] == [each["name"] for each in events["parameters"] if each["in"] == "header"]
    assert {"Location", "ETag", "X-Request-Id"} == set(submit["responses"]["202"]["headers"])


@pytest.mark.requirement("API-1")
def test_bounds_of_parameters_are_told_in_the_words_of_json_schema() -> None:
    [limit, *_] = DOCUMENT["paths"]["/v1/runs"]["get"]["parameters"]
    _, __, seconds, *_ = DOCUMENT["paths"]["/v1/runs/{run}"]["get"]["parameters"]

    assert {"type": "integer", "minimum": 1, "maximum": 200, "default": 50} == limit["schema"]
    assert {"type": "number", "exclusiveMinimum": 0, "maximum": 60, "default": 30.0} == seconds["schema"]


@pytest.mark.requirement("API-1", "SEC-1")
def test_every_operation_describes_its_token_and_its_problems() -> None:
    for path, item in DOCUMENT["paths"].items():
        for operation in item.values():
            needs_token = path.startswith("/v1")

            assert [{"bearer": []}] * needs_token == operation["security"]
            assert needs_token == ("401" in operation["responses"])
            assert "500" in operation["responses"]
            assert ("requestBody" in operation) == ({"413", "415"} <= set(operation["responses"]))
    assert {"type": "http", "scheme": "bearer"} == DOCUMENT["components"]["securitySchemes"]["bearer"]
    assert set(KINDS) == set(DOCUMENT["components"]["responses"])


@pytest.mark.parametrize("rollback", ["automatic", "manual", "none"])
@pytest.mark.requirement("API-1")
async def test_what_is_answered_about_runs_is_what_the_document_says(api: Served, rollback: str) -> None:
    api.gate.denies("replica_limit", step="api")
    steps = (scale("web"), scale("api", to=7, needs=["web"], assess="late"), cordon(needs=["api"]))
    _, accepted = await api.post("/v1/runs", json=a_plan(*steps, rollback=rollback, labels={"team": "shop"}))
    path = f"/v1/runs/{accepted['id']}"
    _, run = await api.get(f"{path}?wait=terminal")
    _, runs = await api.get("/v1/runs")
    _, events = await api.get(f"{path}/events?limit=200")
    described = [(await api.get(f"{path}/steps/{step['id']}"))[1] for step in run["steps"]]
    decisions = [(await api.get(f"/v1/decisions/{each}"))[1] for step in run["steps"] for each in step["decisions"]]

    assert {"automatic": "rolled_back", "manual": "degraded", "none": "failed"}[rollback] == run["phase"]
    conforms(accepted, "Run")
    conforms(run, "Run")
    conforms(runs, "Page_RunSummary_")
    conforms(events, "Page_Event_")
    for step in described:
        conforms(step, "Step")
    for decision in decisions:
        conforms(decision, "Decision")
    assert {"allow", "deny"} == {decision["effect"] for decision in decisions}


@pytest.mark.requirement("API-1")
async def test_what_is_answered_about_the_rest_is_what_the_document_says(api: Served) -> None:
    late = scale("api", needs=["web"], assess="late")
    conforms((await api.post("/v1/assessments", json=a_plan(scale("web", to=4), late)))[1], "Assessment")
    conforms((await api.post("/v1/assessments", json=a_plan(scale("gone"))))[1], "Assessment")
    api.gate.denies("replica_limit")
    conforms((await api.post("/v1/assessments", json=a_plan(scale("web", to=5))))[1], "Assessment")
    api.gate.allows_again()
    api.gate.requires_approval("destructive")
    conforms((await api.post("/v1/assessments", json=a_plan(scale("web", to=6), late)))[1], "Assessment")
    conforms((await api.get("/v1/actions"))[1], "Page_ActionItem_")
    conforms((await api.get("/v1/policy"))[1], "Policy")
    conforms((await api.get("/readyz"))[1], "Health")
    conforms((await api.get("/healthz"))[1], "Health")
    conforms((await api.post("/v1/runs", json={}))[1], "Problem")
    conforms((await api.get("/v1/runs/none"))[1], "Problem")


PLANS = (
    a_plan(scale(), restart("api"), cordon(), set_image("other")),
    a_plan(scale(expect={"paths": ["/spec/replicas", "", "/metadata/annotations/a.example~1b"]}), cordon(expect=None)),
    a_plan(scale(needs=[], on_failure="continue", timeout_seconds=5), labels={"a": "b"}, rollback="manual"),
)
SPOILED = {
    "no name": {"steps": [scale()], "reason": "r"},
    "an unknown key": a_plan(scale(), note="x"),
    "a text for a number": a_plan(scale(), max_parallel="2"),
    "an unknown action": a_plan({**scale(), "action": "reboot"}),
    "parameters of another action": a_plan({**scale(), "parameters": {"images": {"app": "x:1"}}}),
    "no parameters": a_plan({key: value for key, value in set_image().items() if key != "parameters"}),
    "no target": a_plan({key: value for key, value in scale().items() if key != "target"}),
    "a kind the action does not take": a_plan({**cordon(), "target": {"kind": "Pod", "namespace": "a", "name": "b"}}),
    "a namespace for a node": a_plan({**cordon(), "target": {"kind": "Node", "namespace": "a", "name": "b"}}),
    "no namespace": a_plan({**set_image(), "target": {"kind": "Deployment", "name": "web"}}),
    "a container whose name is none": a_plan({**set_image(), "parameters": {"images": {"": "web:2"}}}),
    "too many replicas": a_plan(scale(to=1001)),
    "an expectation without paths": a_plan(scale(expect={"paths": []})),
    "an expectation of what is no pointer": a_plan(scale(expect={"paths": ["spec.replicas"]})),
    "an expectation of more": a_plan(scale(expect={"paths": ["/spec"], "values": []})),
    "no steps": a_plan(),
}


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.requirement("API-1")
def test_the_plan_schema_takes_what_validation_takes(plan: dict[str, Any]) -> None:
    read_plan(plan, max_parallel=5)

    conforms(plan, "Plan")


@pytest.mark.parametrize("plan", SPOILED.values(), ids=SPOILED.keys())
@pytest.mark.requirement("API-1")
def test_the_plan_schema_refuses_what_validation_refuses(plan: dict[str, Any]) -> None:
    with pytest.raises(PlanInvalid):
        read_plan(plan, max_parallel=5)

    assert not OAS31Validator(plan_schema()).is_valid(plan)


def test_the_plan_schema_knows_every_action() -> None:
    alternatives = plan_schema()["properties"]["steps"]["items"]["anyOf"]

    assert list(CATALOGUE) == [each["properties"]["action"]["const"] for each in alternatives]
