"""
The check-up: each part in the order in which they rest on each other, and what to do.
"""

import json

import pytest

from tests.unit.cli.conftest import Remediate
from tests.unit.cli.scripted_server import ScriptedServer

READY = {
    "status": "ok",
    "checks": [
        {"name": "store", "ok": True, "message": "writable"},
        {"name": "opa", "ok": True, "message": "the expected revision"},
        {"name": "cluster", "ok": True, "message": "reachable"},
    ],
}


def verdicts(output: str) -> dict[str, bool]:
    return {item["part"]: item["ok"] for item in json.loads(output)["items"]}


@pytest.mark.requirement("API-3")
def test_a_service_in_order_is_told_part_by_part(server: ScriptedServer, remediate: Remediate) -> None:
    server.answers("GET", "/healthz", {"status": "ok", "checks": []})
    server.answers("GET", "/v1/runs", {"items": [], "next_cursor": None})
    server.answers("GET", "/readyz", READY)

    result = remediate("doctor", "-o", "json")

    parts = ["settings", "opa here", "server", "token", "store", "opa", "cluster"]
    assert (0, dict.fromkeys(parts, True)) == (result.exit_code, verdicts(result.stdout))


def test_a_part_that_is_not_ready_comes_with_what_to_do(server: ScriptedServer, remediate: Remediate) -> None:
    server.answers("GET", "/healthz", {"status": "ok", "checks": []})
    server.answers("GET", "/v1/runs", {"items": [], "next_cursor": None})
    checks = [{"name": "cluster", "ok": False, "message": "connection refused"}]
    server.answers("GET", "/readyz", {"status": "unavailable", "checks": checks}, status=503)

    result = remediate("doctor")

    assert 1 == result.exit_code
    assert (
        "FAIL  cluster  connection refused\n"
        "      to do:   see the server's log; does `kubectl --context ... get nodes` work where the server runs?\n"
    ) == result.stdout[result.stdout.index("FAIL") :]


def test_a_token_that_is_not_known_is_told_apart_from_a_server_that_is_not_there(
    server: ScriptedServer, remediate: Remediate
) -> None:
    server.answers("GET", "/healthz", {"status": "ok", "checks": []})
    server.refuses("GET", "/v1/runs", 401, "unauthenticated", "no caller has this token")
    server.answers("GET", "/readyz", READY)

    result = remediate("doctor", "-o", "json")

    assert (1, [False]) == (result.exit_code, [ok for part, ok in verdicts(result.stdout).items() if part == "token"])


def test_a_server_that_is_not_there_ends_the_check_up_with_8(remediate: Remediate, environment: dict[str, str]) -> None:
    environment["EXECUTOR_URL"] = "http://127.0.0.1:1"

    result = remediate("doctor")

    assert 8 == result.exit_code
    assert "FAIL  server   no answer from http://127.0.0.1:1: Connection refused" in result.stdout
    assert "start it with `remediate serve`, or set EXECUTOR_URL to where it runs\n" in result.stdout


def test_no_server_at_all_is_a_finding_and_no_error(remediate: Remediate, environment: dict[str, str]) -> None:
    del environment["EXECUTOR_URL"]

    result = remediate("doctor")

    assert 8 == result.exit_code
    assert "FAIL  server   no server is running here" in result.stdout


def test_a_misspelt_setting_is_found(remediate: Remediate, environment: dict[str, str]) -> None:
    environment |= {"EXECUTOR_LISTN": "127.0.0.1:1", "EXECUTOR_URL": "http://127.0.0.1:1"}

    result = remediate("doctor")

    assert "FAIL  settings EXECUTOR_LISTN is no setting of the executor: did you mean EXECUTOR_LISTEN?" in result.stdout
