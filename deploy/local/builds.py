"""
Tools built from source: the Go module of each family pins the version and the bytes of everything that goes in.
"""

import os
import shutil
import subprocess
from pathlib import Path

from deploy.local.catalogue import MODULES, Tool
from deploy.local.releases import UnavailableError

BUILD_SECONDS = 3600.0  # a stuck module proxy must end some time; slow machines need a quarter of this


def build(tool: Tool, onto: Path) -> None:
    """
    Build a tool with the Go on PATH (which fetches a newer one for itself where the module asks for it).
    """
    go = shutil.which("go")
    if go is None:
        raise UnavailableError("there is no Go on PATH to build it from source")
    flags = " ".join(("-s", "-w", *tool.link_flags))
    command = [go, "build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", flags, "-o", str(onto)]
    try:
        result = subprocess.run(
            [*command, tool.package],
            cwd=MODULES / tool.family,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=BUILD_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnavailableError(f"go build took longer than {BUILD_SECONDS / 60:.0f} minutes") from error
    except OSError as error:
        raise UnavailableError(f"{go} cannot be run ({error.strerror})") from error
    if result.returncode != 0:
        lines = result.stdout.strip().splitlines() or [f"exit code {result.returncode}"]
        raise UnavailableError(f"go build failed: {lines[-1].strip()}")
    onto.chmod(0o755)


def _environment() -> dict[str, str]:
    """
    The caller's environment (proxies, module mirrors, caches), without what would build for another machine or module.
    """
    unwanted = {"GOOS", "GOARCH", "GOBIN", "GOWORK"}
    return {name: value for name, value in os.environ.items() if name not in unwanted} | {
        "CGO_ENABLED": "0",
        "GOWORK": "off",
    }
