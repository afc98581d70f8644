"""
What is tried again, how long after, and when it is given up.
"""

import pytest

from executor.core.errors import (
    AdmissionDenied,
    AlreadyExists,
    BudgetBlocked,
    BudgetsOverlap,
    ChangeInvalid,
    ClusterError,
    ClusterUnavailable,
    CredentialsRefused,
    DeniedByAdmissionPolicy,
    DeniedByWebhook,
    FieldConflict,
    Forbidden,
    ImmutableField,
    LimitRangeBreached,
    MethodNotAllowed,
    NotServed,
    OutcomeUnknown,
    QuotaExceeded,
    QuotaUncounted,
    QuotaUnspecified,
    TargetGone,
    TargetMoved,
    TargetNotFound,
    Throttled,
    UnsafeRequest,
    UnsupportedPatch,
    WebhookFailed,
    WebhookWithoutDryRun,
)
from executor.core.retry import ATTEMPTS, JUDGEMENTS, delay_seconds

pytestmark = pytest.mark.requirement("RUN-5")

PERMANENT = [
    AdmissionDenied,
    AlreadyExists,
    BudgetsOverlap,
    ChangeInvalid,
    CredentialsRefused,
    DeniedByAdmissionPolicy,
    DeniedByWebhook,
    FieldConflict,
    Forbidden,
    ImmutableField,
    LimitRangeBreached,
    MethodNotAllowed,
    NotServed,
    OutcomeUnknown,
    QuotaExceeded,
    QuotaUnspecified,
    TargetGone,
    TargetNotFound,
    UnsafeRequest,
    UnsupportedPatch,
    WebhookWithoutDryRun,
]


@pytest.mark.parametrize("error", PERMANENT)
def test_what_is_permanent_is_given_up_at_once(error: type[ClusterError]) -> None:
    assert delay_seconds(error("no"), attempt=1, jitter=0.0) is None


@pytest.mark.parametrize("error", [ClusterUnavailable, Throttled, WebhookFailed, QuotaUncounted, BudgetBlocked])
def test_what_may_pass_is_met_with_growing_patience_that_ends(error: type[ClusterError]) -> None:
    waits = [delay_seconds(error("later"), attempt=attempt, jitter=0.0) for attempt in range(1, ATTEMPTS + 1)]

    assert [0.5, 1.0, 2.0, 4.0, 8.0, None] == waits


def test_a_target_that_moved_is_judged_three_times_in_all() -> None:
    waits = [delay_seconds(TargetMoved("moved"), attempt=attempt, jitter=0.0) for attempt in range(1, JUDGEMENTS + 1)]

    assert [0.5, 1.0, None] == waits


def test_a_blocked_eviction_waits_as_long_as_its_budget_says() -> None:
    error = BudgetBlocked("blocked", budget="web", retry_after_seconds=5.0)

    waits = [delay_seconds(error, attempt=attempt, jitter=0.0) for attempt in range(1, ATTEMPTS + 1)]

    assert [5.0, 5.0, 5.0, 5.0, 8.0, None] == waits


@pytest.mark.parametrize(("asked", "waited"), [(0.1, 0.5), (30.0, 30.0), (None, 0.5)])
def test_the_servers_own_retry_after_wins_when_it_is_longer(asked: float | None, waited: float) -> None:
    assert waited == delay_seconds(Throttled("later", retry_after_seconds=asked), attempt=1, jitter=0.0)


def test_jitter_lengthens_a_wait_by_up_to_half_and_never_shortens_it() -> None:
    waits = [delay_seconds(Throttled("later"), attempt=1, jitter=jitter) for jitter in (0.0, 0.5, 1.0)]

    assert [0.5, 0.625, 0.75] == waits
