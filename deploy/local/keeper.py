"""
The keeper of one control plane: starts it, stays beside it, and ends it when its owner is gone or asks for it.

A process of its own, in a session of its own: it survives the caller's Ctrl-C, crash and `kill -9`, which no handler in
the caller would. It answers with one line of JSON on standard output once the plane is up or has failed.

    keeper.py DIRECTORY KWOKCTL
"""

import contextlib
import ctypes
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

if __package__ in {None, ""}:  # run as a file: make the checkout importable instead of this folder
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from deploy.local import kwokctl
from deploy.local.plane import Layout, read_record
from deploy.local.processes import Identity, end_all, identity_of, is_alive

STORY_LINES = 3
LOOK_SECONDS = 0.2

_SET_CHILD_SUBREAPER = 36  # prctl(2)


class StartFailedError(Exception):
    """
    The plane did not come up; the message says which component said what.
    """


class Calls:
    """
    What ends a plane: a signal to the keeper, or the end of the owner.
    """

    def __init__(self, owner: Identity | None) -> None:
        self._owner = owner
        self._selector = selectors.DefaultSelector()
        signal_end, wakeup = os.pipe()
        os.set_blocking(wakeup, False)
        signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: None)
        self._selector.register(signal_end, selectors.EVENT_READ)
        if owner is not None:
            with contextlib.suppress(ProcessLookupError):
                self._selector.register(os.pidfd_open(owner.pid), selectors.EVENT_READ)

    def came(self, *, within_seconds: float | None) -> bool:
        """
        Wait for a call.
        """
        if self._owner is not None and not is_alive(self._owner):
            return True
        return bool(self._selector.select(within_seconds))


def main(directory: Path, kwokctl_path: Path) -> int:
    """
    Keep the plane in this folder, whose record and configuration the caller has written.
    """
    _adopt_orphans()
    record = read_record(directory)
    if record is None:
        _answer({"failed": f"there is no plane to keep in {directory}"})
        return 1
    calls = Calls(record.owner)
    replace(record, keeper=identity_of(os.getpid())).write(directory)
    layout = Layout(directory, record.name)
    try:
        if not _started(layout, kwokctl_path, calls):
            return 0
        _answer({"ready": True})
        calls.came(within_seconds=None)
    except StartFailedError as error:
        _answer({"failed": str(error)})
        return 1
    finally:
        end_all(directory)
        _reap()
        shutil.rmtree(directory, ignore_errors=True)
    return 0


def _started(layout: Layout, kwokctl_path: Path, calls: Calls) -> bool:
    """
    Create the cluster; False if a call to end it came first.
    """
    with (
        layout.kwokctl_log.open("wb") as log,
        subprocess.Popen(
            kwokctl.create_command(kwokctl_path, layout),
            env=kwokctl.environment(layout),
            cwd=layout.directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        ) as creation,
    ):
        ends_at = time.monotonic() + kwokctl.WAIT_SECONDS
        try:
            while (code := creation.poll()) is None:
                if calls.came(within_seconds=LOOK_SECONDS):
                    return False
                _see_that_components_run(layout)
                if time.monotonic() > ends_at:
                    raise StartFailedError(f"it was not ready within {kwokctl.WAIT_SECONDS} s")
        finally:
            creation.kill()
    _see_that_components_run(layout)
    if code != 0:
        raise StartFailedError(f"kwokctl ended with code {code}: {_last_lines(layout.kwokctl_log)}")
    return True


def _see_that_components_run(layout: Layout) -> None:
    """
    Kwokctl waits long for a component that has died; what it died of is at the end of its log.
    """
    for file in (layout.cluster / "pids").glob("*.pid"):
        pid = file.read_text().strip()
        if pid.isdigit() and identity_of(int(pid)) is None:
            raise StartFailedError(f"{file.stem} ended: {_last_lines(layout.cluster / 'logs' / f'{file.stem}.log')}")


def _last_lines(log: Path) -> str:
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        return "it left no log"
    return " | ".join(line.strip() for line in lines[-STORY_LINES:]) or "it said nothing"


def _adopt_orphans() -> None:
    """
    Become the parent of the components once kwokctl has ended.

    So they do not stay as zombies where process 1 reaps nothing, as in many containers. All else works without it.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _answer(line: dict[str, object]) -> None:
    """
    Tell the caller, who may be gone, and let go of its pipe.
    """
    with contextlib.suppress(OSError):
        print(json.dumps(line), flush=True)
    with open(os.devnull, "w") as nothing:  # noqa: PTH123  a name of the os module, no Path
        os.dup2(nothing.fileno(), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
