"""
The program itself, in a process of its own: start, help, terminal, interruption, a reader that leaves.
"""

import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.cli.documents import RUN, a_log, a_page, ended_view, listed, started, succeeded, view_of
from tests.unit.cli.scripted_server import ScriptedServer

ROOT = Path(__file__).resolve().parents[3]
REMEDIATE = [sys.executable, "-m", "executor"]
LIMIT_SECONDS = 60

COMMANDS = [
    "serve",
    "submit",
    "assess",
    "list",
    "show",
    "events",
    "diff",
    "cancel",
    "reject",
    "actions",
    "policy",
    "doctor",
]


def whole(environment: dict[str, str]) -> dict[str, str]:
    return {**os.environ, **environment, "PYTHONPATH": str(ROOT)}


def remediate(*arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*REMEDIATE, *arguments],
        env=whole(environment or {}),
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )


def test_help_loads_neither_an_http_library_nor_the_server() -> None:
    """
    So it stays fast: 0.2 s when it was measured, and these alone would take longer.
    """
    script = (
        "import sys; from executor.cli.main import app; app(['--help'], standalone_mode=False);"
        "print(sorted({'aiohttp', 'pydantic', 'sqlalchemy', 'yaml'} & set(sys.modules)))"
    )

    result = subprocess.run(
        [sys.executable, "-c", script], env=whole({}), capture_output=True, text=True, timeout=LIMIT_SECONDS, check=True
    )

    assert "[]" == result.stdout.splitlines()[-1]


def test_a_wrong_setting_ends_the_start_with_one_sentence() -> None:
    result = remediate("serve", environment={"EXECUTOR_LISTEN": "8080"})

    assert (2, "", "error: EXECUTOR_LISTEN must be host:port, such as 127.0.0.1:8080\n") == (
        result.returncode,
        result.stdout,
        result.stderr,
    )


@pytest.mark.requirement("RUN-4")
def test_a_terminal_gets_a_live_table(server: ScriptedServer, environment: dict[str, str], plan_file: str) -> None:
    events = a_log(succeeded())
    server.answers("POST", "/v1/runs", view_of(events[:1]), status=202)
    server.streams(f"/v1/runs/{RUN}/events", *listed(events[:7]), cut=True)
    server.streams(f"/v1/runs/{RUN}/events", *listed(events[7:]))
    server.answers("GET", f"/v1/runs/{RUN}", view_of(events[:7]), view_of(events))

    code, shown = on_a_terminal("submit", plan_file, "--watch", environment=environment)

    assert 0 == code
    assert "\x1b[" in shown
    assert re.search(r"web +scale +deployment/shop/web.*succeeded.*8\.0s", plain(shown))
    assert "succeeded: 1 step done" in plain(shown)
    assert "StepSucceeded" not in shown


def test_no_color_is_heeded_on_a_terminal(server: ScriptedServer, environment: dict[str, str]) -> None:
    server.answers("GET", f"/v1/runs/{RUN}", ended_view("failed"))
    server.answers("GET", f"/v1/runs/{RUN}/events", a_page([]))

    _, coloured = on_a_terminal("show", RUN, environment=environment)
    _, bare = on_a_terminal("show", RUN, environment={**environment, "NO_COLOR": "1"})

    assert "\x1b[31m" in coloured
    assert "\x1b[31m" not in bare


def test_a_dumb_terminal_gets_lines(server: ScriptedServer, environment: dict[str, str], plan_file: str) -> None:
    events = a_log(succeeded())
    server.answers("POST", "/v1/runs", view_of(events[:1]), status=202)
    server.streams(f"/v1/runs/{RUN}/events", *listed(events))
    server.answers("GET", f"/v1/runs/{RUN}", view_of(events))

    _, shown = on_a_terminal("submit", plan_file, "--watch", environment={**environment, "TERM": "dumb"})

    assert "web: StepSucceeded  deployment/shop/web: 3 of 3 are ready" in shown


@pytest.mark.parametrize("mode", ["--watch", "--wait"])
def test_an_interrupted_watch_says_that_the_run_goes_on(
    server: ScriptedServer, environment: dict[str, str], plan_file: str, mode: str
) -> None:
    events = a_log(started())
    server.answers("POST", "/v1/runs", view_of(events[:1]), status=202)
    server.streams(f"/v1/runs/{RUN}/events", *listed(events), hold=True)
    # A shell starts background jobs with SIGINT ignored, and their children inherit that: a test run may be one.
    process = subprocess.Popen(
        ["/usr/bin/env", "--default-signal=INT", *REMEDIATE, "submit", plan_file, mode],
        env=whole(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.held.wait(LIMIT_SECONDS)

    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=LIMIT_SECONDS)

    assert 130 == process.returncode
    assert f"no longer watching; the run goes on. See it: remediate show {RUN}" in said
    assert "Traceback" not in said
    assert ["/v1/runs"] == server.paths("POST")


def test_a_reader_that_has_left_is_no_error(server: ScriptedServer, environment: dict[str, str]) -> None:
    server.answers("GET", f"/v1/runs/{RUN}/events", a_page(listed(a_log(succeeded()))))
    reading, writing = os.pipe()
    os.close(reading)

    result = subprocess.run(
        [*REMEDIATE, "events", RUN],
        env=whole(environment),
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    os.close(writing)

    assert (141, b"") == (result.returncode, result.stderr)


def on_a_terminal(*arguments: str, environment: dict[str, str]) -> tuple[int, str]:
    """
    Run the program on a terminal of its own; return its exit code and all it wrote there.
    """
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*REMEDIATE, *arguments],
        env=whole({"TERM": "xterm", "COLUMNS": "140", "NO_COLOR": "", **environment}),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65_536)
        except OSError:  # how Linux tells that the other side has closed a terminal
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    return process.wait(LIMIT_SECONDS), shown.decode()


def plain(shown: str) -> str:
    """
    Return what is read on a terminal, without what steers it.
    """
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)
