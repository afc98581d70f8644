"""
Owns the room that is left for the SQLite file.

SQLite reuses its log file, so that small writes still succeed on a full disk when the next real batch will not.
"""

import os
from pathlib import Path

_LEAST_FREE_BYTES = 8 * 1024 * 1024
"""Some hundred batches: enough to bring every running run to its end."""


def no_space(file: Path) -> str | None:
    """
    Return the sentence to show when the disk of a file is full, or None.
    """
    try:
        disk = os.statvfs(file.parent)
    except OSError as error:
        return f"{file.parent} cannot be reached ({error.strerror}); mount or create it again"
    free = disk.f_bavail * disk.f_frsize
    if free < _LEAST_FREE_BYTES:
        return f"the disk of {file.parent} has {free // 1024} KiB left; free some space on it"
    return None
