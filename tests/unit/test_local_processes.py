"""
How a local control plane tells its own processes from others, and what it does about leftovers; without starting one.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import pytest

from deploy.local import kwokctl, processes
from deploy.local.leftovers import sweep
from deploy.local.plane import PREFIX, Layout, Record, read_record
from deploy.local.processes import (
    MARK,
    Identity,
    end_all,
    identity_of,
    is_alive,
    is_loopback,
    listening,
    marked,
    processes_of,
    signal_one,
)
from tests.unit.local_bench import until


@pytest.fixture
def sleepers() -> Iterator["Sleepers"]:
    with ExitStack() as stack:
        yield Sleepers(stack)


class Sleepers:
    """
    Processes that only wait, each belonging to a plane or to none; all are gone after the test.
    """

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def start(self, plane: Path | None = None, program: str = "import time; time.sleep(60)") -> subprocess.Popen[bytes]:
        environment = {}
        if plane is not None:
            plane.mkdir(exist_ok=True)
            environment[MARK] = str(plane)
        process = self._stack.enter_context(subprocess.Popen([sys.executable, "-S", "-c", program], env=environment))
        self._stack.callback(process.kill)
        until(lambda: plane is None or process.pid in processes_of(plane), "it is seen")
        return process


class TestIdentity:
    def test_this_process_is_alive(self) -> None:
        assert is_alive(the(identity_of(os.getpid())))

    def test_a_process_that_has_ended_is_not(self, sleepers: Sleepers) -> None:
        process = sleepers.start()
        identity = the(identity_of(process.pid))
        process.kill()
        process.wait()

        assert not is_alive(identity)

    def test_a_process_whose_exit_code_nobody_read_is_not_alive(self, sleepers: Sleepers) -> None:
        process = sleepers.start()
        identity = the(identity_of(process.pid))
        process.kill()

        until(lambda: not is_alive(identity), "the zombie counts as gone")
        assert identity_of(process.pid) is None

    def test_a_later_process_with_the_same_number_is_another(self) -> None:
        mine = the(identity_of(os.getpid()))

        assert not is_alive(replace(mine, started=mine.started - 1))
        assert not is_alive(replace(mine, boot="an earlier boot"))

    def test_a_process_of_another_container_counts_as_alive(self) -> None:
        mine = the(identity_of(os.getpid()))

        assert is_alive(Identity(1 << 30, 1, mine.boot, "pid:[1]"))

    def test_a_signal_goes_only_to_the_very_process(self, sleepers: Sleepers) -> None:
        process = sleepers.start()
        identity = the(identity_of(process.pid))

        assert signal_one(replace(identity, started=1), signal.SIGKILL, wait_seconds=0)
        assert process.poll() is None
        assert signal_one(identity, signal.SIGKILL, wait_seconds=10)
        assert -signal.SIGKILL == process.wait()


class TestTheEndOfAPlane:
    def test_only_its_own_processes_are_ended(self, sleepers: Sleepers, tmp_path: Path) -> None:
        ours, theirs, nobodys = (sleepers.start(plane) for plane in (tmp_path / "a", tmp_path / "b", None))

        end_all(tmp_path / "a")

        assert -signal.SIGKILL == ours.wait()
        assert (None, None) == (theirs.poll(), nobodys.poll())

    def test_a_process_that_has_taken_over_a_pid_is_not_ended(self, sleepers: Sleepers, tmp_path: Path) -> None:
        successor = sleepers.start(tmp_path / "another")

        processes._kill(successor.pid, tmp_path / "a")

        assert successor.poll() is None
        assert [successor.pid] == processes_of(tmp_path / "another")

    def test_a_process_that_sees_other_files_belongs_to_another_plane(
        self, sleepers: Sleepers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        process = sleepers.start(tmp_path / "a")
        elsewhere = {Path(f"/proc/{process.pid}"): "mnt:[1]"}
        monkeypatch.setattr(processes, "_files_seen_by", lambda folder: elsewhere.get(folder, "mnt:[2]"))

        assert [] == processes_of(tmp_path / "a")

    def test_processes_that_keep_starting_others_are_ended_too(self, sleepers: Sleepers, tmp_path: Path) -> None:
        program = (
            "import subprocess, sys, time\n"
            "while True:\n"
            "    subprocess.Popen(['/bin/sleep', '60'], start_new_session=True)\n"
            "    time.sleep(0.01)\n"
        )
        sleepers.start(tmp_path, program)
        until(lambda: len(processes_of(tmp_path)) > 3, "it has children")

        end_all(tmp_path)

        assert tmp_path not in marked()

    def test_what_does_not_end_is_named(
        self, sleepers: Sleepers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        process = sleepers.start(tmp_path)
        monkeypatch.setattr(processes, "END_SECONDS", 0.0)
        monkeypatch.setattr(processes, "_kill", lambda *_: None)

        with pytest.raises(TimeoutError, match=rf"processes \[{process.pid}\] of {tmp_path}"):
            end_all(tmp_path)


class TestLeftovers:
    @pytest.fixture(autouse=True)
    def own_temporary_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def test_a_plane_whose_owner_is_gone_is_ended_and_removed(self, sleepers: Sleepers, tmp_path: Path) -> None:
        elsewhere = a_plane(tmp_path / "elsewhere", owner=a_dead_process(sleepers))
        process = sleepers.start(elsewhere)

        sweep()

        assert -signal.SIGKILL == process.wait()
        assert not elsewhere.exists()

    def test_a_folder_without_processes_is_removed_too(self, sleepers: Sleepers, tmp_path: Path) -> None:
        folder = a_plane(tmp_path / f"{PREFIX}x", owner=a_dead_process(sleepers))

        sweep()

        assert not folder.exists()

    def test_a_plane_whose_folder_is_gone_is_ended(self, sleepers: Sleepers, tmp_path: Path) -> None:
        process = sleepers.start(tmp_path / "removed")
        (tmp_path / "removed").rmdir()

        sweep()

        assert -signal.SIGKILL == process.wait()

    def test_a_plane_whose_owner_lives_stays(self, sleepers: Sleepers, tmp_path: Path) -> None:
        folder = a_plane(tmp_path / f"{PREFIX}x", owner=identity_of(os.getpid()))
        process = sleepers.start(folder)

        assert folder not in sweep()
        assert (None, True) == (process.poll(), folder.exists())

    def test_a_plane_that_stays_up_stays(self, sleepers: Sleepers, tmp_path: Path) -> None:
        folder = a_plane(tmp_path / f"{PREFIX}x", owner=None)
        process = sleepers.start(folder)

        assert folder not in sweep()
        assert (None, True) == (process.poll(), folder.exists())

    @pytest.mark.parametrize("record", ["", "{}", "[]", '{"name": "x", "port": 1, "owner": {"pid": 1}}'])
    def test_a_record_that_cannot_be_read_is_left_alone(self, tmp_path: Path, record: str) -> None:
        folder = tmp_path / f"{PREFIX}x"
        folder.mkdir()
        (folder / "plane.json").write_text(record)

        assert read_record(folder) is None
        assert folder not in sweep()
        assert folder.exists()

    def test_a_record_reads_as_it_was_written(self, tmp_path: Path) -> None:
        record = Record("local", 20_000, owner=identity_of(os.getpid()), keeper=None)
        record.write(tmp_path)

        assert record == read_record(tmp_path)


class TestListeners:
    @pytest.mark.parametrize(("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
    def test_a_listener_is_found_with_its_address(self, family: socket.AddressFamily, address: str) -> None:
        with socket.create_server((address, 0), family=family) as listener:
            assert (address, listener.getsockname()[1]) in listening([os.getpid()])

    @pytest.mark.parametrize(
        ("address", "answer"),
        {
            "127.0.0.1": True,
            "127.8.8.8": True,
            "::1": True,
            "::ffff:127.0.0.1": True,
            "0.0.0.0": False,  # noqa: S104  it is what must not be
            "::": False,
            "::ffff:0.0.0.0": False,
            "192.0.2.1": False,
        }.items(),
    )
    def test_loopback_is_told_from_the_rest(self, address: str, *, answer: bool) -> None:
        assert answer == is_loopback(address)

    def test_free_ports_are_different_and_nobody_listens_there(self) -> None:
        ports = astuple(kwokctl.free_ports())

        assert len(ports) == len(set(ports))
        for port in ports:
            with socket.socket() as client:
                assert client.connect_ex(("127.0.0.1", port)) != 0


class TestConfiguration:
    def test_every_component_is_bound_to_loopback_and_keeps_its_own_objects(self, tmp_path: Path) -> None:
        options = configuration(tmp_path, audit=False)["options"]

        assert "127.0.0.1" == options["bindAddress"]
        assert "/local-x" == options["etcdPrefix"]
        assert "kubeAuditPolicy" not in options

    def test_flags_and_audit_reach_the_api_server(self, tmp_path: Path) -> None:
        cluster = configuration(tmp_path, {"--profiling": "false"}, audit=True)

        assert [{"name": "kube-apiserver", "extraArgs": [{"key": "profiling", "value": "false"}]}] == cluster[
            "componentsPatches"
        ]
        assert str(tmp_path / "audit-policy.yaml") == cluster["options"]["kubeAuditPolicy"]

    def test_nothing_of_the_callers_environment_gets_in(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("KUBECONFIG", "/theirs")
        monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")

        seen = kwokctl.environment(Layout(tmp_path, "local-x"))

        assert {"HOME", "KUBECONFIG", "KWOK_WORKDIR", "LANG", "PATH", MARK} == seen.keys()
        assert all(str(tmp_path) in seen[name] for name in ("HOME", "KUBECONFIG", "KWOK_WORKDIR", MARK))


def the(identity: Identity | None) -> Identity:
    assert identity is not None
    return identity


def a_dead_process(sleepers: Sleepers) -> Identity:
    process = sleepers.start()
    identity = the(identity_of(process.pid))
    process.kill()
    process.wait()
    return identity


def a_plane(folder: Path, *, owner: Identity | None) -> Path:
    folder.mkdir()
    Record("local-x", 20_000, owner).write(folder)
    return folder


def configuration(folder: Path, flags: dict[str, str] | None = None, *, audit: bool) -> dict[str, Any]:
    layout = Layout(folder, "local-x")
    binaries = {tool: Path("/bin") / tool for tool in kwokctl.TOOLS}
    kwokctl.write_configuration(layout, kwokctl.free_ports(), binaries, flags or {}, audit=audit)
    cluster: dict[str, Any] = json.loads(layout.config.read_text().split("\n---\n")[0])
    return cluster
