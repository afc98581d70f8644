"""
The keeper of a control plane, beside a fake kwokctl that starts processes which only wait.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import keeper
from deploy.local.plane import Layout, Record
from deploy.local.processes import Identity, identity_of, processes_of
from tests.unit.local_bench import until, write_program

NAME = "local-x"


class Kept:
    """
    A plane's folder and its keeper.
    """

    def __init__(self, root: Path) -> None:
        self.layout = Layout(root / "plane", NAME)
        self._kwokctl = root / "kwokctl"
        self._process: subprocess.Popen[str] | None = None
        self.layout.directory.mkdir()
        self.layout.home.mkdir()

    def start(self, *script: str, owner: Identity | None = None) -> subprocess.Popen[str]:
        """
        Start the keeper with a kwokctl that does this.
        """
        Record(NAME, 20_000, owner).write(self.layout.directory)
        write_program(self._kwokctl, "\n".join(["#!/bin/sh", *script]).encode())
        self._process = subprocess.Popen(
            [sys.executable, keeper.__file__, str(self.layout.directory), str(self._kwokctl)],
            stdout=subprocess.PIPE,
            text=True,
        )
        return self._process

    def end(self) -> None:
        if self._process is not None:
            with self._process as process:
                process.terminate()


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    kept = Kept(tmp_path)
    yield kept
    kept.end()


def component(kept: Kept, name: str, command: str, last_words: str = "") -> list[str]:
    """
    What kwokctl does to start a component: a process in the background, its pid in a file, a log.
    """
    cluster = kept.layout.cluster
    return [
        f"/bin/mkdir -p {cluster}/pids {cluster}/logs",
        f"printf 'first\\n{last_words}' > {cluster}/logs/{name}.log",
        f"{command} & echo $! > {cluster}/pids/{name}.pid",
    ]


def answer(process: subprocess.Popen[str]) -> dict[str, object]:
    assert process.stdout is not None
    said: dict[str, object] = json.loads(process.stdout.readline())
    return said


def test_it_says_when_the_plane_is_up_and_ends_all_of_it_on_a_signal(kept: Kept) -> None:
    process = kept.start(*component(kept, "etcd", "/bin/sleep 60"), owner=identity_of(os.getpid()))

    assert {"ready": True} == answer(process)
    (orphan,) = processes_of(kept.layout.directory)
    process.terminate()

    assert 0 == process.wait()
    assert not Path(f"/proc/{orphan}").exists()
    assert not kept.layout.directory.exists()


def test_a_plane_without_an_owner_is_kept_until_a_signal_comes(kept: Kept) -> None:
    process = kept.start(*component(kept, "etcd", "/bin/sleep 60"))
    answer(process)

    assert process.poll() is None
    process.send_signal(signal.SIGHUP)

    assert 0 == process.wait()
    assert [] == processes_of(kept.layout.directory)


def test_an_owner_that_is_gone_before_the_keeper_looks_ends_it(kept: Kept) -> None:
    mine = identity_of(os.getpid())
    assert mine is not None

    process = kept.start("exec /bin/sleep 60", owner=Identity(mine.pid, mine.started - 1, mine.boot, mine.namespace))

    assert 0 == process.wait(30)
    assert [] == processes_of(kept.layout.directory)
    assert not kept.layout.directory.exists()


def test_the_end_of_the_owner_ends_a_plane_that_is_still_starting(kept: Kept) -> None:
    with subprocess.Popen(["/bin/sleep", "60"]) as owner:
        process = kept.start(
            *component(kept, "etcd", "/bin/sleep 60"), "exec /bin/sleep 60", owner=identity_of(owner.pid)
        )
        until(lambda: len(processes_of(kept.layout.directory)) > 1, "it starts")
        owner.kill()

    assert 0 == process.wait(30)
    assert [] == processes_of(kept.layout.directory)


def test_a_failed_creation_is_told_with_its_last_words(kept: Kept) -> None:
    process = kept.start("echo one; echo two; echo three; echo four >&2; exit 3")

    assert {"failed": "kwokctl ended with code 3: two | three | four"} == answer(process)
    assert 1 == process.wait()
    assert not kept.layout.directory.exists()


def test_a_component_that_dies_is_told_without_waiting_for_kwokctl(kept: Kept) -> None:
    process = kept.start(
        *component(kept, "etcd", "/bin/sleep 60"),
        *component(kept, "kube-apiserver", "/bin/true", "bind: address already in use\\n"),
        "wait $!; exec /bin/sleep 60",
    )

    assert {"failed": "kube-apiserver ended: first | bind: address already in use"} == answer(process)
    assert 1 == process.wait()
    assert [] == processes_of(kept.layout.directory)


def test_a_folder_without_a_record_is_not_kept(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, keeper.__file__, str(tmp_path), "/bin/false"], capture_output=True, text=True, check=False
    )

    assert (1, {"failed": f"there is no plane to keep in {tmp_path}"}) == (done.returncode, json.loads(done.stdout))
    assert tmp_path.exists()
