"""
What crashes leave behind: planes whose owner is gone and whose keeper could not end them.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from deploy.local.plane import PREFIX, read_record
from deploy.local.processes import end_all, is_alive, marked


def sweep() -> list[Path]:
    """
    End and remove every plane of this user whose owner or folder is gone; answers their folders.

    A plane that stays up until it is taken down has no owner, and a record that we cannot read may be another
    version's: both are left alone.
    """
    swept = []
    for folder in sorted({*marked(), *_folders()}):
        if not folder.exists() or _lost_its_owner(folder):
            end_all(folder)
            shutil.rmtree(folder, ignore_errors=True)
            swept.append(folder)
    return swept


def _lost_its_owner(folder: Path) -> bool:
    record = read_record(folder)
    return record is not None and record.owner is not None and not is_alive(record.owner)


def _folders() -> Iterator[Path]:
    """
    The folders of planes in the temporary directory, where those without processes are found too.
    """
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if folder.is_dir() and not folder.is_symlink() and folder.stat().st_uid == os.getuid():
            yield folder.resolve()
