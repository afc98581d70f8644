"""
The folder of one control plane: where things lie in it, and the record of whose it is.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.local.processes import Identity

PREFIX = "remediation-executor-plane-"


@dataclass(frozen=True, slots=True)
class Layout:
    """
    Where things lie in the folder of a plane.
    """

    directory: Path
    name: str

    @property
    def kubeconfig(self) -> Path:
        """
        The one file that a client needs; nobody else's is read or written.
        """
        return self.directory / "kubeconfig"

    @property
    def home(self) -> Path:
        """
        The home folder that the plane's own processes see.
        """
        return self.directory / "home"

    @property
    def work(self) -> Path:
        """
        Where kwokctl keeps its state.
        """
        return self.directory / "kwok"

    @property
    def cluster(self) -> Path:
        """
        Where kwokctl keeps this cluster's data, logs, certificates and pids.
        """
        return self.work / "clusters" / self.name

    @property
    def config(self) -> Path:
        """
        What kwokctl is told about the cluster.
        """
        return self.directory / "config.yaml"

    @property
    def audit_policy(self) -> Path:
        """
        What the API server writes to its audit log.
        """
        return self.directory / "audit-policy.yaml"

    @property
    def audit_log(self) -> Path:
        """
        The audit log, one JSON event a line.
        """
        return self.cluster / "logs" / "audit.log"

    @property
    def container_log(self) -> Path:
        """
        What every simulated container has logged, in the format of container runtimes: `<time> stdout F <line>`.
        """
        return self.directory / "container.log"

    @property
    def previous_container_log(self) -> Path:
        """
        The same, before the container was started again.
        """
        return self.directory / "previous-container.log"

    @property
    def kwokctl_log(self) -> Path:
        """
        What kwokctl said while it created the cluster.
        """
        return self.directory / "kwokctl.log"


@dataclass(frozen=True, slots=True)
class Record:
    """
    Whose plane it is. Written before anything starts, so that nothing can be left behind unrecorded.

    `owner` is None for a plane that stays up until it is taken down.
    """

    name: str
    port: int
    owner: Identity | None
    keeper: Identity | None = None

    def write(self, directory: Path) -> None:
        """
        Replace the record in one step.
        """
        draft = directory / ".plane.json"
        draft.write_text(json.dumps(asdict(self)))
        draft.replace(directory / "plane.json")


def read_record(directory: Path) -> Record | None:
    """
    Read a plane's record; None when there is none that can be read.
    """
    try:
        found = json.loads((directory / "plane.json").read_text())
        owner, keeper = (Identity(**found[who]) if found[who] else None for who in ("owner", "keeper"))
        return Record(str(found["name"]), int(found["port"]), owner, keeper)
    except (OSError, ValueError, TypeError, KeyError):
        return None
