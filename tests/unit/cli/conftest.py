"""
Fixtures for tests of the command line: a scripted server, and the command line itself.
"""

import functools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from executor.cli import client
from executor.cli.main import app
from tests.unit.cli.scripted_server import TOKEN, ScriptedServer, scripted_server

Remediate = Callable[..., Result]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as running:
        yield running


@pytest.fixture
def environment(server: ScriptedServer, tmp_path: Path) -> dict[str, str]:
    """
    The environment of a person who uses the scripted server.
    """
    return {
        "EXECUTOR_URL": server.url,
        "EXECUTOR_TOKEN": TOKEN,
        "EXECUTOR_STATE_DIR": str(tmp_path / "state"),
        "HTTP_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
    }


@pytest.fixture
def give_up_seconds() -> float:
    """
    How long a server that is gone is waited for; a test whose server stays away says less.
    """
    return 60.0


@pytest.fixture
def remediate(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, give_up_seconds: float) -> Remediate:
    """
    Run the command line in this process; a server that is gone is asked again at once.
    """
    brisk = functools.partial(client.Patience, first_seconds=0.01, most_seconds=0.02, give_up_seconds=give_up_seconds)
    monkeypatch.setattr(client, "Patience", brisk)

    def run(*arguments: str, stdin: str | None = None) -> Result:
        invoke = functools.partial(CliRunner().invoke, app, arguments, stdin, environment, prog_name="remediate")
        with ThreadPoolExecutor(1) as thread:  # its event loop stays apart from those that pytest's plugins keep
            return thread.submit(invoke).result()

    return run


@pytest.fixture
def plan_file(tmp_path: Path) -> str:
    """
    A plan that is handed in; what it holds is the scripted server's to judge.
    """
    file = tmp_path / "plan.yaml"
    file.write_text("name: relieve-shop\n")
    return str(file)
