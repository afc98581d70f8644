"""
Handing in a plan: its bytes go as they are, under a key that makes asking again safe, to one server and with one token.
"""

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Remediate
from tests.unit.cli.documents import RUN, a_log, view_of
from tests.unit.cli.scripted_server import TOKEN, Answer, ScriptedServer

ACCEPTED = view_of(a_log([]))
ODD = b"name: \xff\xfe not even UTF-8\nname: twice"


@pytest.mark.parametrize(
    ("name", "content_type"),
    {"plan.yaml": "application/yaml", "plan": "application/yaml", "plan.json": "application/json"}.items(),
)
def test_a_plan_goes_to_the_server_byte_by_byte(
    server: ScriptedServer, remediate: Remediate, tmp_path: Path, name: str, content_type: str
) -> None:
    (tmp_path / name).write_bytes(ODD)
    server.answers("POST", "/v1/runs", ACCEPTED, status=202)

    remediate("submit", str(tmp_path / name))

    assert [(ODD, content_type)] == [(asked.body, asked.headers["Content-Type"]) for asked in server.asked]


def test_a_dash_reads_standard_input(server: ScriptedServer, remediate: Remediate) -> None:
    server.answers("POST", "/v1/runs", ACCEPTED, status=202)

    remediate("submit", "-", stdin="name: from-a-pipe\n")

    assert b"name: from-a-pipe\n" == server.asked[0].body


def test_a_key_of_the_callers_own_is_passed_on(server: ScriptedServer, remediate: Remediate, plan_file: str) -> None:
    server.answers("POST", "/v1/runs", ACCEPTED)

    remediate("submit", plan_file, "--idempotency-key", "inc-42")

    assert "inc-42" == server.asked[0].headers["Idempotency-Key"]


@pytest.mark.requirement("PLAN-5")
def test_an_answer_that_was_lost_is_asked_for_again_under_the_same_key(
    server: ScriptedServer, remediate: Remediate, plan_file: str
) -> None:
    server.answers("POST", "/v1/runs", ACCEPTED)
    [good] = server.scripted("POST", "/v1/runs")
    server.script("POST", "/v1/runs", Answer(b'{"id": ', cut=True), good)

    result = remediate("submit", plan_file)

    keys = [asked.headers["Idempotency-Key"] for asked in server.asked]
    assert (0, f"run {RUN} accepted\n", 2) == (result.exit_code, result.stdout, len(keys))
    assert keys[0] == keys[1]


def test_two_submits_have_two_keys(server: ScriptedServer, remediate: Remediate, plan_file: str) -> None:
    server.answers("POST", "/v1/runs", ACCEPTED)

    remediate("submit", plan_file)
    remediate("submit", plan_file)

    first, second = (asked.headers["Idempotency-Key"] for asked in server.asked)
    assert first != second


@pytest.mark.requirement("PLAN-3")
def test_every_problem_of_a_plan_is_shown_with_its_place(
    server: ScriptedServer, remediate: Remediate, plan_file: str
) -> None:
    errors = [
        {"pointer": "/steps/0/action", "code": "unknown_action", "message": "no such action; known are: scale"},
        {"pointer": "", "code": "missing", "message": "Field required"},
    ]
    server.refuses("POST", "/v1/runs", 422, "invalid_plan", "the plan has 2 problems", errors=errors)

    result = remediate("submit", plan_file)

    assert (
        "error: the plan has 2 problems (invalid_plan)\n"
        "  /steps/0/action: no such action; known are: scale\n"
        "  (whole document): Field required\n"
        "  request req-1\n"
    ) == result.stderr


@pytest.mark.requirement("SEC-1")
def test_the_token_is_sent_and_never_shown(server: ScriptedServer, remediate: Remediate, plan_file: str) -> None:
    server.refuses("POST", "/v1/runs", 401, "unauthenticated", "no caller has this token")

    result = remediate("submit", plan_file)

    assert f"Bearer {TOKEN}" == server.asked[0].headers["Authorization"]
    assert TOKEN not in result.output


@pytest.mark.requirement("SEC-1")
def test_a_redirect_does_not_lead_the_token_elsewhere(
    server: ScriptedServer, remediate: Remediate, plan_file: str
) -> None:
    elsewhere = {"Location": f"{server.url}/elsewhere"}
    server.script("POST", "/v1/runs", Answer(b"", 307, headers=elsewhere))

    result = remediate("submit", plan_file)

    assert (2, ["/v1/runs"]) == (result.exit_code, server.paths("POST"))


def test_what_others_say_cannot_steer_the_terminal(server: ScriptedServer, remediate: Remediate) -> None:
    view = {**ACCEPTED, "reason": "red \x1b[31m\x9b1m\u202e over", "message": "a\rb\nc"}
    server.answers("GET", f"/v1/runs/{RUN}", view)

    result = remediate("show", RUN)

    assert "reason    red \\x1b[31m\\x9b1m\\u202e over\n" in result.stdout
    assert "message   a\\rb c\n" in result.stdout


def test_a_name_cannot_lead_to_another_path(server: ScriptedServer, remediate: Remediate) -> None:
    remediate("show", "../actions?x=1#y")

    assert [] == server.paths("POST")
    assert ["/v1/runs/../actions?x=1#y"] == server.paths()


def test_an_answer_of_another_shape_is_no_traceback(server: ScriptedServer, remediate: Remediate) -> None:
    server.answers("GET", f"/v1/runs/{RUN}", {"id": RUN})

    result = remediate("show", RUN)

    assert 2 == result.exit_code
    assert result.stderr.startswith("error: KeyError in ")
    assert "Traceback" not in result.stderr
