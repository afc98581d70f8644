"""
Owns the limits a change can meet: quotas, limit ranges and disruption budgets, with their numbers.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Unpack

from executor.core.errors.cluster import Answered, ClusterError
from executor.core.quantity import EXACT


@dataclass(frozen=True, slots=True)
class Excess:
    """
    One resource of a quota that would be exceeded, in base units (cores, bytes, objects).
    """

    resource: str
    requested: Decimal
    used: Decimal
    limited: Decimal

    @property
    def over(self) -> Decimal:
        """
        Return by how much.
        """
        return EXACT.subtract(EXACT.add(self.requested, self.used), self.limited)


class QuotaError(ClusterError):
    """
    A quota stands in the way; `quota` is its name.
    """

    def __init__(self, message: str, *, quota: str = "", **answered: Unpack[Answered]) -> None:
        super().__init__(message, **answered)
        self.quota = quota


class QuotaExceeded(QuotaError):
    """
    A resource quota would be exceeded.
    """

    code = "quota_exceeded"

    def __init__(
        self, message: str, *, quota: str = "", excesses: tuple[Excess, ...] = (), **answered: Unpack[Answered]
    ) -> None:
        super().__init__(message, quota=quota, **answered)
        self.excesses = excesses


class QuotaUnspecified(QuotaError):
    """
    A quota counts what the change does not specify.
    """

    code = "quota_unspecified"


class QuotaUncounted(QuotaError):
    """
    A quota is so new that its controller has not counted what is used.
    """

    code = "quota_uncounted"
    retryable = True


@dataclass(frozen=True, slots=True)
class Breach:
    """
    One bound of a limit range that does not hold, in base units.

    `bound` is `maximum`, `minimum` or `maximum ratio` (of limit to request), `scope` what it is per (`Container`);
    `measured` is what was compared (`limit`, `request`, `ratio`) and `given` its value, None where it is not specified.
    """

    bound: str
    resource: str
    scope: str
    allowed: Decimal
    measured: str
    given: Decimal | None


class LimitRangeBreached(ClusterError):
    """
    A limit range of the namespace does not allow so much, or so little.
    """

    code = "limit_range"

    def __init__(self, message: str, *, breaches: tuple[Breach, ...] = (), **answered: Unpack[Answered]) -> None:
        super().__init__(message, **answered)
        self.breaches = breaches


class BudgetBlocked(ClusterError):
    """
    A disruption budget allows no eviction now; `needed` and `healthy` are None where the API server gives no numbers.

    It is the engine that waits and tries again: the edge must not, or nobody would learn what is waited for.
    """

    code = "budget_blocked"
    retryable = True

    def __init__(
        self,
        message: str,
        *,
        budget: str = "",
        needed: int | None = None,
        healthy: int | None = None,
        **answered: Unpack[Answered],
    ) -> None:
        super().__init__(message, **answered)
        self.budget = budget
        self.needed = needed
        self.healthy = healthy


class BudgetsOverlap(ClusterError):
    """
    More than one disruption budget matches the pod, so the API server can evict it never.
    """

    code = "budgets_overlap"
