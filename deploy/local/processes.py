"""
Processes known by more than a number: by their start, and by the mark of the control plane that they belong to.

A pid alone may have passed to another process. So a signal goes only through a pidfd to a process that carries our mark
in its environment, which every child of a marked process inherits.
"""

import contextlib
import ipaddress
import os
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

MARK = "EXECUTOR_CONTROL_PLANE"
END_SECONDS = 20.0  # a killed process that waits for a slow disk may take seconds to go

_LISTENING = "0A"
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Identity:
    """
    A process beyond its number, so that a later one with the same number is not taken for it.
    """

    pid: int
    started: int
    boot: str
    namespace: str


def identity_of(pid: int) -> Identity | None:
    """
    Identify a running process; None when it is gone, also when only its exit code remains to be read.
    """
    started = _start_of(pid)
    return None if started is None else Identity(pid, started, *_here())


def is_alive(identity: Identity) -> bool:
    """
    Tell whether this very process runs; one in another container cannot be seen from here and counts as running.
    """
    if (identity.boot, identity.namespace) != _here():
        return identity.boot == _here()[0]
    return _start_of(identity.pid) == identity.started


def marked() -> dict[Path, list[int]]:
    """
    Find all running processes of ours that belong to control planes, by the folder of their plane.

    Only those that see the same files: in another container the same path is another folder.
    """
    found: dict[Path, list[int]] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit() and (directory := _mark_of(int(entry.name))) is not None:
            found.setdefault(directory, []).append(int(entry.name))
    return found


def processes_of(directory: Path) -> list[int]:
    """
    Find the processes of one plane.
    """
    return marked().get(directory, [])


def end_all(directory: Path) -> None:
    """
    End every process of one plane at once: its state is thrown away, so there is nothing to finish first.

    Repeats until none is left, because a process may start another while we look.
    """
    ends_at = time.monotonic() + END_SECONDS
    while pids := processes_of(directory):
        for pid in pids:
            _kill(pid, directory)
        if time.monotonic() > ends_at:
            raise TimeoutError(f"processes {pids} of {directory} did not end within {END_SECONDS:.0f} s")
        time.sleep(0.02)


def signal_one(identity: Identity, number: signal.Signals, *, wait_seconds: float) -> bool:
    """
    Send a signal to this very process, if it still runs, and wait for its end; tells whether it is gone.
    """
    ends_at = time.monotonic() + wait_seconds
    with contextlib.suppress(ProcessLookupError), _pidfd(identity.pid) as handle:
        if is_alive(identity):
            signal.pidfd_send_signal(handle, number)
    while is_alive(identity):
        if time.monotonic() > ends_at:
            return False
        time.sleep(0.01)
    return True


def listening(pids: Iterable[int]) -> set[tuple[str, int]]:
    """
    Answer every TCP address and port at which these processes listen.
    """
    found: set[tuple[str, int]] = set()
    for pid in pids:
        sockets = _sockets_of(pid)
        for table in ("tcp", "tcp6"):
            with contextlib.suppress(OSError):
                for line in (_PROC / str(pid) / "net" / table).read_text().splitlines()[1:]:
                    columns = line.split()
                    if columns[3] == _LISTENING and columns[9] in sockets:
                        found.add(_address(columns[1]))
    return found


def is_loopback(address: str) -> bool:
    """
    Tell whether an address is reachable from this machine only.
    """
    parsed = ipaddress.ip_address(address)
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return (mapped or parsed).is_loopback


def _here() -> tuple[str, str]:
    """
    This boot and this pid namespace: only within both does a pid mean one process.
    """
    return (_PROC / "sys/kernel/random/boot_id").read_text().strip(), os.readlink("/proc/self/ns/pid")  # noqa: PTH115  not a path: "pid:[4026531836]"


def _start_of(pid: int) -> int | None:
    try:
        state, *fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return None
    return None if state in {"Z", "X"} else int(fields[18])


def _mark_of(pid: int) -> Path | None:
    folder = _PROC / str(pid)
    try:
        if folder.stat().st_uid != os.getuid() or _files_seen_by(folder) != _files_seen_by(_PROC / "self"):
            return None
        environment = (folder / "environ").read_bytes().split(b"\0")
    except OSError:
        return None
    prefix = f"{MARK}=".encode()
    values = [os.fsdecode(entry.removeprefix(prefix)) for entry in environment if entry.startswith(prefix)]
    return Path(values[0]) if values else None


def _files_seen_by(process: Path) -> str:
    return os.readlink(process / "ns/mnt")  # noqa: PTH115  not a path: "mnt:[4026531841]"


@contextlib.contextmanager
def _pidfd(pid: int) -> Iterator[int]:
    handle = os.pidfd_open(pid)
    try:
        yield handle
    finally:
        os.close(handle)


def _kill(pid: int, directory: Path) -> None:
    """
    The pidfd comes first and the mark is read after it, so the signal cannot reach a successor of this pid.
    """
    with contextlib.suppress(ProcessLookupError), _pidfd(pid) as handle:
        if _mark_of(pid) == directory:
            signal.pidfd_send_signal(handle, signal.SIGKILL)


def _sockets_of(pid: int) -> set[str]:
    sockets: set[str] = set()
    with contextlib.suppress(OSError):
        for entry in (_PROC / str(pid) / "fd").iterdir():
            with contextlib.suppress(OSError):
                target = os.readlink(entry)  # noqa: PTH115  not a path: "socket:[12345]"
                if target.startswith("socket:["):
                    sockets.add(target[len("socket:[") : -1])
    return sockets


def _address(column: str) -> tuple[str, int]:
    """
    The kernel writes addresses as hexadecimal words in host order (little-endian on all that we run on).
    """
    host, port = column.split(":")
    words = [bytes.fromhex(host[start : start + 8])[::-1] for start in range(0, len(host), 8)]
    return str(ipaddress.ip_address(b"".join(words))), int(port, 16)
