"""
Schemathesis reads the OpenAPI document and asks for all of it, well and badly: what is answered must be described.

Most cases go to the service over fakes in memory, served from a thread of its own, as Schemathesis is synchronous: as
generated, and led to a run that exists, so that the good answers are seen too. A few go to `remediate serve` itself.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import CheckFunction
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

import tests.serving
from deploy.local.control_plane import ControlPlane
from executor.api.openapi import openapi_document
from executor.api.routes import OPERATIONS
from tests.fakes.service import TOKEN, Served, serving
from tests.plans import a_plan, cordon, scale
from tests.serving import seeded

LIMIT_SECONDS = 60
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
BOUNDED = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


BEYOND_SCHEMAS = {
    "bad_parameter",  # what only several parameters together show
    "bad_value",  # what has a language of its own, such as quantities
    "bad_cursor",  # opaque: only the server knows its own
    "bad_text",  # NUL: refused in every text of every body, not once per schema
    "cycle",
    "duplicate_id",
    "self_dependency",
    "unknown_need",
    "unordered_targets",
}


@dataclass(frozen=True, slots=True)
class Known:
    """
    Where a server listens, and what exists there.
    """

    url: str
    run: str
    step: str
    decision: str


@pytest.fixture(scope="module")
def known() -> Iterator[Known]:
    """
    Serve from a thread until the module's tests are over.
    """
    ready: threading.Event = threading.Event()
    found: list[Known] = []
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        async with serving() as api:
            found.append(await _something(api))
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert ready.wait(LIMIT_SECONDS), "the server did not come up"
    yield found[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join(LIMIT_SECONDS)
    loop.close()


async def _something(api: Served) -> Known:
    _, run = await api.post("/v1/runs", json=a_plan(scale("web", to=3), cordon()))
    _, ended = await api.get(f"/v1/runs/{run['id']}?wait=terminal")
    assert "succeeded" == ended["phase"]
    return Known(api.url, ended["id"], "web", ended["steps"][0]["decisions"][0])


@pytest.fixture(scope="module")
def own_service(
    control_plane: ControlPlane, policy_sets: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tests.serving.Served]:
    """
    `remediate serve` for these tests alone: the many runs they make are in nobody's way.
    """
    state = seeded(tmp_path_factory.mktemp("asked") / "state", policy_sets)
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            yield runner.run(stack.enter_async_context(tests.serving.serving(state, control_plane.kubeconfig)))
        finally:
            runner.run(stack.aclose())


schema = schemathesis.openapi.from_dict(openapi_document(OPERATIONS))
drawn_only = schemathesis.openapi.from_dict(openapi_document(OPERATIONS))
drawn_only.config.phases.coverage.enabled = False  # hundreds of cases a route, which the service in memory has seen


@schema.parametrize()
@BOUNDED
@pytest.mark.requirement("API-1")
def test_whatever_is_asked_is_answered_as_described(case: schemathesis.Case[Any], known: Known) -> None:
    _ask(case, known.url, HEADERS)


@drawn_only.parametrize()
@settings(BOUNDED, max_examples=8)
@pytest.mark.integration
@pytest.mark.requirement("API-1")
def test_the_service_people_start_answers_as_described_too(
    case: schemathesis.Case[Any], own_service: tests.serving.Served
) -> None:
    _ask(case, own_service.url, own_service.headers)


@schema.include(path_regex=r"\{").parametrize()
@BOUNDED
@pytest.mark.requirement("API-1")
def test_what_is_there_is_answered_as_described(case: schemathesis.Case[Any], known: Known) -> None:
    ids = {"run": known.run, "step": known.step, "decision": known.decision}
    for name in set(case.path_parameters) & set(ids):
        case.path_parameters[name] = ids[name]

    response = case.call(base_url=known.url, headers=HEADERS, timeout=LIMIT_SECONDS)

    # The ids were bad on purpose in some cases, and are good now.
    case.validate_response(response, excluded_checks=[checks.negative_data_rejection], headers=HEADERS)


def _ask(case: schemathesis.Case[Any], url: str, headers: dict[str, str]) -> None:
    response = case.call(base_url=url, headers=headers, timeout=LIMIT_SECONDS)

    excluded: list[CheckFunction] = [checks.positive_data_acceptance] if _is_beyond_schemas(response) else []
    if _is_out_of_its_own_time(response):
        excluded.append(not_a_server_error)
    case.validate_response(response, excluded_checks=excluded, headers=headers)


def _is_out_of_its_own_time(response: schemathesis.Response) -> bool:
    """
    Tell if an assessment ended because its plan allows it a limit of next to nothing.
    """
    return response.status_code == 503 and "within the plan's timeout_seconds" in response.json()["detail"]


def _is_beyond_schemas(response: schemathesis.Response) -> bool:
    """
    Tell if a refusal rests on what no JSON Schema can say; everything else that fits the schemas must be accepted.
    """
    if response.status_code not in {400, 422}:
        return False
    problem = response.json()
    errors = problem.get("errors", [])
    # How many steps may run side by side is this server's setting, which the document does not know.
    found = {each["code"] for each in errors if each["pointer"] != "/max_parallel"}
    # Numbers that JSON does not carry exactly are refused in every body, also where a schema leaves values open.
    anywhere = {"out_of_range"} if problem["code"] == "malformed_body" else set()
    return bool(errors) and found <= BEYOND_SCHEMAS | anywhere
