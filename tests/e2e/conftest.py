"""
Fixtures of whole scenarios: somebody at a shell beside the session's running service.
"""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.person import Person
from tests.serving import Served


@pytest.fixture
def person(service: Served, tmp_path: Path) -> Person:
    """
    Somebody on the service's machine who has configured nothing but where its state lies.
    """
    home = tmp_path / "home"
    home.mkdir()
    return Person({"PATH": os.environ["PATH"], "HOME": str(home), "EXECUTOR_STATE_DIR": str(service.state)} | _tools())


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """
    A loopback port that is taken and not listened on: nobody answers there, and no other process can come to.
    """
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken


def _tools() -> dict[str, str]:
    """
    Return where the tools cache lies, which would else be below the home.
    """
    return {"XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")}
