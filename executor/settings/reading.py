"""
Owns making `Settings` out of an environment, and saying in one sentence what is wrong with it.
"""

import difflib
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from executor.settings import parsing
from executor.settings.errors import SettingsError
from executor.settings.state import find_state_directory
from executor.settings.values import (
    DEFAULT_APPROVAL_SECONDS,
    DEFAULT_GATE_TIMEOUT_SECONDS,
    DEFAULT_LISTEN,
    DEFAULT_MAX_PARALLEL_STEPS,
    DEFAULT_MAX_RUNNING_RUNS,
    SETTINGS,
    Settings,
)

T = TypeVar("T")

_PREFIX = "EXECUTOR_"
_OF_OTHERS = frozenset({"EXECUTOR_URL", "EXECUTOR_TOKEN", "EXECUTOR_TOOLS_BASE_URL", "EXECUTOR_TOOLS_DOWNLOAD"})
"""Read by the command line and by the tool box; they may be set where a service starts."""

_SERVICE_LINK = re.compile(
    r"EXECUTOR(_\w+)?_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)"
)
"""
What Kubernetes puts into every pod of a namespace that has a Service named `executor…`.

https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
"""


def read_settings(environment: Mapping[str, str]) -> Settings:
    """
    Return the settings of an environment; an empty value means unset. Raises SettingsError.
    """
    _refuse_unknown(environment)
    given = {name: value for name, value in environment.items() if value.strip()}
    state_dir = find_state_directory(environment).path
    opa_url = _given(given, "EXECUTOR_OPA_URL", parsing.opa_url)
    opa_token_file = _given(given, "EXECUTOR_OPA_TOKEN_FILE", parsing.file)
    if opa_token_file is not None and opa_url is None:
        raise SettingsError(
            "EXECUTOR_OPA_TOKEN_FILE is for an OPA served elsewhere: set EXECUTOR_OPA_URL as well, or unset it"
        )
    return Settings(
        state_dir=state_dir,
        listen=parsing.listen("EXECUTOR_LISTEN", given.get("EXECUTOR_LISTEN", DEFAULT_LISTEN)),
        database_url=_given(given, "EXECUTOR_DATABASE_URL", parsing.database_url) or _sqlite(state_dir),
        opa_url=opa_url,
        opa_token_file=opa_token_file,
        policy_paths=_given(given, "EXECUTOR_POLICY_PATHS", parsing.paths) or (),
        tokens_file=_given(given, "EXECUTOR_TOKENS_FILE", parsing.file),
        vault_key_file=_given(given, "EXECUTOR_VAULT_KEY_FILE", parsing.file),
        max_parallel_steps=_whole(given, "EXECUTOR_MAX_PARALLEL_STEPS", DEFAULT_MAX_PARALLEL_STEPS, most=100),
        max_running_runs=_whole(given, "EXECUTOR_MAX_RUNNING_RUNS", DEFAULT_MAX_RUNNING_RUNS, most=10_000),
        gate_timeout_seconds=_seconds(given, "EXECUTOR_GATE_TIMEOUT_SECONDS", DEFAULT_GATE_TIMEOUT_SECONDS, most=60),
        approval_seconds=_seconds(given, "EXECUTOR_APPROVAL_SECONDS", DEFAULT_APPROVAL_SECONDS, most=604_800),
        kube_context=given.get("EXECUTOR_KUBE_CONTEXT"),
    )


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    known = {setting.name for setting in SETTINGS}
    for name in sorted(environment):
        if not name.startswith(_PREFIX) or name in known | _OF_OTHERS or _is_service_link(name, environment[name]):
            continue
        close = difflib.get_close_matches(name[len(_PREFIX) :], sorted(each[len(_PREFIX) :] for each in known), n=1)
        hint = (
            f"did you mean {_PREFIX}{close[0]}?"
            if close
            else "`remediate serve --help` lists all settings; unset this one"
        )
        raise SettingsError(f"{name} is no setting of the executor: {hint}")


def _is_service_link(name: str, value: str) -> bool:
    if _SERVICE_LINK.fullmatch(name):
        return True
    return name.endswith("_PORT") and value.startswith(("tcp://", "udp://", "sctp://"))


def _given(given: Mapping[str, str], name: str, parse: Callable[[str, str], T]) -> T | None:
    return parse(name, given[name]) if name in given else None


def _whole(given: Mapping[str, str], name: str, default: int, *, most: int) -> int:
    return parsing.whole(name, given[name], most=most) if name in given else default


def _seconds(given: Mapping[str, str], name: str, default: float, *, most: float) -> float:
    return parsing.seconds(name, given[name], most=most) if name in given else default


def _sqlite(state_dir: Path) -> str:
    return f"sqlite:///{state_dir / 'executor.db'}"
