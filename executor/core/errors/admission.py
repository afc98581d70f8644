"""
Owns what admission does to a change: who denied it, and who could not be asked.
"""

from typing import Unpack

from executor.core.errors.cluster import Answered, ClusterError


class AdmissionDenied(ClusterError):
    """
    Admission refused the change; this class itself stands for a plugin that is built into the API server.
    """

    code = "admission_denied"


class DeniedByAdmissionPolicy(AdmissionDenied):
    """
    A ValidatingAdmissionPolicy refused the change, or a MutatingAdmissionPolicy could not be evaluated.
    """

    code = "denied_by_admission_policy"

    def __init__(self, message: str, *, policy: str = "", binding: str = "", **answered: Unpack[Answered]) -> None:
        super().__init__(message, **answered)
        self.policy = policy
        self.binding = binding


class DeniedByWebhook(AdmissionDenied):
    """
    An admission webhook refused the change.
    """

    code = "denied_by_webhook"

    def __init__(self, message: str, *, webhook: str = "", **answered: Unpack[Answered]) -> None:
        super().__init__(message, **answered)
        self.webhook = webhook


class WebhookFailed(ClusterError):
    """
    An admission webhook could not be asked; nothing was written.
    """

    code = "webhook_failed"
    retryable = True

    def __init__(self, message: str, *, webhook: str = "", **answered: Unpack[Answered]) -> None:
        super().__init__(message, **answered)
        self.webhook = webhook


class WebhookWithoutDryRun(ClusterError):
    """
    An admission webhook has side effects, so the API server refuses every dry run that would reach it.
    """

    code = "webhook_without_dry_run"

    def __init__(self, message: str, *, webhook: str = "", **answered: Unpack[Answered]) -> None:
        super().__init__(message, **answered)
        self.webhook = webhook
