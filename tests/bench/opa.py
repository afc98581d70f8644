"""
Owns the floor's OPA: the very bundles that the executor serves, over a unix socket.
"""

import socket as sockets
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from executor.opa.binary import find_opa

_UP_SECONDS = 10


@contextmanager
def opa_over(bundles: Path) -> Iterator[Path]:
    """
    Serve every bundle of a folder that `build_bundles` wrote, and yield the socket.
    """
    socket = bundles.parent / "floor.sock"
    names = sorted(file.relative_to(bundles).as_posix() for file in bundles.rglob("*") if file.is_file())
    command = [str(find_opa()), "run", "--server", "--skip-version-check", f"--addr=unix://{socket}"]
    command += [part for name in names for part in ("--bundle", name)]
    with subprocess.Popen(command, cwd=bundles, stderr=subprocess.DEVNULL) as opa:
        try:
            until = time.perf_counter() + _UP_SECONDS
            while not _listens(socket) and time.perf_counter() < until:
                time.sleep(0.01)
            yield socket
        finally:
            opa.terminate()


def _listens(path: Path) -> bool:
    """
    Tell if somebody takes connections: the file is there a moment earlier.
    """
    with sockets.socket(sockets.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0
