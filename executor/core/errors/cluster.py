"""
Owns what the API server answers, or fails to answer, whatever the change: reach, access, and what it serves.
"""

from typing import TypedDict, Unpack

from executor.core.errors.base import ExecutorError


class Answered(TypedDict, total=False):
    """
    What comes with every answer of the API server; `http_status` is 0 where none came.
    """

    http_status: int
    retry_after_seconds: float | None


class ClusterError(ExecutorError):
    """
    Something the API server answered, or failed to answer.

    The message never holds a value of a Secret nor an object's content, and neither do the fields of the classes below.
    """

    code = "cluster_error"

    def __init__(self, message: str, **answered: Unpack[Answered]) -> None:
        super().__init__(message)
        self.http_status = answered.get("http_status", 0)
        self.retry_after_seconds = answered.get("retry_after_seconds")


class TargetNotFound(ClusterError):
    """
    The target, or the namespace it should be in, does not exist.
    """

    code = "not_found"


class NotServed(ClusterError):
    """
    The API server knows no such kind, version or subresource; whether the object exists was not asked.
    """

    code = "not_served"


class MethodNotAllowed(ClusterError):
    """
    The API server serves the kind, but not this verb of it.
    """

    code = "method_not_allowed"


class CredentialsRefused(ClusterError):
    """
    The API server does not know who asks.
    """

    code = "credentials_refused"


class Forbidden(ClusterError):
    """
    The executor's own permissions do not allow the request.

    `verb` and `resource` (`deployments.apps/scale`) are what is missing, empty where something before the API server
    refused.
    """

    code = "forbidden"

    def __init__(self, message: str, *, verb: str = "", resource: str = "", **answered: Unpack[Answered]) -> None:
        super().__init__(message, **answered)
        self.verb = verb
        self.resource = resource


class Throttled(ClusterError):
    """
    The API server asks for patience (429).
    """

    code = "throttled"
    retryable = True


class ClusterUnavailable(ClusterError):
    """
    The API server cannot be reached or cannot answer now; nothing was written.
    """

    code = "cluster_unavailable"
    retryable = True


class OutcomeUnknown(ClusterError):
    """
    A write left this process and its answer was lost: it may or may not have landed.
    """

    code = "outcome_unknown"


class SealedValueLost(ClusterError):
    """
    A value of a Secret that a change needs is not kept any more, or cannot be opened; nothing was sent.
    """

    code = "sealed_value_lost"


class UnsafeRequest(ClusterError):
    """
    A request that must not be sent: a name that is none, or a dry run that is not marked as one.
    """

    code = "unsafe_request"
