"""
Owns what a row of the table answers: the error to raise, why it stopped, and what to do next; and how rows are told.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from executor.core.errors import ClusterError
from executor.kube.attempt import Attempt
from executor.kube.refusal import Refusal

MAX_CAUSE_CHARACTERS = 1000

RESOURCE = r"[A-Za-z0-9][A-Za-z0-9./-]{0,316}"
AMOUNT = r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,2}|[KMGTPE]i|[numkMGTPE])?"
"""How a resource and a quantity look inside a message, so narrow that `core.quantity` can read every such quantity."""

_WITHHELD = "its reason is withheld, because it may hold the Secret's value"


class Makes(Protocol):
    """
    An error's class, or a partial of it that knows its data already.
    """

    def __call__(self, message: str, /, *, http_status: int, retry_after_seconds: float | None) -> ClusterError:
        """
        Return the error.
        """


@dataclass(frozen=True, slots=True)
class Explained:
    """
    What a refusal means. `failed` where the server could not, rather than would not; both texts end without a stop.

    `retry_after_seconds` is used where the server itself does not say when to come back.
    """

    makes: Makes
    why: str
    remedy: str
    failed: bool = False
    retry_after_seconds: float | None = None


Test = Callable[[Refusal], bool]
Explain = Callable[[Attempt, Refusal], Explained]


def says(*patterns: re.Pattern[str]) -> Test:
    """
    Tell if the message or a cause without a field matches somewhere.
    """
    return lambda refusal: any(found(refusal, pattern) is not None for pattern in patterns)


def has(*statuses: int) -> Test:
    """
    Tell if the answer has one of these HTTP statuses.
    """
    return lambda refusal: refusal.http_status in statuses


def all_of(*tests: Test) -> Test:
    """
    Tell if every test holds.
    """
    return lambda refusal: all(test(refusal) for test in tests)


def has_reason(reason: str) -> Test:
    """
    Tell if the Status has this reason, or one of its causes does.
    """
    return lambda refusal: reason in {refusal.reason, *(cause.reason for cause in refusal.causes)}


def found(refusal: Refusal, pattern: re.Pattern[str]) -> re.Match[str] | None:
    """
    Return the first match in the causes that name no field, then in the message.
    """
    texts = [*(cause.message for cause in refusal.causes if not cause.field), refusal.message]
    return next((match for text in texts if (match := pattern.search(text))), None)


def quoted(attempt: Attempt, cause: str) -> str:
    """
    Return what the author of an admission policy or webhook says, cut; never about a Secret.
    """
    return _WITHHELD if attempt.secret else cause[:MAX_CAUSE_CHARACTERS].rstrip(".")
