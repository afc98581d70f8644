"""
Owns the lock that keeps a second process off one SQLite file.

The kernel holds it and lets go when the process dies, however it dies: nothing has to be cleaned after a kill -9.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from executor.core.errors import StoreUnusable


@contextmanager
def sole_use_of(file: Path) -> Iterator[None]:
    """
    Hold a database file for this process alone, or raise StoreUnusable that names the process that does.
    """
    path = file.with_name(file.name + ".lock")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            raise StoreUnusable(
                f"{file} is in use by another executor (process {holder}): stop that one, or give this one another"
                " EXECUTOR_STATE_DIR or EXECUTOR_DATABASE_URL"
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        # The file stays: whoever deletes a lock file may delete the one that another has just taken.
        os.close(descriptor)
