"""
Owns what is wrong with a plan, with judging it, or with what is asked of its run.
"""

from dataclasses import dataclass

from executor.core.errors.base import ExecutorError


@dataclass(frozen=True, slots=True)
class Problem:
    """
    One thing wrong with a submitted document: where (JSON Pointer), a code for programs, a sentence for people.
    """

    pointer: str
    code: str
    message: str


class PlanInvalid(ExecutorError):
    """
    The plan cannot be taken; `problems` holds every reason at once, in document order.
    """

    code = "invalid_plan"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"the plan has {len(problems)} problem{'s' if len(problems) > 1 else ''}")
        self.problems = problems


class Unusable(ExecutorError):
    """
    The action cannot be rendered for the target as it is now.
    """

    code = "unusable_target"


class PolicyUnavailable(ExecutorError):
    """
    No policy is loaded yet, so nothing can be judged.
    """

    code = "policy_unavailable"
    retryable = True


class WrongPhase(ExecutorError):
    """
    A control request that makes no sense in the run's phase.
    """

    code = "wrong_phase"

    def __init__(self, message: str, *, phase: str) -> None:
        super().__init__(message)
        self.phase = phase


class DigestMismatch(ExecutorError):
    """
    An answer that is bound to another plan than the run's.
    """

    code = "precondition_failed"


class ApprovalsNotTaken(ExecutorError):
    """
    An approval, before this executor can tell who may give one.
    """

    code = "forbidden"


class IllegalTransition(ExecutorError):
    """
    An event that does not fit the run it was meant for; a defect of ours, never recorded.
    """

    code = "illegal_transition"
