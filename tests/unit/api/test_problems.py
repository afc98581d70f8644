"""
How errors are answered: one table for all of them, every answer with its id, and nothing of a defect's inside told.
"""

from typing import Any

import pytest
import structlog

from executor.api.problems import KINDS, kind_of
from executor.core import errors
from executor.core.errors import Problem
from tests.fakes.service import Served
from tests.plans import a_plan, scale

MESSAGE = "web: which object, why, what to do"


@pytest.mark.parametrize(
    ("error", "answer", "more"),
    [
        (
            errors.PlanInvalid((Problem("/name", "missing", "this key is required"),)),
            (422, "invalid_plan"),
            {"errors": [{"pointer": "/name", "code": "missing", "message": "this key is required"}]},
        ),
        (errors.WrongPhase(MESSAGE, phase="succeeded"), (409, "wrong_phase"), {"phase": "succeeded"}),
        (errors.IdempotencyConflict(MESSAGE), (409, "idempotency_conflict"), {}),
        (errors.RunNotFound(MESSAGE), (404, "not_found"), {}),
        (errors.StepNotFound(MESSAGE), (404, "not_found"), {}),
        (errors.DecisionNotFound(MESSAGE), (404, "not_found"), {}),
        (errors.StoreUnavailable(MESSAGE), (503, "overloaded"), {}),
        (errors.PolicyUnavailable(MESSAGE), (503, "policy_unavailable"), {}),
        (errors.ClusterUnavailable(MESSAGE), (503, "cluster_unavailable"), {}),
        (errors.Throttled(MESSAGE), (503, "cluster_unavailable"), {}),
    ],
)
@pytest.mark.requirement("API-1")
async def test_an_error_is_answered_as_the_table_says(
    api: Served, monkeypatch: pytest.MonkeyPatch, error: Exception, answer: tuple[int, str], more: dict[str, Any]
) -> None:
    status, code = answer
    _fail(api, monkeypatch, error)

    async with api.http.get("/v1/runs/run-1") as response:
        problem = await response.json(content_type="application/problem+json")

    expected = {
        "type": f"/problems/{code}",
        "title": KINDS[code].title,
        "status": status,
        "detail": str(error),
        "code": code,
        "request_id": response.headers["X-Request-Id"],
        **more,
    }
    assert expected == problem
    assert status == response.status
    assert (status == 503) == ("Retry-After" in response.headers)


@pytest.mark.parametrize(
    "error",
    [RuntimeError("s3cret"), KeyError("s3cret"), TimeoutError("s3cret"), errors.IllegalTransition("s3cret")],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.requirement("API-1")
async def test_a_defect_is_logged_under_its_id_and_answered_without_detail(
    api: Served, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    _fail(api, monkeypatch, error)

    with structlog.testing.capture_logs() as records:
        async with api.http.get("/v1/runs/run-1") as response:
            text = await response.text()

    failed = next(record for record in records if record["action"] == "request_failed")
    assert 500 == response.status
    assert "s3cret" not in text
    assert (response.headers["X-Request-Id"], error) == (failed["request_id"], failed["exc_info"])
    assert 200 == (await api.get("/healthz"))[0]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
@pytest.mark.requirement("API-1")
async def test_a_method_that_is_not_there_is_told_with_those_that_are(api: Served, method: str) -> None:
    async with api.http.request(method, "/v1/runs") as response:
        assert (405, "GET, HEAD, POST") == (response.status, response.headers["Allow"])
        assert "application/problem+json" == response.content_type


@pytest.mark.parametrize(
    "path",
    ["/s3cret", "/v1/runs/s3cret/pause", "/v1/control", "/v1/runs/%00", "/v1/runs/a%2Fb", "/v1/decisions/.."],
)
@pytest.mark.requirement("API-1")
async def test_what_is_not_there_is_a_problem_too(api: Served, path: str) -> None:
    async with api.http.get(path) as response:
        text = await response.text()

    assert (404, "application/problem+json") == (response.status, response.content_type)
    assert "s3cret" not in text


@pytest.mark.requirement("API-1")
async def test_every_answer_has_its_own_id_whatever_the_caller_sends(api: Served) -> None:
    ids = set()
    for path in ("/healthz", "/openapi.json", "/metrics", "/v1/runs", "/nothing"):
        async with api.http.get(path, headers={"X-Request-Id": "forged"}) as response:
            ids.add(response.headers["X-Request-Id"])

    assert 5 == len(ids - {"forged"})


def test_every_error_of_ours_has_its_answer_or_is_a_defect_by_decision() -> None:
    defects = {each.__name__ for each in _subclasses(errors.ExecutorError) if kind_of(each.__new__(each)).status == 500}

    inside = {
        "ClusterError",
        "StoreError",
        "QuotaError",
        "Unusable",
        "IllegalTransition",
        "AlreadySubmitted",
        "ClaimsHeld",
    }
    of_targets = {"TargetNotFound", "TargetGone", "TargetMoved", "AlreadyExists", "FieldConflict", "OutcomeUnknown"}
    of_access = {"CredentialsRefused", "Forbidden", "NotServed", "MethodNotAllowed", "UnsafeRequest"}
    of_admission = {
        "AdmissionDenied",
        "DeniedByAdmissionPolicy",
        "DeniedByWebhook",
        "WebhookFailed",
        "WebhookWithoutDryRun",
    }
    of_limits = {"QuotaExceeded", "QuotaUnspecified", "QuotaUncounted", "LimitRangeBreached"}
    of_budgets = {"BudgetBlocked", "BudgetsOverlap"}
    of_changes = {
        "ChangeInvalid",
        "ImmutableField",
        "UnsupportedPatch",
        "StaleSequence",
        "StoreUnusable",
        "SealedValueLost",
        "RequestError",
    }
    assert inside | of_targets | of_access | of_admission | of_limits | of_budgets | of_changes == defects


async def test_a_submit_that_meets_no_policy_or_no_cluster_says_so(
    api: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.service, "_cluster", None)
    no_cluster = await api.post("/v1/runs", json=a_plan(scale()))
    monkeypatch.setattr(api.service, "_gate", None)
    no_policy = await api.post("/v1/assessments", json=a_plan(scale()))

    assert (503, "cluster_unavailable") == (no_cluster[0], no_cluster[1]["code"])
    assert (503, "policy_unavailable") == (no_policy[0], no_policy[1]["code"])


def _fail(api: Served, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    async def run(_: str) -> dict[str, Any]:
        raise error

    monkeypatch.setattr(api.service, "run", run)


def _subclasses(base: type[Exception]) -> set[type[Exception]]:
    found = {each for direct in base.__subclasses__() for each in {direct, *_subclasses(direct)}}
    return {each for each in found if each.__module__.startswith(("executor.core.errors", "executor.api.errors"))}
