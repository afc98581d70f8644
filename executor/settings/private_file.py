"""
Owns reading a file that a setting names and that nobody but its owner may read.
"""

import os
import stat
from pathlib import Path

from executor.settings.errors import SettingsError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_private_file(setting: str, path: Path) -> str:
    """
    Return the text of a file; raises SettingsError, which names the setting and says nothing of the text.
    """
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise SettingsError(f"{setting}: {path} is no regular file")
            if status.st_mode & _OTHERS:
                raise SettingsError(f"{setting}: {path} can be read by others: chmod 600 {path}")
            return file.read().decode()
    except OSError as error:
        raise SettingsError(f"{setting}: {path} cannot be read ({error.strerror})") from error
    except UnicodeDecodeError:
        raise SettingsError(f"{setting}: {path} is not UTF-8 text") from None
