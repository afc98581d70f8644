"""
Owns the answer to "try again?": by error class, with exponential backoff and jitter.

The API server's own Retry-After wins over the backoff. What is permanent is never tried again, and neither is a write
whose outcome is unknown: that is read back first (`engine.write`).
"""

from executor.core.errors import ClusterError, TargetMoved

JUDGEMENTS = 3
"""How often a step is judged anew because its target moved under it (architecture: at most three times)."""

ATTEMPTS = 6
"""How often a retryable refusal is met before the step fails: about 15 s of patience besides the edge's own."""

FIRST_SECONDS, LONGEST_SECONDS = 0.5, 8.0

SPREAD = 0.5
"""A wait is lengthened by up to this part of itself."""


def delay_seconds(error: ClusterError, *, attempt: int, jitter: float) -> float | None:
    """
    Return how long to wait before attempt `attempt + 1`, or None to give up. `attempt` counts from 1.

    `jitter`, from 0 to 1, is the part of the spread to use, so that runs that failed together do not return together.
    """
    if isinstance(error, TargetMoved):
        return _backoff(attempt, jitter) if attempt < JUDGEMENTS else None
    if not error.retryable or attempt >= ATTEMPTS:
        return None
    return max(_backoff(attempt, jitter), error.retry_after_seconds or 0.0)


def _backoff(attempt: int, jitter: float) -> float:
    doubled: float = FIRST_SECONDS * 2 ** (attempt - 1)
    return min(doubled, LONGEST_SECONDS) * (1 + SPREAD * jitter)
