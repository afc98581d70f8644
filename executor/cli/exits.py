"""
Owns the exit codes: what a script learns without reading the output.
"""

from enum import IntEnum


class Code(IntEnum):
    """
    The exit codes of every command (README, "Exit codes").
    """

    SUCCEEDED = 0
    FAILED = 1
    REFUSED = 2
    DENIED = 3
    ROLLED_BACK = 4
    DEGRADED = 5
    WAITING = 6
    CANCELLED = 7
    UNREACHABLE = 8
    DETACHED = 130
    PIPE_CLOSED = 141


_BY_PHASE = {
    "succeeded": Code.SUCCEEDED,
    "failed": Code.FAILED,
    "denied": Code.DENIED,
    "rolled_back": Code.ROLLED_BACK,
    "degraded": Code.DEGRADED,
    "awaiting_approval": Code.WAITING,
    "cancelled": Code.CANCELLED,
    "expired": Code.CANCELLED,
}

_BY_EFFECT = {"allow": Code.SUCCEEDED, "deny": Code.DENIED, "require_approval": Code.WAITING, "fail": Code.FAILED}

TERMINAL = frozenset(_BY_PHASE) - {"awaiting_approval"}
"""The phases nothing can follow."""


def code_of_phase(phase: str) -> Code:
    """
    Return the code of a run that was watched until it stood in a phase.
    """
    return _BY_PHASE.get(phase, Code.FAILED)


def code_of_effect(effect: str) -> Code:
    """
    Return the code of an assessment.
    """
    return _BY_EFFECT.get(effect, Code.FAILED)
