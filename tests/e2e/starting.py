"""
Owns starts of `remediate serve` that are to fail, and what is read of a service beside its own API.
"""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from deploy.local.control_plane import ControlPlane
from tests.serving import REMEDIATE, Served

LIMIT_SECONDS = 240


def refused_start(environment: Mapping[str, str]) -> str:
    """
    Start a service that must end by itself with exit code 2 and return its last sentence; a traceback is a failure.
    """
    ended = subprocess.run(
        [REMEDIATE, "serve"],
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert (2, "") == (ended.returncode, ended.stdout), ended
    assert "Traceback" not in ended.stderr
    last = ended.stderr.splitlines()[-1]
    assert last.startswith("error: "), ended.stderr
    return last.removeprefix("error: ")


def home_environment(home: Path, **more: str) -> dict[str, str]:
    """
    Return the environment of somebody at home who has set nothing else, and a free port.
    """
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache"),
        "EXECUTOR_LISTEN": "127.0.0.1:0",
        **more,
    }


def records(served: Served, action: str) -> list[dict[str, Any]]:
    """
    Return the records of a service's log that have an action.
    """
    lines = (json.loads(line) for line in served.log.splitlines() if line.startswith("{"))
    return [record for record in lines if record["action"] == action]


def opa_pid(served: Served) -> int:
    """
    Return the process id of the OPA that serves now.
    """
    pid: int = records(served, "opa_started")[-1]["pid"]
    return pid


def kubeconfig_with_contexts(plane: ControlPlane, place: Path, other: str) -> Path:
    """
    Write a kubeconfig whose current context leads elsewhere and whose context `right` leads to a control plane.
    """
    config = yaml.safe_load(plane.kubeconfig.read_text())
    config["contexts"][0]["name"] = "right"
    config["clusters"].append({"name": "elsewhere", "cluster": {"server": other}})
    config["contexts"].append(
        {"name": "wrong", "context": {"cluster": "elsewhere", "user": config["contexts"][0]["context"]["user"]}}
    )
    config["current-context"] = "wrong"
    place.write_text(yaml.safe_dump(config))
    return place
