"""
A real Kubernetes control plane on this machine: API server, controllers and scheduler, with simulated nodes and pods.

Loopback only, free ports, several side by side; each in a folder of its own that goes when it goes. No `KUBECONFIG` and
no `~/.kube` is read or written. Linux only: it relies on /proc and pidfds. As a file it is a command: `--help`.
"""

import json
import os
import secrets
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

if __package__ in {None, ""}:  # run as a file: make the checkout importable instead of this folder
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from deploy.local import keeper as keeper_program
from deploy.local import kwokctl, toolbox
from deploy.local.apiserver import AnswerError, ApiServer
from deploy.local.leftovers import sweep
from deploy.local.plane import PREFIX, Layout, Record, read_record
from deploy.local.processes import end_all, identity_of, is_loopback, listening, processes_of, signal_one

ATTEMPTS = 3
NODES = 3
READY_SECONDS = 60.0
STOP_SECONDS = 30.0
LOOK_SECONDS = 0.05


class ControlPlaneError(Exception):
    """
    A control plane could not be started or changed; the message says which, and what went wrong.
    """


@dataclass(frozen=True, slots=True)
class ControlPlane:
    """
    A running control plane: `with ControlPlane.start() as plane: …`, or `start` and `stop`.

    It ends with the process that started it, however that ends.
    """

    name: str
    directory: Path
    port: int
    _keeper: subprocess.Popen[bytes] | None = field(default=None, repr=False, compare=False)

    @classmethod
    def start(
        cls,
        nodes: int = NODES,
        directory: Path | None = None,
        *,
        api_server_flags: Mapping[str, str] | None = None,
        audit: bool = False,
    ) -> Self:
        """
        Start a plane with so many ready nodes, in a new folder below `directory` (default: the temporary directory).

        `api_server_flags` are added to the API server's own, `{"enable-admission-plugins": "…"}`; `audit` makes it
        write `audit_log`: every write with its body, every read without.
        """
        sweep()
        parent = Path(directory or tempfile.gettempdir())
        parent.mkdir(parents=True, exist_ok=True)
        for attempt in range(1, ATTEMPTS + 1):
            folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent)).resolve()
            name = f"local-{secrets.token_hex(3)}"
            try:
                return cls.start_in(folder, name, nodes, api_server_flags=api_server_flags, audit=audit)
            except ControlPlaneError as error:
                if attempt == ATTEMPTS or "address already in use" not in str(error):
                    raise
        raise AssertionError("the last attempt returns or raises")

    @classmethod
    def start_in(
        cls,
        folder: Path,
        name: str,
        nodes: int = NODES,
        *,
        api_server_flags: Mapping[str, str] | None = None,
        audit: bool = False,
        owned: bool = True,
    ) -> Self:
        """
        Start a plane in exactly this empty folder; one that is not owned stays up when its caller ends.
        """
        try:
            layout, ports = Layout(folder, name), kwokctl.free_ports()
            Record(name, ports.api_server, identity_of(os.getpid()) if owned else None).write(folder)
            tools = toolbox.ensure_all(kwokctl.TOOLS)
            layout.home.mkdir()
            kwokctl.write_configuration(layout, ports, tools, api_server_flags or {}, audit=audit)
            plane = cls(name, folder, ports.api_server, _spawn_keeper(layout, tools["kwokctl"]))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        try:
            _await_keeper(plane, plane._keeper)
            _see_that_it_is_private(plane, ports)
            plane.scale_nodes(nodes)
            _await(plane, "its default service account", lambda: _has_default_account(plane))
        except BaseException:
            plane.stop()
            raise
        return plane

    @classmethod
    def at(cls, folder: Path) -> Self | None:
        """
        The plane that is recorded in this folder and answers, or None.
        """
        record = read_record(folder)
        plane = record and cls(record.name, folder, record.port)
        return plane if plane and plane.api.is_ready() else None

    @property
    def kubeconfig(self) -> Path:
        """
        The file by which a client reaches this plane as its administrator.
        """
        return self._layout.kubeconfig

    @property
    def audit_log(self) -> Path:
        """
        The API server's audit log, one JSON event a line, if the plane was started with one.
        """
        return self._layout.audit_log

    @property
    def api(self) -> ApiServer:
        """
        A plain client for a few requests.
        """
        return ApiServer(self._layout, self.port)

    @property
    def pids(self) -> list[int]:
        """
        Its processes now, without the keeper.
        """
        return processes_of(self.directory)

    def scale_nodes(self, nodes: int) -> None:
        """
        Have so many simulated nodes, all ready.
        """
        try:
            kwokctl.scale_nodes(toolbox.ensure_all(["kwokctl"])["kwokctl"], self._layout, nodes)
        except subprocess.SubprocessError as error:
            said = (getattr(error, "stderr", None) or b"").decode("utf-8", "replace").strip()
            raise ControlPlaneError(f"{self.name}: scaling to {nodes} nodes failed: {error} {said}") from error
        _await(self, f"{nodes} ready nodes", lambda: len(self.api.ready_nodes()) == nodes)

    def log(self, *lines: str, previous: bool = False) -> None:
        """
        Let every simulated container have logged these lines now, or before it was started again.
        """
        for name in self.api.ready_nodes():
            # Simulated nodes have addresses that lead nowhere; whoever asks for a log asks the node.
            here = {"status": {"addresses": [{"type": "InternalIP", "address": kwokctl.LOOPBACK}]}}
            self.api.request("PATCH", f"/api/v1/nodes/{name}/status", here, content_type="application/merge-patch+json")
        now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}000Z"
        file = self._layout.previous_container_log if previous else self._layout.container_log
        file.write_text("".join(f"{now} stdout F {line}\n" for line in lines))

    def forget_logs(self) -> None:
        """
        Let no simulated container have a log: a read of one fails, as of a container that never started.
        """
        self._layout.previous_container_log.unlink(missing_ok=True)
        self._layout.container_log.unlink(missing_ok=True)

    def stop(self) -> None:
        """
        End all its processes and remove its folder; does nothing if that has happened.
        """
        if self._keeper is not None:
            self._keeper.terminate()
            self._keeper.wait(STOP_SECONDS)
        elif (record := read_record(self.directory)) is not None and record.keeper is not None:
            signal_one(record.keeper, signal.SIGTERM, wait_seconds=STOP_SECONDS)
        end_all(self.directory)  # the keeper has done this, unless it was killed
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _layout(self) -> Layout:
        return Layout(self.directory, self.name)


