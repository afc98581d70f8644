"""
Owns noticing that policy folders changed: a cheap look at every file's size, times and inode, without reading one.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from executor.opa.folder import DEPTH_LIMIT, FILE_LIMIT

Signature = tuple[tuple[str, ...], ...]
"""Equal for folders in which nothing was touched. What cannot be looked at stands in it too, with the reason."""


_LIMIT = 4 * FILE_LIMIT


def signature_of(folders: Iterable[Path]) -> Signature:
    """
    Return the signature of folders as they are now; never raises.

    Links are followed, so that a mounted ConfigMap's swap of one link is seen.
    """
    found: list[tuple[str, ...]] = []
    for folder in folders:
        _look(str(folder), found, depth=0, limit=len(found) + _LIMIT)
    return tuple(found)


def _look(place: str, found: list[tuple[str, ...]], *, depth: int, limit: int) -> None:
    if depth > DEPTH_LIMIT or len(found) > limit:
        return  # the folder is refused as too deep or too large; what lies there decides nothing
    found.append((place,))  # folders count too, or links in circles would be followed without end
    try:
        with os.scandir(place) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        found.append((place, str(error.errno)))
        return
    for entry in listed:
        try:
            if entry.is_dir():
                _look(entry.path, found, depth=depth + 1, limit=limit)
                continue
            seen = entry.stat()
        except OSError as error:
            found.append((entry.path, str(error.errno)))
        else:
            times = f"{seen.st_mtime_ns} {seen.st_ctime_ns}"
            found.append((entry.path, f"{seen.st_ino} {seen.st_mode} {seen.st_size}", times))
