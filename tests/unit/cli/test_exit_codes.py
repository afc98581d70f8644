"""
Exit codes: without --watch and --wait those of handing in, with them those of the run.
"""

import pytest

from executor.core.events import EventType
from tests.unit.cli.conftest import Remediate
from tests.unit.cli.documents import (
    RUN,
    WAITS,
    a_denial,
    a_log,
    a_page,
    ended,
    ended_view,
    happened,
    listed,
    view_of,
    waiting,
)
from tests.unit.cli.scripted_server import Answer, ScriptedServer

PHASES = {
    "succeeded": 0,
    "failed": 1,
    "denied": 3,
    "rolled_back": 4,
    "degraded": 5,
    "cancelled": 7,
    "expired": 7,
}


@pytest.mark.requirement("API-3")
@pytest.mark.parametrize("mode", ["--watch", "--wait"])
@pytest.mark.parametrize("phase", PHASES)
def test_a_run_that_is_followed_ends_the_command_with_the_code_of_its_phase(
    server: ScriptedServer, remediate: Remediate, plan_file: str, mode: str, phase: str
) -> None:
    events = a_log(ended(phase))
    server.answers("POST", "/v1/runs", view_of(events[:1]), status=202)
    server.streams(f"/v1/runs/{RUN}/events", *listed(events))
    server.answers("GET", f"/v1/runs/{RUN}/events", a_page(listed(events)))
    server.answers("GET", f"/v1/runs/{RUN}", ended_view(phase))

    result = remediate("submit", plan_file, mode)

    assert (PHASES[phase], f"{phase}: the run ended {phase}") == (result.exit_code, result.stdout.splitlines()[-1])


def test_a_plan_that_was_accepted_is_a_success_without_waiting(
    server: ScriptedServer, remediate: Remediate, plan_file: str
) -> None:
    server.answers("POST", "/v1/runs", view_of(a_log([])), status=202)

    result = remediate("submit", plan_file)

    assert (0, f"run {RUN} accepted\n") == (result.exit_code, result.stdout)
    assert f"follow it: remediate events {RUN} -f\n" == result.stderr


@pytest.mark.requirement("GATE-5")
@pytest.mark.parametrize("mode", ["--watch", "--wait"])
def test_a_run_that_waits_for_approval_is_not_followed_any_longer(
    server: ScriptedServer, remediate: Remediate, plan_file: str, mode: str
) -> None:
    events = a_log(waiting())
    server.answers("POST", "/v1/runs", view_of(events[:1]), status=202)
    server.streams(f"/v1/runs/{RUN}/events", *listed(events), hold=True)
    server.answers("GET", f"/v1/runs/{RUN}", view_of(events))

    result = remediate("submit", plan_file, mode)

    assert 6 == result.exit_code
    assert WAITS in result.stdout


@pytest.mark.requirement("GATE-5")
def test_a_run_whose_wait_is_over_is_followed_to_its_end(
    server: ScriptedServer, remediate: Remediate, plan_file: str
) -> None:
    refused = happened(EventType.APPROVAL_REFUSED, caller="bob", comment="no", digest="sha256:0", message="rejected")
    denied = happened(EventType.STEP_DENIED, "web", code="approval_refused", message="rejected by bob: no")
    over = happened(EventType.RUN_FINISHED, phase="denied", message="rejected by bob: no; nothing was written")
    events = a_log([*waiting(), refused, denied, over])
    server.answers("POST", "/v1/runs", view_of(events), status=200)
    server.streams(f"/v1/runs/{RUN}/events", *listed(events))
    server.answers("GET", f"/v1/runs/{RUN}/events", a_page([]))
    server.answers("GET", f"/v1/runs/{RUN}", view_of(events))
    server.answers("GET", "/v1/decisions/d1", {**a_denial(), "effect": "require_approval"})

    result = remediate("submit", plan_file, "--watch")

    assert 3 == result.exit_code
    assert "denied: rejected by bob: no; nothing was written" in result.stdout
    assert WAITS not in result.stdout


REFUSALS = {
    "a plan that is not valid": (422, "invalid_plan"),
    "a token nobody has": (401, "unauthenticated"),
    "no policy loaded yet": (503, "policy_unavailable"),
    "a key used before": (409, "idempotency_conflict"),
    "a defect of the server": (500, "internal"),
}


@pytest.mark.parametrize(("status", "code"), REFUSALS.values(), ids=REFUSALS)
def test_what_the_server_refuses_ends_with_2_and_says_why(
    server: ScriptedServer, remediate: Remediate, plan_file: str, status: int, code: str
) -> None:
    server.refuses("POST", "/v1/runs", status, code, "it is so")

    result = remediate("submit", plan_file, "--watch")

    assert (2, "") == (result.exit_code, result.stdout)
    assert result.stderr.startswith(f"error: it is so ({code})\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("nothing",),
        ("show",),
        ("submit", "no-such-file.yaml"),
        ("submit", "plan.yaml", "--watch", "--wait"),
        ("list", "--limit", "0"),
        ("show", "run", "-o", "xml"),
        ("cancel", "run"),
        ("reject", "run"),
        ("show", ".."),
        ("approve", "run"),
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2_before_anything_is_asked(
    server: ScriptedServer, remediate: Remediate, arguments: tuple[str, ...]
) -> None:
    result = remediate(*arguments)

    assert (2, []) == (result.exit_code, server.asked)
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(("effect", "code"), {"allow": 0, "deny": 3, "require_approval": 6, "fail": 1}.items())
def test_an_assessment_ends_with_what_would_happen(
    server: ScriptedServer, remediate: Remediate, plan_file: str, effect: str, code: int
) -> None:
    server.answers("POST", "/v1/assessments", {"effect": effect, "plan_gate": None, "steps": []})
    server.answers("GET", "/v1/decisions/d1", a_denial())

    assert code == remediate("assess", plan_file).exit_code


def test_a_server_that_is_not_there_ends_with_8(remediate: Remediate, environment: dict[str, str]) -> None:
    environment["EXECUTOR_URL"] = "http://127.0.0.1:1"

    result = remediate("list")

    assert (8, "") == (result.exit_code, result.stdout)
    assert "no answer from http://127.0.0.1:1" in result.stderr


def test_an_answer_from_something_else_is_not_taken_for_the_executors(
    server: ScriptedServer, remediate: Remediate
) -> None:
    server.script("GET", "/v1/runs", Answer(b"<html>welcome</html>", content_type="text/html"))

    result = remediate("list")

    assert 2 == result.exit_code
    assert "did not answer with JSON: is it the executor?" in result.stderr
