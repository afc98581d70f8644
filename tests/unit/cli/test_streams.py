"""
Following a run: across cuts, silence and restarts of the server, and what is said when it is gone for good.
"""

import json

import pytest

from executor.cli.stream import Messages
from tests.unit.cli.conftest import Remediate
from tests.unit.cli.documents import RUN, a_log, a_page, listed, succeeded, view_of
from tests.unit.cli.scripted_server import Answer, ScriptedServer

EVENTS = f"/v1/runs/{RUN}/events"


def followed(server: ScriptedServer) -> list[str | None]:
    """
    Return from where each stream was asked for.
    """
    return [asked.headers.get("Last-Event-ID") for asked in server.asked if asked.path == EVENTS]


@pytest.mark.requirement("API-2")
def test_a_stream_that_was_cut_goes_on_behind_the_last_event_seen(server: ScriptedServer, remediate: Remediate) -> None:
    events = listed(a_log(succeeded()))
    server.streams(EVENTS, *events[:5], cut=True)
    server.streams(EVENTS, *events[3:9])  # it repeats two: they are told once
    server.streams(EVENTS, *events[9:])
    server.answers("GET", f"/v1/runs/{RUN}", view_of(a_log(succeeded()[:8])))

    result = remediate("events", RUN, "-f", "-o", "json")

    assert (0, events) == (result.exit_code, [json.loads(line) for line in result.stdout.splitlines()])
    assert ["0", "5", "9"] == followed(server)


@pytest.mark.requirement("API-2")
def test_a_server_that_restarts_is_waited_for(server: ScriptedServer, remediate: Remediate) -> None:
    events = listed(a_log(succeeded()))
    server.streams(EVENTS, *events[:5], cut=True)
    unavailable = Answer(b"{}", 503, "application/problem+json")
    server.add_stream(EVENTS, unavailable)
    server.streams(EVENTS, *events[5:])

    result = remediate("events", RUN, "-f")

    assert (0, len(events)) == (result.exit_code, len(result.stdout.splitlines()))
    assert ["0", "5", "5"] == followed(server)


@pytest.mark.parametrize("give_up_seconds", [0.2])
def test_a_server_that_is_gone_for_good_ends_the_watch_with_8(
    server: ScriptedServer, remediate: Remediate, plan_file: str
) -> None:
    events = a_log(succeeded()[:3])
    server.answers("POST", "/v1/runs", view_of(events), status=202)
    server.streams(EVENTS, *listed(events), cut=True)
    server.streams(EVENTS, cut=True)

    result = remediate("submit", plan_file, "--watch")

    assert (8, len(events)) == (result.exit_code, len(result.stdout.splitlines()))
    assert "gave up after 0.2 s\n" in result.stderr
    assert f"  the run may go on: remediate show {RUN}\n" in result.stderr


@pytest.mark.parametrize("give_up_seconds", [0.2])
def test_a_stream_that_ends_again_and_again_is_given_up(server: ScriptedServer, remediate: Remediate) -> None:
    events = a_log(succeeded()[:3])
    server.streams(EVENTS, *listed(events))
    server.answers("GET", f"/v1/runs/{RUN}", view_of(events))

    result = remediate("events", RUN, "-f")

    assert 8 == result.exit_code
    assert "error: the stream of events ends again and again; gave up after 0.2 s\n" == result.stderr


def test_a_run_that_ended_long_ago_is_followed_to_its_end(server: ScriptedServer, remediate: Remediate) -> None:
    events = a_log(succeeded())
    server.streams(EVENTS, *listed(events)[:-1])
    server.streams(EVENTS, listed(events)[-1])
    server.answers("GET", f"/v1/runs/{RUN}", view_of(events))

    result = remediate("events", RUN, "-f")

    assert (0, len(events)) == (result.exit_code, len(result.stdout.splitlines()))


@pytest.mark.parametrize("status", [401, 404])
def test_what_asking_again_cannot_help_ends_at_once(server: ScriptedServer, remediate: Remediate, status: int) -> None:
    problem = {"code": "gone", "detail": "it is not there"}
    server.add_stream(EVENTS, Answer(json.dumps(problem).encode(), status, "application/problem+json"))

    result = remediate("events", RUN, "-f")

    assert (2, "error: it is not there (gone)\n") == (result.exit_code, result.stderr)
    assert ["0"] == followed(server)


def test_waiting_is_silent_until_the_run_has_ended(
    server: ScriptedServer, remediate: Remediate, plan_file: str
) -> None:
    events = a_log(succeeded())
    server.answers("POST", "/v1/runs", view_of(events[:1]), status=202)
    server.streams(EVENTS, *listed(events)[:4], cut=True)
    server.streams(EVENTS, *listed(events)[4:])
    server.answers("GET", f"/v1/runs/{RUN}", view_of(events))

    result = remediate("submit", plan_file, "--wait")

    assert "succeeded: 1 step done\nwarning: step web: the field is deprecated\n" == result.stdout


def test_a_watch_for_programs_keeps_standard_output_for_the_document(
    server: ScriptedServer, remediate: Remediate, plan_file: str
) -> None:
    events = a_log(succeeded())
    server.answers("POST", "/v1/runs", view_of(events[:1]), status=202)
    server.streams(EVENTS, *listed(events))
    server.answers("GET", f"/v1/runs/{RUN}", view_of(events))
    server.answers("GET", EVENTS, a_page(listed(events)))

    result = remediate("submit", plan_file, "--watch", "-o", "json")

    assert view_of(events) == json.loads(result.stdout)
    assert "web: StepSucceeded  deployment/shop/web: 3 of 3 are ready\n" in result.stderr


def test_messages_are_read_as_the_standard_spells_them() -> None:
    """
    Comments, unknown fields, several data lines, and a message without data (https://html.spec.whatwg.org).
    """
    lines = [": heartbeat", "", "retry: 2000", "", "id: 1", "event: X", "data: a", "data:b", "odd", "", "data", ""]
    messages = Messages()

    assert ["a\nb", ""] == [data for data in map(messages.take, lines) if data is not None]
