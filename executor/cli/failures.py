"""
Owns what a command ends with when it cannot do what was asked: an exit code and sentences, never a traceback.
"""

from collections.abc import Mapping
from typing import Any

from executor.cli.exits import Code


class Failure(Exception):
    """
    The command ends with `code`; `message` is one sentence, `details` stand below it, one a line.
    """

    def __init__(self, message: str, *, code: Code, details: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.details = details


class Unreachable(Failure):
    """
    No answer came from the server; asking again may help.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message, code=Code.UNREACHABLE)


class Refused(Failure):
    """
    The server answered with a problem.
    """

    def __init__(self, problem: Mapping[str, Any], *, status: int, request: str) -> None:
        detail = problem.get("detail") or problem.get("title") or f"HTTP status {status}"
        code = problem.get("code")
        hint = _HINTS.get(str(code))
        super().__init__(
            f"{detail} ({code})" if code else str(detail),
            code=Code.REFUSED,
            details=(*_places(problem), *([hint] if hint else []), f"request {request}")
            if request
            else _places(problem),
        )
        self.status = status
        self.problem = problem


_HINTS = {
    "unauthenticated": "Set EXECUTOR_TOKEN, or EXECUTOR_STATE_DIR to the server's directory.",
    "policy_unavailable": "`remediate doctor` says which part is not ready.",
    "cluster_unavailable": "`remediate doctor` says which part is not ready.",
}


def _places(problem: Mapping[str, Any]) -> tuple[str, ...]:
    errors = problem.get("errors")
    if not isinstance(errors, list):
        return ()
    return tuple(
        f"{error.get('pointer') or '(whole document)'}: {error.get('message', '')}"
        for error in errors
        if isinstance(error, dict)
    )
