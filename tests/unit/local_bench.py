"""
A workbench for the toolbox: an empty cache, an empty PATH, fake tools and a fake Go.
"""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.local import releases
from deploy.local.catalogue import MODULES, TOOLS
from tests.unit.local_releases import ReleaseServer, release_server

OPA = TOOLS["opa"]
TOOLBOX = MODULES.parent / "toolbox.py"
SECONDS = 60.0


def executable(version: str) -> bytes:
    """
    A tiny tool that tells a version, whatever it is asked.
    """
    return f"#!/bin/sh\necho 'Tool version: v{version} (fake)'\n".encode()


def until(is_so: Callable[[], bool], what: str) -> None:
    """
    Poll until something is so.
    """
    ends_at = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < ends_at, f"not within {SECONDS} s: {what}"
        time.sleep(0.01)


@dataclass(frozen=True)
class Bench:
    """
    Folders of one test; `environment` is all that a toolbox in another process sees.
    """

    root: Path

    @property
    def programs(self) -> Path:
        return self.root / "bin"

    @property
    def builds(self) -> list[str]:
        """
        What the fake Go was asked to build, one line each.
        """
        log = self.root / "builds"
        return log.read_text().splitlines() if log.exists() else []

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": str(self.programs),
            "HOME": str(self.root / "home"),
            "XDG_CACHE_HOME": str(self.root / "cache"),
            "EXECUTOR_TOOLS_DOWNLOAD": "off",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def cached(self, name: str) -> Path:
        return self.root / "cache" / "remediation-executor" / "tools" / name / TOOLS[name].version / name

    def install(self, name: str, content: bytes) -> Path:
        """
        Put a program on PATH.
        """
        return write_program(self.programs / name, content)

    def install_go(self, made: bytes = b"", *, waits: bool = False, fails: bool = False) -> None:
        """
        A Go that notes each build and makes a program; one that waits goes on when the file `go-on` appears.
        """
        root = shlex.quote(str(self.root))
        write_program(self.root / "made", made or executable(TOOLS["opa"].version))
        lines = [
            "#!/bin/sh",
            f'echo "$PWD $CGO_ENABLED $*" >> {root}/builds',
            f"while [ ! -e {root}/go-on ]; do /bin/sleep 0.01; done" if waits else ":",
            "echo 'go: trouble'; echo 'go: module x: not found' >&2; exit 1" if fails else ":",
            'while [ "$1" != -o ]; do shift; done',
            f'exec /bin/cp {root}/made "$2"',
        ]
        self.install("go", "\n".join(lines).encode())

    def let_go_on(self) -> None:
        (self.root / "go-on").touch()

    def start(self, *words: str, **settings: str) -> subprocess.Popen[str]:
        """
        Run the toolbox as people do: as a file, with a bare Python.
        """
        return subprocess.Popen(
            [getattr(sys, "_base_executable", sys.executable), str(TOOLBOX), *words],
            env=self.environment | settings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, **settings: str) -> tuple[int, str, str]:
        """
        Run the toolbox to its end; answers exit code, output and messages.
        """
        with self.start(*words, **settings) as process:
            output, messages = process.communicate(timeout=SECONDS)
            return process.returncode, output, messages


def write_program(path: Path, content: bytes) -> Path:
    """
    Write an executable file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o755)
    return path


def files_below(folder: Path) -> set[str]:
    """
    Every file below a folder, locks left out.
    """
    return {
        str(Path(base, name).relative_to(folder))
        for base, _, names in os.walk(folder)
        for name in names
        if name != ".lock"
    }


class WithBench:
    """
    What the test classes of the toolbox share.
    """

    @pytest.fixture
    def bench(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
        """
        A bench; this process, too, sees nothing else.
        """
        bench = Bench(tmp_path)
        bench.programs.mkdir()
        for name, value in bench.environment.items():
            monkeypatch.setenv(name, value)
        return bench

    @pytest.fixture
    def server(self) -> Iterator[ReleaseServer]:
        """
        A release server.
        """
        with release_server() as server:
            yield server

    @pytest.fixture
    def impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        A server that hangs is given up soon.
        """
        monkeypatch.setattr(releases, "IDLE_SECONDS", 0.5)