def _spawn_keeper(layout: Layout, kwokctl_path: Path) -> subprocess.Popen[bytes]:
    """
    Start the keeper in a session of its own, without the caller's cluster and home.
    """
    theirs = {name: value for name, value in os.environ.items() if name != "KUBECONFIG"}
    with (layout.directory / "keeper.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, keeper_program.__file__, str(layout.directory), str(kwokctl_path)],
            env=theirs | {"HOME": str(layout.home)},
            cwd=layout.directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )


def _await_keeper(plane: ControlPlane, keeper: subprocess.Popen[bytes] | None) -> None:
    """
    Read the keeper's one line: the plane is up, or why not.
    """
    if keeper is None or keeper.stdout is None:
        raise AssertionError("a plane that starts has a keeper with a pipe")
    said, ends_at = b"", time.monotonic() + kwokctl.WAIT_SECONDS + STOP_SECONDS
    with keeper.stdout as pipe:
        while not said.endswith(b"\n"):
            if not select.select([pipe], [], [], max(0.0, ends_at - time.monotonic()))[0]:
                raise ControlPlaneError(f"{plane.name}: its keeper said nothing in time")
            chunk = os.read(pipe.fileno(), 1 << 16)
            if not chunk:
                raise ControlPlaneError(f"{plane.name}: its keeper ended before the control plane was up")
            said += chunk
    answer = json.loads(said)
    if "failed" in answer:
        raise ControlPlaneError(f"{plane.name}: the control plane did not start: {answer['failed']}")


def _see_that_it_is_private(plane: ControlPlane, ports: kwokctl.Ports) -> None:
    """
    Hand out no plane that others can reach, and none whose port belongs to another process.
    """
    expected = set(astuple(ports))
    _await(plane, "all its listeners", lambda: expected <= {port for _, port in listening(plane.pids)})
    exposed = sorted(f"{address}:{port}" for address, port in listening(plane.pids) if not is_loopback(address))
    if exposed:
        raise ControlPlaneError(f"{plane.name}: it listens beyond the loopback interface: {', '.join(exposed)}")


def _has_default_account(plane: ControlPlane) -> bool:
    """
    Without it a pod that is created directly is refused.
    """
    return bool(plane.api.get("/api/v1/namespaces/default/serviceaccounts/default"))


def _await(plane: ControlPlane, what: str, is_there: Callable[[], bool]) -> None:
    ends_at, trouble = time.monotonic() + READY_SECONDS, ""
    while True:
        try:
            if is_there():
                return
        except (OSError, AnswerError) as error:
            trouble = f" ({error})"
        if time.monotonic() > ends_at:
            raise ControlPlaneError(f"{plane.name}: {what} did not come within {READY_SECONDS:.0f} s{trouble}")
        time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    from deploy.local.commands import main

    sys.exit(main())
