"""
Owns looking at the processes of this machine, without touching any.
"""

import os
from pathlib import Path


def processes_that_mention(place: Path) -> list[str]:
    """
    Return the command line of every other process whose arguments, environment or working directory name a place.
    """
    return [said for pid in _others() if str(place) in _told(pid) and (said := _command(pid))]


def is_alive(pid: int) -> bool:
    """
    Tell if a process runs; one that has ended and waits for its parent does not.
    """
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}


def command_line_of(pid: int) -> str:
    """
    Return what `ps` shows of a process.
    """
    return _command(pid)


def _others() -> list[int]:
    return [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit() and int(each.name) != os.getpid()]


def _told(pid: int) -> str:
    return f"{_command(pid)} {_read(pid, 'environ')} {_cwd(pid)}"


def _command(pid: int) -> str:
    return _read(pid, "cmdline")


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def _cwd(pid: int) -> str:
    try:
        return str(Path(f"/proc/{pid}/cwd").readlink())
    except OSError:
        return ""
