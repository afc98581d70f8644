"""
Owns what can be wrong with the policy set-up, each as one sentence for the person who starts the service.

    OpaSetupError          the service cannot start with this set-up
    ├── OpaMissing         no `opa` executable
    ├── PolicyRefused      the policy set is not taken: which file, which line, why
    └── OpaUnusable        OPA does not start, its socket or token cannot be used, or it does not answer as it must

    OpaFault               one question got no usable answer; inside this package only, the gate turns it into a denial
"""

from executor.core.errors import ExecutorError


class OpaSetupError(ExecutorError):
    """
    The service cannot start with this policy set-up; the message says what to change.
    """

    code = "policy_setup"


class OpaMissing(OpaSetupError):
    """
    There is no `opa` executable.
    """


class PolicyRefused(OpaSetupError):
    """
    The policy set is not taken.
    """


class OpaUnusable(OpaSetupError):
    """
    OPA could not be started or cannot be used.
    """


class OpaFault(Exception):
    """
    A question got no usable answer; becomes a denial with this code.
    """

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code = code
        self.remedy = remedy
