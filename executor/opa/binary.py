"""
Owns where the `opa` executable is: on PATH, else the newest in the tools cache that `make setup` fills.
"""

import os
import re
import shutil
from pathlib import Path

from executor.opa.errors import OpaMissing


def find_opa() -> Path:
    """
    Return the executable, or raise OpaMissing with what to do.
    """
    on_path = shutil.which("opa")
    if on_path is not None:
        return Path(on_path).absolute()
    cached = sorted(_tools_cache().glob("opa/*/opa"), key=lambda path: _version(path.parent.name))
    usable = [path for path in cached if path.is_file() and os.access(path, os.X_OK)]
    if not usable:
        raise OpaMissing(
            f"no opa executable on PATH or below {_tools_cache()}: "
            "run `make setup`, install OPA, or set EXECUTOR_OPA_URL to an OPA that is served elsewhere"
        )
    return usable[-1]


def _tools_cache() -> Path:
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not base.is_absolute():
        base = Path.home() / ".cache"
    return base / "remediation-executor" / "tools"


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text))
