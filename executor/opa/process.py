"""
Owns what ties a child process to this one: it dies with us, and the next start recognises one that did not.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from executor.opa.errors import OpaUnusable

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_END_SECONDS = 5.0


def die_with_parent() -> Callable[[], None] | None:
    """
    Return what the child does before it becomes OPA: ask the kernel to be killed when we end, however we end.

    The kernel watches the thread that forks, so a child is started from the event loop's thread, which lasts. Where
    there is no such call (macOS), the pid file does the work at the next start.
    """
    libc, parent = _LIBC, os.getpid()
    if libc is None:
        return None

    def bind() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # the parent ended between fork and prctl
            os._exit(1)

    return bind


@dataclass(frozen=True, slots=True)
class Ownership:
    """
    The pid file: a child and its parent, each with its start time, because pids come round again.
    """

    child: int
    child_started: str
    parent: int
    parent_started: str


def record_ownership(file: Path, child: int) -> None:
    """
    Write which child is ours.
    """
    ownership = Ownership(child, started_at(child) or "", os.getpid(), started_at(os.getpid()) or "")
    file.write_text(json.dumps(asdict(ownership)))


def end_leftover(file: Path) -> int | None:
    """
    End the child of a parent that is gone, and return its pid; raises OpaUnusable when that parent still lives.

    A process that merely has the same pid is left alone.
    """
    try:
        left = Ownership(**json.loads(file.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
    if left.parent != os.getpid() and _lives(left.parent, left.parent_started):
        raise OpaUnusable(
            f"another executor (pid {left.parent}) serves from {file.parent}: "
            "stop it, or set another EXECUTOR_STATE_DIR"
        )
    ended = _lives(left.child, left.child_started)
    if ended:
        _end(left)
    file.unlink(missing_ok=True)
    return left.child if ended else None


def started_at(pid: int) -> str | None:
    """
    Return when a process started, in the system's own form, or None when there is none.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return None if Path("/proc/self/stat").exists() else _started_by_ps(pid)
    except OSError:
        return None
    state, *fields = stat.rpartition(")")[2].split()
    return None if state == "Z" else fields[18]


def _started_by_ps(pid: int) -> str | None:
    said = subprocess.run(["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603 - a number is all that is passed
    return said.stdout.strip() or None


def _lives(pid: int, started: str) -> bool:
    return bool(started) and started_at(pid) == started


def _end(left: Ownership) -> None:
    os.kill(left.child, signal.SIGKILL)
    deadline = time.monotonic() + _END_SECONDS
    while _lives(left.child, left.child_started):
        if time.monotonic() > deadline:
            raise OpaUnusable(f"a left-over opa (pid {left.child}) does not end: end it, then start again")
        time.sleep(0.01)
