"""
The commands of control_plane.py: a plane that stays up, and one for the length of a command.
"""

import argparse
import contextlib
import fcntl
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from deploy.local.catalogue import KUBERNETES
from deploy.local.control_plane import NODES, ControlPlane, ControlPlaneError
from deploy.local.plane import read_record
from deploy.local.toolbox import ToolMissingError, ensure_all

NAME = "local"
EXAMPLES = """\
examples:
  python3 deploy/local/control_plane.py up
  python3 deploy/local/control_plane.py up --nodes 5
  python3 deploy/local/control_plane.py run -- kubectl get nodes
  python3 deploy/local/control_plane.py down
"""


def main(arguments: list[str] | None = None) -> int:
    """
    The command line; what goes wrong is one sentence on standard error and exit code 1.
    """
    options = _parser().parse_args(arguments)
    try:
        if options.command == "run":
            return _run(options.words, options.nodes)
        directory: Path = (options.directory or _state_folder()).absolute()
        with _alone(directory):
            if options.command == "down":
                return _down(directory / "plane")
            return _up(directory / "plane", options.nodes, _ending(options.directory))
    except (ControlPlaneError, ToolMissingError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="control_plane.py",
        description="A local Kubernetes control plane with simulated nodes; it touches no other cluster.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start one that stays up, or show the one that is up")
    up.add_argument("--nodes", type=_count, help=f"how many nodes (default: {NODES}, or as they are)")
    down = commands.add_parser("down", help="end it and remove its state")
    for command in (up, down):
        command.add_argument("--directory", type=Path, help="where its state lives (default: the XDG state directory)")
    run = commands.add_parser("run", help="run a command against a control plane of its own")
    run.add_argument("--nodes", type=_count, default=NODES, help=f"how many nodes (default: {NODES})")
    run.add_argument("words", metavar="COMMAND", nargs="+", help="after --: the command and its arguments")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of nodes")
    return int(text)


def _ending(directory: Path | None) -> str:
    place = "" if directory is None else f" --directory {shlex.quote(str(directory))}"
    return f"python3 deploy/local/control_plane.py down{place}"


def _up(folder: Path, nodes: int | None, ending: str) -> int:
    plane = ControlPlane.at(folder)
    if plane is None:
        _remove(folder)
        folder.mkdir(mode=0o700)
        plane = ControlPlane.start_in(folder.resolve(), NAME, NODES if nodes is None else nodes, owned=False)
    elif nodes is not None:
        plane.scale_nodes(nodes)
    kubectl = ensure_all(["kubectl"])["kubectl"]
    count = len(plane.api.ready_nodes())
    size = "1 node" if count == 1 else f"{count} nodes"
    print(
        f"Kubernetes {KUBERNETES} is up with {size}, on the loopback interface only.\n\n"
        f"  export KUBECONFIG={plane.kubeconfig}\n"
        f"  {kubectl} get nodes\n\n"
        f"It stays up until: {ending}"
    )
    return 0


def _down(folder: Path) -> int:
    was_there = read_record(folder) is not None
    _remove(folder)
    print("The control plane is down." if was_there else "No control plane was up.")
    return 0


def _remove(folder: Path) -> None:
    """
    End whatever is recorded in a folder, whether it answers or not; a folder that is not ours stays.
    """
    record = read_record(folder)
    if record is not None:
        ControlPlane(record.name, folder.resolve(), record.port).stop()
    elif folder.exists():
        raise ControlPlaneError(f"{folder} holds no control plane: remove it, or choose another --directory")


def _run(words: list[str], nodes: int) -> int:
    """
    Run a command against a plane of its own and answer the command's exit code, as a shell would put it.
    """
    signal.signal(signal.SIGTERM, _leave)
    with ControlPlane.start(nodes) as plane:
        kubectl = ensure_all(["kubectl"])["kubectl"]
        path = os.pathsep.join([str(kubectl.parent), os.environ.get("PATH", os.defpath)])
        code = subprocess.call(words, env=os.environ | {"KUBECONFIG": str(plane.kubeconfig), "PATH": path})
        return code if code >= 0 else 128 - code


def _leave(*_: object) -> NoReturn:
    """
    Leave the plane's block, so that it ends at once.
    """
    sys.exit(128 + signal.SIGTERM)


def _state_folder() -> Path:
    base = Path(os.environ.get("XDG_STATE_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".local" / "state") / "remediation-executor" / "local"


@contextlib.contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """
    One `up` or `down` at a time for one place.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
