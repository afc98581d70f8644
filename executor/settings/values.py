"""
Owns every setting once: its name, its unit in the field's name, its default, and the reason for the default.
"""

from dataclasses import dataclass
from pathlib import Path

DEFAULT_LISTEN = "127.0.0.1:8080"
DEFAULT_MAX_PARALLEL_STEPS = 5
DEFAULT_MAX_RUNNING_RUNS = 50
DEFAULT_GATE_TIMEOUT_SECONDS = 5.0
DEFAULT_APPROVAL_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Listen:
    """
    Where the API listens; port 0 lets the system choose a free one.
    """

    host: str
    port: int

    def url(self, port: int | None = None) -> str:
        """
        Return the URL of this address as a client on this machine reaches it, at the port really bound.
        """
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not bound to
        host = everywhere.get(self.host, self.host)
        shown = f"[{host}]" if ":" in host else host
        return f"http://{shown}:{self.port if port is None else port}"


@dataclass(frozen=True, slots=True)
class Settings:
    """
    What the service runs with. SETTINGS below tells each one's default and why.
    """

    state_dir: Path
    listen: Listen
    database_url: str
    opa_url: str | None = None
    opa_token_file: Path | None = None
    policy_paths: tuple[Path, ...] = ()
    tokens_file: Path | None = None
    vault_key_file: Path | None = None
    max_parallel_steps: int = DEFAULT_MAX_PARALLEL_STEPS
    max_running_runs: int = DEFAULT_MAX_RUNNING_RUNS
    gate_timeout_seconds: float = DEFAULT_GATE_TIMEOUT_SECONDS
    approval_seconds: float = DEFAULT_APPROVAL_SECONDS
    kube_context: str | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """
    One setting for people: its name, what it decides, its default, and why that is the default.
    """

    name: str
    decides: str
    default: str
    because: str


SETTINGS = (
    Setting(
        "EXECUTOR_LISTEN",
        "host:port the API listens on; port 0 takes a free one",
        DEFAULT_LISTEN,
        "nothing is open to the network unless somebody asks for it",
    ),
    Setting(
        "EXECUTOR_STATE_DIR",
        "directory of the database, the local token, the address served and the keys",
        "$XDG_STATE_HOME/remediation-executor, or ~/.local/state/remediation-executor",
        "where a desktop keeps state; one machine then needs no configuration",
    ),
    Setting(
        "EXECUTOR_DATABASE_URL",
        "sqlite:////path/of/file.db or postgresql://user:password@host:5432/database",
        "executor.db (SQLite) in the state directory",
        "one process needs no database server; PostgreSQL is for replicas",
    ),
    Setting(
        "EXECUTOR_OPA_URL",
        "http(s) address of an OPA that serves what `remediate policy build` wrote",
        "unset: OPA as a supervised child on a private socket",
        "the policies are then exactly those that were checked at start",
    ),
    Setting(
        "EXECUTOR_OPA_TOKEN_FILE",
        "file with the bearer token for that OPA",
        "unset: no token is sent",
        "the supervised child gets a token of its own",
    ),
    Setting(
        "EXECUTOR_POLICY_PATHS",
        "authors' policy folders and configuration, colon-separated",
        "unset: the shipped policies alone",
        "the shipped rules are enough for a first plan",
    ),
    Setting(
        "EXECUTOR_TOKENS_FILE",
        "file with a line name:token for each caller, mode 0600",
        "unset: only the token in the state directory, whose caller is `local`",
        "one person on one machine needs no list",
    ),
    Setting(
        "EXECUTOR_VAULT_KEY_FILE",
        "file with the Fernet key that seals the values of Secrets kept for restores, mode 0600",
        "unset: vault_key in the state directory, made on the first start",
        "one machine needs no key store; without the key nothing that was sealed with it can be restored",
    ),
    Setting(
        "EXECUTOR_MAX_PARALLEL_STEPS",
        "steps of one run that are active at once, 1..100",
        str(DEFAULT_MAX_PARALLEL_STEPS),
        "enough to be quick, few enough to follow and to undo",
    ),
    Setting(
        "EXECUTOR_MAX_RUNNING_RUNS",
        "runs that are active at once, 1..10000",
        str(DEFAULT_MAX_RUNNING_RUNS),
        "keeps memory and the load on the API server bounded",
    ),
    Setting(
        "EXECUTOR_GATE_TIMEOUT_SECONDS",
        "longest wait for one policy decision; later is a denial, at most 60",
        f"{DEFAULT_GATE_TIMEOUT_SECONDS:g}",
        "a decision takes milliseconds; five seconds is a hang, not a load",
    ),
    Setting(
        "EXECUTOR_APPROVAL_SECONDS",
        "how long a run waits for an approval before it expires, at most 604800 (a week)",
        f"{DEFAULT_APPROVAL_SECONDS:g}",
        "long enough to reach somebody on call, short enough that what was judged is still so",
    ),
    Setting(
        "EXECUTOR_KUBE_CONTEXT",
        "context of the kubeconfig to write to",
        "unset: the kubeconfig's current context, or the cluster this runs in",
        "as kubectl does; KUBECONFIG works as everywhere",
    ),
)
"""Every setting of `remediate serve`, in the order in which people need them."""
