"""
Which tools we use: version, how each tells its version, where its official release lies, what builds it from source.

The versions are those that the Go modules in `tools/` pin; a test holds the two together.
"""

import platform
from dataclasses import dataclass
from pathlib import Path

MODULES = Path(__file__).resolve().parent / "tools"

ETCD = "3.6.8"
KUBERNETES = "1.37.2"
KWOK = "0.8.0"
OPA = "1.22.2"


@dataclass(frozen=True, slots=True)
class Release:
    """
    An official download: addresses without scheme, `checksum` naming `file` in any of the forms that projects publish.
    """

    file: str
    checksum: str
    member: str | None = None

    @property
    def file_name(self) -> str:
        """
        The name by which a list of checksums knows this file.
        """
        return self.file.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Tool:
    """
    One executable that we need at one version.
    """

    name: str
    version: str
    family: str
    package: str
    ask_version: tuple[str, ...]
    build_minutes: int = 1
    link_flags: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """
        How messages name this tool.
        """
        return f"{self.name} {self.version}"

    def release(self) -> Release | None:
        """
        Return the official download for this machine, or None where the project publishes none.
        """
        system, machine = platform.system().lower(), platform.machine().lower()
        architecture = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}.get(machine)
        if architecture is None:
            return None
        match self.family:
            case "opa":
                return _opa(system, architecture)
            case "etcd" if system == "linux":
                return _etcd(architecture)
            case "kubernetes" if system == "linux" or (system == "darwin" and self.name == "kubectl"):
                file = f"dl.k8s.io/release/v{KUBERNETES}/bin/{system}/{architecture}/{self.name}"
                return Release(file, f"{file}.sha256")
            case "kwok":
                return _kwok(self.name, system, architecture)
            case _:
                return None


def _opa(system: str, architecture: str) -> Release | None:
    """
    The static builds: they need no C library, as ours from source do not.
    """
    suffix = "" if (system, architecture) == ("darwin", "amd64") else "_static"
    file = f"github.com/open-policy-agent/opa/releases/download/v{OPA}/opa_{system}_{architecture}{suffix}"
    return Release(file, f"{file}.sha256") if system in {"linux", "darwin"} else None


def _etcd(architecture: str) -> Release:
    folder = f"github.com/etcd-io/etcd/releases/download/v{ETCD}"
    stem = f"etcd-v{ETCD}-linux-{architecture}"
    return Release(f"{folder}/{stem}.tar.gz", f"{folder}/SHA256SUMS", member=f"{stem}/etcd")


def _kwok(name: str, system: str, architecture: str) -> Release:
    """
    The project ships no checksum files; GitHub computes a digest of each uploaded file and publishes it.
    """
    return Release(
        f"github.com/kubernetes-sigs/kwok/releases/download/v{KWOK}/{name}-{system}-{architecture}",
        f"api.github.com/repos/kubernetes-sigs/kwok/releases/tags/v{KWOK}",
    )


def _kubernetes(name: str, minutes: int, *ask_version: str) -> Tool:
    """
    Kubernetes takes its version from the linker; a server without it calls itself v0.0.0-master.
    """
    major, minor, _ = KUBERNETES.split(".")
    facts = {"gitVersion": f"v{KUBERNETES}", "gitMajor": major, "gitMinor": minor}
    flags = tuple(
        f"-X {package}/version.{fact}={value}"
        for package in ("k8s.io/component-base", "k8s.io/client-go/pkg")
        for fact, value in facts.items()
    )
    return Tool(name, KUBERNETES, "kubernetes", f"k8s.io/kubernetes/cmd/{name}", ask_version, minutes, flags)


TOOLS = {
    tool.name: tool
    for tool in (
        Tool("opa", OPA, "opa", "github.com/open-policy-agent/opa", ("version",), 2),
        Tool("etcd", ETCD, "etcd", "go.etcd.io/etcd/server/v3", ("--version",)),
        _kubernetes("kube-apiserver", 4, "--version"),
        _kubernetes("kube-controller-manager", 2, "--version"),
        _kubernetes("kube-scheduler", 1, "--version"),
        _kubernetes("kubectl", 1, "version", "--client"),
        Tool("kwok", KWOK, "kwok", "sigs.k8s.io/kwok/cmd/kwok", ("--version",)),
        Tool("kwokctl", KWOK, "kwok", "sigs.k8s.io/kwok/cmd/kwokctl", ("--version",)),
    )
}
