"""
Owns what the store cannot do, or finds taken.
"""

from executor.core.errors.base import ExecutorError


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
