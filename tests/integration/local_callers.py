"""
Programs that use a local control plane, and a listener that notes whoever contacts it.
"""

import os
import select
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.local import control_plane
from deploy.local.plane import Record, read_record
from deploy.local.processes import Identity

CHECKOUT = Path(control_plane.__file__).parents[2]
COMMAND = [getattr(sys, "_base_executable", sys.executable), control_plane.__file__]
ANSWER_SECONDS = 180.0
START_AND_SAY = """
import sys
from deploy.local.control_plane import ControlPlane
plane = ControlPlane.start(nodes=1)
print(plane.directory, flush=True)
sys.stdin.read()
"""


def run_command(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """
    Run control_plane.py as people do: as a file, with a bare Python.
    """
    return subprocess.run(
        [*COMMAND, *words],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=ANSWER_SECONDS,
        check=False,
    )


def output_of(*words: str) -> str:
    """
    What a command prints that succeeds.
    """
    done = run_command(*words)
    assert (0, "") == (done.returncode, done.stderr)
    return done.stdout


def caller(**settings: str) -> subprocess.Popen[str]:
    """
    A program that starts a plane, says its folder, and waits.
    """
    return subprocess.Popen(
        [sys.executable, "-c", START_AND_SAY],
        cwd=CHECKOUT,
        env=os.environ | settings,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def said_folder(process: subprocess.Popen[str]) -> Path:
    """
    The folder of a caller's plane, once it is up.
    """
    assert process.stdout is not None
    assert select.select([process.stdout], [], [], ANSWER_SECONDS)[0], "the caller's plane did not come up"
    return Path(process.stdout.readline().strip())


def record_of(folder: Path) -> Record:
    """
    A plane's record, which is there.
    """
    record = read_record(folder)
    assert record is not None
    return record


def keeper_of(folder: Path) -> Identity:
    """
    A plane's keeper, which is recorded.
    """
    keeper = record_of(folder).keeper
    assert keeper is not None
    return keeper


class Listener:
    """
    Accepts whoever comes, on a free loopback port, and notes it.
    """

    def __init__(self) -> None:
        self.contacts: list[str] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._worker = threading.Thread(target=self._accept)

    def __enter__(self) -> Self:
        self._worker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._worker.join()
        self._server.close()

    def kubeconfig(self) -> str:
        """
        A kubeconfig that leads here.
        """
        return (
            "apiVersion: v1\nkind: Config\ncurrent-context: production\n"
            "contexts: [{name: production, context: {cluster: production, user: someone}}]\n"
            f'clusters: [{{name: production, cluster: {{server: "http://127.0.0.1:{self.port}"}}}}]\n'
            "users: [{name: someone, user: {token: theirs}}]\n"
        )

    def _accept(self) -> None:
        while True:
            try:
                client, address = self._server.accept()
            except OSError:
                return
            self.contacts.append(f"{address}")
            client.close()
