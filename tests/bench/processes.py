"""
Owns what the benchmark does to processes, and what it reads of them: hold them, and the CPU time that they took.
"""

import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.control_plane import ControlPlane

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@contextmanager
def controllers_held(plane: ControlPlane) -> Iterator[None]:
    """
    Hold the controller manager (SIGSTOP), so that no side waits for taints or meets conflicts it did not cause.
    """
    held = [pid for pid in plane.pids if b"kube-controller-manager" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    for pid in held:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in held:
            os.kill(pid, signal.SIGCONT)


def with_children(pid: int) -> set[int]:
    """
    Return a process and those that it started, as the executor its OPA.
    """
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {pid, *map(int, listed)}


def cpu_seconds(pids: Iterable[int]) -> float:
    """
    Return the CPU time that processes have taken so far; one that has ended counts nothing.
    """
    return sum(_cpu_seconds(pid) for pid in pids)


def _cpu_seconds(pid: int) -> float:
    try:
        # The name of the program, in parentheses, may hold spaces.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    user, system = fields[11:13]
    return (int(user) + int(system)) / _TICKS_PER_SECOND
