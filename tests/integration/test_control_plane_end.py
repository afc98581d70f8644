"""
The end of a local control plane: however its caller ends, no process and no folder is left.
"""

import os
import signal
from pathlib import Path

import pytest

from deploy.local.control_plane import ControlPlane, ControlPlaneError
from deploy.local.leftovers import sweep
from deploy.local.processes import is_alive, marked, processes_of, signal_one
from tests.integration.local_callers import caller, keeper_of, said_folder
from tests.integration.local_workloads import until

pytestmark = pytest.mark.integration


def test_nothing_is_left_when_its_block_ends_by_an_error(tmp_path: Path) -> None:
    plane = ControlPlane.start(nodes=0, directory=tmp_path)
    pids, keeper = plane.pids, keeper_of(plane.directory)
    assert keeper.pid == os.getsid(keeper.pid)  # a session of its own: no terminal's Ctrl-C or end reaches it

    with pytest.raises(ZeroDivisionError), plane:
        raise ZeroDivisionError

    assert 5 == len(pids)
    assert [] == list(tmp_path.iterdir())
    assert plane.directory not in marked()
    assert not is_alive(keeper)
    plane.stop()  # again: nothing happens


def test_a_component_that_fails_is_named_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(ControlPlaneError, match=r"did not start: kube-apiserver ended: .*unknown flag: --no-such"):
        ControlPlane.start(directory=tmp_path, api_server_flags={"no-such": "flag"})

    assert [] == list(tmp_path.iterdir())


def test_a_caller_that_is_killed_leaves_no_process_and_no_folder() -> None:
    with caller() as process:
        folder = said_folder(process)
        keeper = keeper_of(folder)
        assert 5 == len(processes_of(folder))

        process.kill()

    until(lambda: folder not in marked() and not folder.exists(), "all is gone")
    until(lambda: not is_alive(keeper), "the keeper is gone")


def test_a_caller_that_is_killed_while_it_starts_leaves_nothing(tmp_path: Path) -> None:
    with caller(TMPDIR=str(tmp_path)) as process:
        until(lambda: any(folder.parent == tmp_path for folder in marked()), "its first process")

        process.kill()

    until(lambda: not any(folder.parent == tmp_path for folder in marked()), "no process")
    until(lambda: not list(tmp_path.iterdir()), "no folder")


def test_what_survives_caller_and_keeper_goes_with_the_next_start() -> None:
    with caller() as process:
        folder = said_folder(process)
        signal_one(keeper_of(folder), signal.SIGKILL, wait_seconds=10)
        process.kill()

    sweep()

    assert folder not in marked()
    assert not folder.exists()


def test_a_plane_whose_keeper_was_killed_still_stops(tmp_path: Path) -> None:
    plane = ControlPlane.start(nodes=0, directory=tmp_path)
    signal_one(keeper_of(plane.directory), signal.SIGKILL, wait_seconds=10)

    plane.stop()

    assert [] == processes_of(plane.directory)
    assert [] == list(tmp_path.iterdir())
