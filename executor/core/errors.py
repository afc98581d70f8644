"""
Owns every error the executor raises on purpose.

    ExecutorError                     code, retryable, and a message that says which object, what, why, what to do next
    ├── PlanInvalid                   the plan cannot be taken; carries every problem found
    ├── Unusable                      the step cannot be rendered for this target (no such container, nothing to scale)
    ├── PolicyUnavailable             no policy is loaded yet, so nothing can be judged (retryable)
    ├── WrongPhase                    a control request that makes no sense in the run's phase
    ├── IllegalTransition             an event that does not fit the run's phase; it is never recorded
    ├── ClusterError                  what the API server said or did not say
    │   ├── TargetNotFound            404
    │   ├── TargetGone                the name now belongs to another object (uid changed)
    │   ├── TargetMoved               409: the object changed since it was judged
    │   ├── Forbidden                 403 by authorization
    │   ├── AdmissionDenied           403 by a webhook or an admission policy
    │   ├── QuotaExceeded             403 by a quota
    │   ├── ChangeInvalid             422; names fields only
    │   ├── WebhookFailed             500: a webhook that could not be asked (retryable)
    │   ├── Throttled                 429 (retryable, carries Retry-After)
    │   ├── ClusterUnavailable        5xx, connection refused, time out before anything was sent (retryable)
    │   ├── OutcomeUnknown            a write left and no answer came back
    │   └── UnsafeRequest             a name or path that must not enter a URL; nothing was sent
    └── StoreError
        ├── RunNotFound, StepNotFound, DecisionNotFound
        ├── IdempotencyConflict       the key was used with another plan
        ├── AlreadySubmitted          the key was used with the same plan; carries the run it made
        ├── ClaimsHeld                another run holds a target; carries which
        ├── StaleSequence             somebody else appended to this run
        ├── StoreUnavailable          the store cannot take more now (retryable)
        └── StoreUnusable             the store cannot be opened; names the setting to change
"""

from dataclasses import dataclass


class ExecutorError(Exception):
    """
    The base of all errors here; catch it where an error becomes an answer or an event.
    """

    code = "internal"
    retryable = False


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


class IllegalTransition(ExecutorError):
    """
    An event that does not fit the run it was meant for; a defect of ours, never recorded.
    """

    code = "illegal_transition"


class ClusterError(ExecutorError):
    """
    Something the API server answered, or failed to answer.

    `http_status` is 0 where no answer came. The message never holds a value of a Secret nor an object's content.
    """

    code = "cluster_error"

    def __init__(self, message: str, *, http_status: int = 0, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.retry_after_seconds = retry_after_seconds


class TargetNotFound(ClusterError):
    """
    The target does not exist.
    """

    code = "not_found"


class TargetGone(ClusterError):
    """
    The target was deleted and another object has its name now.
    """

    code = "gone"


class TargetMoved(ClusterError):
    """
    The target changed between judgement and write; judge it again.
    """

    code = "conflict"


class Forbidden(ClusterError):
    """
    The executor's own permissions do not allow the request.
    """

    code = "forbidden"


class AdmissionDenied(ClusterError):
    """
    An admission policy or webhook refused the change.
    """

    code = "admission_denied"


class QuotaExceeded(ClusterError):
    """
    A resource quota refused the change.
    """

    code = "quota_exceeded"


class ChangeInvalid(ClusterError):
    """
    The API server refused the change as invalid; the message names fields only.
    """

    code = "invalid"


class WebhookFailed(ClusterError):
    """
    An admission webhook could not be asked.
    """

    code = "webhook_failed"
    retryable = True


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


class UnsafeRequest(ClusterError):
    """
    A request that must not be sent: a name that is none, or a dry run that is not marked as one.
    """

    code = "unsafe_request"


class StoreError(ExecutorError):
    """
    Something the store could not do.
    """

    code = "store_error"


class RunNotFound(StoreError):
    """
    No run has this id.
    """

    code = "not_found"


class StepNotFound(StoreError):
    """
    The run has no step of this id.
    """

    code = "not_found"


class DecisionNotFound(StoreError):
    """
    No decision has this id.
    """

    code = "not_found"


class IdempotencyConflict(StoreError):
    """
    The idempotency key was used before with another plan.
    """

    code = "idempotency_conflict"


class AlreadySubmitted(StoreError):
    """
    The idempotency key was used before with the same plan: `run` is the answer, and no second run was made.
    """

    code = "already_submitted"

    def __init__(self, *, run: str) -> None:
        super().__init__(f"this idempotency key and plan already made run {run}")
        self.run = run


class ClaimsHeld(StoreError):
    """
    Another run holds a claim that this run needs.
    """

    code = "claims_held"

    def __init__(self, *, run: str, claim: str) -> None:
        super().__init__(f"waits for run {run}, which holds {claim}")
        self.run = run
        self.claim = claim


class StaleSequence(StoreError):
    """
    The run's log has moved on: somebody else appended to it.
    """

    code = "stale_sequence"


class StoreUnavailable(StoreError):
    """
    The store cannot take this now (disk full, lock not free, connection lost); nothing was recorded.
    """

    code = "overloaded"
    retryable = True


class StoreUnusable(StoreError):
    """
    The store cannot be opened as it is configured; the message names the setting and the way out, in one sentence.
    """

    code = "store_unusable"


class WrongPhase(ExecutorError):
    """
    A control request that makes no sense in the run's phase.
    """

    code = "wrong_phase"

    def __init__(self, message: str, *, phase: str) -> None:
        super().__init__(message)
        self.phase = phase
