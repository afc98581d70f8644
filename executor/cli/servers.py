"""
Owns finding the server and the token: EXECUTOR_URL and EXECUTOR_TOKEN, else the local state directory.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from executor.cli.exits import Code
from executor.cli.failures import Failure, Unreachable
from executor.settings import StateDirectory, find_state_directory
from executor.settings.tokens import is_token

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Server:
    """
    Where to ask, and as whom. The token is never shown.
    """

    url: str
    token: str | None = field(repr=False)


def find_server(environment: Mapping[str, str]) -> Server:
    """
    Return the server of an environment; raises Failure with what to do when there is none.

    The local token is sent to this machine only: it is no other server's business.
    """
    state = find_state_directory(environment)
    url = environment.get("EXECUTOR_URL", "").strip() or state.known("address")
    if url is None:
        raise Unreachable(
            f"no server is running here (there is no address file in {state.path}): start one with `remediate serve`,"
            " or set EXECUTOR_URL"
        )
    host = _host(url)
    token = environment.get("EXECUTOR_TOKEN", "").strip() or (state.known("token") if host in _LOOPBACK else None)
    if token is None:
        raise Failure(_no_token(state, host), code=Code.REFUSED)
    if not is_token(token):
        raise Failure(
            "the token holds characters that cannot stand in a header: check EXECUTOR_TOKEN", code=Code.REFUSED
        )
    return Server(url.rstrip("/"), token)


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, None
    if parts is None or not host or parts.scheme not in {"http", "https"} or parts.username or parts.query:
        raise Failure(
            "EXECUTOR_URL must be an http or https URL without credentials, such as http://127.0.0.1:8080",
            code=Code.REFUSED,
        )
    return host


def _no_token(state: StateDirectory, host: str) -> str:
    if host in _LOOPBACK:
        return f"no token: set EXECUTOR_TOKEN, or EXECUTOR_STATE_DIR to the server's directory (looked in {state.path})"
    return f"no token for {host}: set EXECUTOR_TOKEN (the token in the state directory is for this machine's server)"
