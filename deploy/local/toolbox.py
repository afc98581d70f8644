"""
Every tool at its version: from PATH, from the tools cache, from its official release, or built from source.

Runs with a bare Python 3.11, before any virtual environment exists.
"""

import argparse
import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

if __package__ in {None, ""}:  # run as a file: make the checkout importable instead of this folder
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from deploy.local import builds
from deploy.local.catalogue import TOOLS, Tool
from deploy.local.releases import Downloads, UnavailableError, downloads_of_environment

ANSWER_SECONDS = 5.0  # a tool on PATH that does not tell its version by then is not ours

EXAMPLES = """\
examples:
  python3 deploy/local/toolbox.py ensure
  python3 deploy/local/toolbox.py ensure opa kubectl
  "$(python3 deploy/local/toolbox.py path kubectl)" version --client

environment:
  EXECUTOR_TOOLS_BASE_URL   a mirror that holds each release below its own host and path
  EXECUTOR_TOOLS_DOWNLOAD   off: build from source without looking for releases
  XDG_CACHE_HOME            where the tools are kept (default: ~/.cache)
"""


class ToolMissingError(Exception):
    """
    A tool cannot be had; the message says which, what was tried and what to do.
    """


def cache_folder() -> Path:
    """
    Where the tools live, by tool and version: it outlives a checkout, so a fresh clone finds them.
    """
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not base.is_absolute():
        base = Path.home() / ".cache"
    return base / "remediation-executor" / "tools"


def cached_path(tool: Tool) -> Path:
    """
    Where the cache holds this tool, whether it is there yet or not.
    """
    return cache_folder() / tool.name / tool.version / tool.name


def find(tool: Tool) -> Path | None:
    """
    Answer where the tool is at its version: the one on PATH, else the one in the cache, else None.
    """
    on_path, _ = _on_path(tool)
    return on_path or _in_cache(tool)


def ensure(tool: Tool, downloads: Downloads | None = None) -> Path:
    """
    Answer where the tool is, and fetch or build it first where needed; the cache then holds it, or a link to it.
    """
    on_path, why_not = _on_path(tool)
    if on_path is not None:
        _link(tool, on_path)
        return on_path
    present = _in_cache(tool)
    if present is not None:
        return present
    with _alone(tool):  # two callers want the same tool: the second takes what the first one made
        return _in_cache(tool) or _obtain(tool, downloads or downloads_of_environment(), why_not)


def ensure_all(names: Iterable[str]) -> dict[str, Path]:
    """
    Ensure several tools; a host that does not answer is waited for once in all.
    """
    downloads = downloads_of_environment()
    return {name: ensure(TOOLS[name], downloads) for name in names}


def _present(tool: Tool) -> Path:
    place = find(tool)
    if place is None:
        raise ToolMissingError(f"{tool.title} is not here yet: python3 deploy/local/toolbox.py ensure {tool.name}")
    return place


def version_of(executable: Path, tool: Tool) -> str | None:
    """
    Ask an executable for its version, away from the caller's home and cluster; None if it gives no usable answer.
    """
    quiet = {"PATH": os.defpath, "HOME": os.devnull, "KUBECONFIG": os.devnull}
    try:
        answer = subprocess.run(
            [executable, *tool.ask_version],
            env=quiet,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=ANSWER_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(rb"\bv?(\d+\.\d+\.\d+[-+.\w]*)", answer.stdout)
    return found[1].decode() if found and answer.returncode == 0 else None


def _on_path(tool: Tool) -> tuple[Path | None, str]:
    """
    Look on PATH; also answer what was found instead.
    """
    location = shutil.which(tool.name)
    if location is None:
        return None, "not on PATH"
    version = version_of(Path(location), tool)
    if version == tool.version:
        return Path(location).absolute(), ""
    return None, f"on PATH is {version or 'one that does not tell its version'}"


def _in_cache(tool: Tool) -> Path | None:
    """
    Trust a file (it was verified when it was put there), but not a link: what it points to may have been upgraded.
    """
    path = cached_path(tool)
    if not (path.is_file() and os.access(path, os.X_OK) and path.stat().st_size > 0):
        return None
    return path if not path.is_symlink() or version_of(path, tool) == tool.version else None


def _obtain(tool: Tool, downloads: Downloads, why_not_on_path: str) -> Path:
    tried = [why_not_on_path]
    for make in (partial(_download, tool, downloads), partial(_build, tool)):
        try:
            return _place(tool, make)
        except UnavailableError as error:
            _say(f"{tool.title}: {error}")
            tried.append(str(error))
    raise ToolMissingError(
        f"{tool.title} could not be had: {'; '.join(tried)}. "
        f"Install Go 1.26 or newer, or place the executable at {cached_path(tool)}."
    )


def _download(tool: Tool, downloads: Downloads, onto: Path) -> None:
    release = tool.release()
    if release is None:
        raise UnavailableError("no release for this machine is published")
    _say(f"looking for the release of {tool.title}")
    downloads.fetch(release, onto)


def _build(tool: Tool, onto: Path) -> None:
    minutes = f"{tool.build_minutes} minute{'s' if tool.build_minutes > 1 else ''}"
    _say(f"building {tool.title} (about {minutes} the first time)")
    builds.build(tool, onto)


def _place(tool: Tool, make: Callable[[Path], None]) -> Path:
    """
    Make the executable beside its place, see that it tells the right version, and move it there in one step.
    """
    place = cached_path(tool)
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=place.parent) as folder:
        made = Path(folder) / tool.name
        make(made)
        version = version_of(made, tool)
        if version != tool.version:
            raise UnavailableError(f"what was made tells version {version or 'nothing'}")
        made.replace(place)
    return place


def _link(tool: Tool, target: Path) -> None:
    """
    Let the cache name a tool that lives on PATH, unless the cache has one of its own.
    """
    if _in_cache(tool) is not None:
        return
    with _alone(tool), tempfile.TemporaryDirectory(prefix=".making-", dir=cached_path(tool).parent) as folder:
        link = Path(folder) / tool.name
        link.symlink_to(target)
        link.replace(cached_path(tool))


@contextlib.contextmanager
def _alone(tool: Tool) -> Iterator[None]:
    """
    Hold this tool's place in the cache; the lock falls with its process. What a killed predecessor left half-made goes.
    """
    folder = cached_path(tool).parent
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say(f"waiting for another process that is fetching {tool.title}")
            fcntl.flock(lock, fcntl.LOCK_EX)
        for leftover in folder.glob(".making-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        yield


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """
    The command line; a tool that cannot be had is one sentence on standard error and exit code 1.
    """
    parser = argparse.ArgumentParser(
        prog="toolbox.py",
        description="Get the tools that a local cluster and the executor need, at their versions.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    getter = commands.add_parser("ensure", help="fetch or build what is missing, and list all with their paths")
    getter.add_argument("tools", metavar="TOOL", nargs="*", choices=[[], *TOOLS], help=", ".join(TOOLS))
    teller = commands.add_parser("path", help="print where a tool is")
    teller.add_argument("tool", metavar="TOOL", choices=list(TOOLS), help=", ".join(TOOLS))
    options = parser.parse_args(arguments)
    try:
        if options.command == "ensure":
            for name, path in ensure_all(options.tools or TOOLS).items():
                print(f"{TOOLS[name].title} {path}")
            return 0
        print(_present(TOOLS[options.tool]))
    except ToolMissingError as error:
        _say(str(error))
        return 1
    except OSError as error:
        _say(f"the tools cache at {cache_folder()} cannot be used: {error.strerror or error}")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
