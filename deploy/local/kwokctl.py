"""
kwokctl as we use it: its configuration, its environment and its commands.
"""

import json
import os
import random
import socket
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from deploy.local.plane import Layout
from deploy.local.processes import MARK

LOOPBACK = "127.0.0.1"
STAGES = tuple(Path(__file__).resolve().parent / "stages" / f"{name}.yaml" for name in ("nodes", "pods", "faults"))
WAIT_SECONDS = 90
SCALE_SECONDS = 60.0

# Below the range from which the kernel serves outgoing connections, so that none of those takes a port before we do.
PORTS = range(20_000, 30_000)

_BINARIES = {
    "etcd": "etcdBinary",
    "kube-apiserver": "kubeApiserverBinary",
    "kube-controller-manager": "kubeControllerManagerBinary",
    "kube-scheduler": "kubeSchedulerBinary",
    "kwok": "kwokControllerBinary",
}
TOOLS = (*_BINARIES, "kwokctl")

# Writes with their bodies, reads without; what components do to keep time is left out.
AUDIT_POLICY = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [
        {"level": "None", "nonResourceURLs": ["/healthz*", "/livez*", "/readyz*", "/version"]},
        {"level": "None", "resources": [{"group": "coordination.k8s.io", "resources": ["leases"]}]},
        {"level": "Request", "verbs": ["create", "update", "patch", "delete", "deletecollection"]},
        {"level": "Metadata"},
    ],
}


@dataclass(frozen=True, slots=True)
class Ports:
    """
    One port for each listener of a plane.
    """

    api_server: int
    etcd: int
    etcd_peer: int
    controller_manager: int
    scheduler: int
    kwok: int


def free_ports() -> Ports:
    """
    Pick ports that nobody listens on now, at random: kwokctl's own choice is the same for every plane that starts.

    Another process may still take one before its component does. Then that component fails, and the start is repeated.
    """
    with ExitStack() as held:
        found: list[int] = []
        while len(found) < len(Ports.__slots__):
            candidate = held.enter_context(socket.socket())
            port = random.choice(PORTS)  # noqa: S311  not a secret
            try:
                candidate.bind((LOOPBACK, port))
            except OSError:
                continue
            found.append(port)
        return Ports(*found)


def write_configuration(
    layout: Layout, ports: Ports, binaries: Mapping[str, Path], flags: Mapping[str, str], *, audit: bool
) -> None:
    """
    Write what kwokctl reads: JSON is YAML, so the standard library is enough. `flags` go to the API server as they are.
    """
    options: dict[str, object] = {
        "runtime": "binary",
        "bindAddress": LOOPBACK,  # its default is every interface, etcd without authentication
        "kubeApiserverPort": ports.api_server,
        "etcdPort": ports.etcd,
        "etcdPeerPort": ports.etcd_peer,
        "kubeControllerManagerPort": ports.controller_manager,
        "kubeSchedulerPort": ports.scheduler,
        "kwokControllerPort": ports.kwok,
        "etcdPrefix": f"/{layout.name}",  # should two planes ever meet on a port, they do not read each other's objects
        **{option: str(binaries[tool]) for tool, option in _BINARIES.items()},
    }
    if audit:
        layout.audit_policy.write_text(json.dumps(AUDIT_POLICY))
        options["kubeAuditPolicy"] = str(layout.audit_policy)
    extra = [{"key": key.removeprefix("--"), "value": value} for key, value in flags.items()]
    cluster = {
        "apiVersion": "config.kwok.x-k8s.io/v1alpha1",
        "kind": "KwokctlConfiguration",
        "options": options,
        "componentsPatches": [{"name": "kube-apiserver", "extraArgs": extra}] if extra else [],
    }
    files = {"logsFile": str(layout.container_log), "previousLogsFile": str(layout.previous_container_log)}
    logs = {
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "ClusterLogs",
        "metadata": {"name": "all"},
        "spec": {"logs": [files]},
    }
    documents = [json.dumps(cluster), json.dumps(logs), *(stages.read_text() for stages in STAGES)]
    layout.config.write_text("\n---\n".join(documents))


def environment(layout: Layout) -> dict[str, str]:
    """
    All that the plane's processes see: nothing of the caller's home, cluster, proxies or credentials.
    """
    return {
        "HOME": str(layout.home),
        "KUBECONFIG": str(layout.kubeconfig),
        "KWOK_WORKDIR": str(layout.work),
        "LANG": "C.UTF-8",
        "PATH": os.defpath,
        MARK: str(layout.directory),
    }


def create_command(kwokctl: Path, layout: Layout) -> list[str]:
    """
    The command that makes the cluster and returns when it is ready.
    """
    return [
        *(str(kwokctl), "create", "cluster", "--name", layout.name, "--config", str(layout.config)),
        *("--kubeconfig", str(layout.kubeconfig), "--wait", f"{WAIT_SECONDS}s"),
    ]


def scale_nodes(kwokctl: Path, layout: Layout, nodes: int) -> None:
    """
    Have as many simulated nodes as asked; raises CalledProcessError or TimeoutExpired.
    """
    subprocess.run(
        [str(kwokctl), "scale", "node", "--name", layout.name, "--replicas", str(nodes)],
        env=environment(layout),
        cwd=layout.directory,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=SCALE_SECONDS,
        check=True,
    )
