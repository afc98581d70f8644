"""
What quotas, limit ranges and disruption budgets answer, with their numbers.
"""

from decimal import Decimal
from typing import Any

import pytest

from executor.core import errors
from executor.core.errors import Breach, ClusterError, Excess
from executor.kube.attempt import Attempt
from tests.unit.kube.refusals import APPLY, CREATE, EVICT, refused

pytestmark = pytest.mark.requirement("DRY-4")

PODS = 'pods "web" is forbidden: '


def limited(message: str) -> ClusterError:
    """
    Return what a 403 about a pod to be made becomes.
    """
    return refused(CREATE, 403, "Forbidden", PODS + message)


def budget(message: str, *, code: int = 429, attempt: Attempt = EVICT, **details: Any) -> ClusterError:
    """
    Return what the answer of a disruption budget becomes.
    """
    causes = [{"reason": "DisruptionBudget", "message": message}]
    said = "Cannot evict pod as it would violate the pod's disruption budget."
    return refused(attempt, code, "TooManyRequests", said, causes=causes, name="", **details)


CASES = {
    "a quota": (
        limited(
            "exceeded quota: team, requested: limits.memory=1500Mi,pods=1,requests.cpu=1500m, "
            "used: limits.memory=512Mi,pods=10,requests.cpu=500m, limited: limits.memory=1Gi,pods=10,requests.cpu=1"
        ),
        errors.QuotaExceeded,
        (
            "pod/shop/web: dry run refused (Forbidden): quota team would be exceeded: "
            "limits.memory requested 1500Mi, used 512Mi, limited 1Gi, over by 988Mi; "
            "pods requested 1, used 10, limited 10, over by 1; "
            "requests.cpu requested 1500m, used 500m, limited 1, over by 1. "
            "Ask for less or raise the quota."
        ),
    ),
    "a quota on objects of a kind": (
        limited(
            "exceeded quota: team, requested: count/jobs.batch=1, used: count/jobs.batch=5, limited: count/jobs.batch=5"
        ),
        errors.QuotaExceeded,
        (
            "pod/shop/web: dry run refused (Forbidden): quota team would be exceeded: "
            "count/jobs.batch requested 1, used 5, limited 5, over by 1. Ask for less or raise the quota."
        ),
    ),
    "a quota that counts what is not specified": (
        limited("failed quota: team: must specify limits.memory for: app,log; requests.cpu for: app"),
        errors.QuotaUnspecified,
        (
            "pod/shop/web: dry run refused (Forbidden): quota team demands that its pods specify "
            "limits.memory for app,log; requests.cpu for app. Specify it on every container."
        ),
    ),
    "a quota that is not counted yet": (
        limited("status unknown for quota: team, resources: pods"),
        errors.QuotaUncounted,
        (
            "pod/shop/web: dry run refused (Forbidden): quota team is new and what is used has not been counted yet, "
            "nothing was written. Try again in a moment."
        ),
    ),
    "a limit range": (
        limited(
            "[minimum memory usage per Container is 64Mi, but request is 32Mi, maximum cpu usage per Container is 1, "
            "but limit is 2500m, cpu max limit to request ratio per Container is 2, but provided ratio is 4.500000]"
        ),
        errors.LimitRangeBreached,
        (
            "pod/shop/web: dry run refused (Forbidden): a limit range of the namespace does not allow it: "
            "minimum memory per Container is 64Mi, its request is 32Mi, 32Mi too little; "
            "maximum cpu per Container is 1, its limit is 2500m, 1500m too much; "
            "cpu limit per Container may be 2 times its request, not 4.5 times. "
            "Stay within it, or change the limit range."
        ),
    ),
    "a limit range on what is not specified": (
        limited(
            "[maximum memory usage per Pod is 1Gi.  No limit is specified, cpu max limit to request ratio per Pod is "
            "2, but no request is specified or request is 0]"
        ),
        errors.LimitRangeBreached,
        (
            "pod/shop/web: dry run refused (Forbidden): a limit range of the namespace does not allow it: "
            "maximum memory per Pod is 1Gi, and it has no limit; "
            "cpu limit per Pod may be 2 times its request, and it has no request. "
            "Stay within it, or change the limit range."
        ),
    ),
    "a budget without room": (
        budget("The disruption budget api needs 2 healthy pods and has 1 currently"),
        errors.BudgetBlocked,
        (
            "pod/shop/web-1: dry run refused (TooManyRequests): disruption budget api needs 2 healthy pods and has "
            "1 now. Wait until more of its pods are healthy, or change the budget."
        ),
    ),
    "a budget that changed just now": (
        budget("The disruption budget api is still being processed by the server.", retryAfterSeconds=10),
        errors.BudgetBlocked,
        (
            "pod/shop/web-1: dry run refused (TooManyRequests): disruption budget api has changed and its pods are "
            "being counted anew. Wait until more of its pods are healthy, or change the budget."
        ),
    ),
    "a budget with too many evictions under way": (
        budget(
            "The disruption budget api does not allow evicting pods currently: too many pending evictions not "
            "confirmed by PDB controller",
            code=403,
        ),
        errors.BudgetBlocked,
        (
            "pod/shop/web-1: dry run refused (TooManyRequests): disruption budget api allows no eviction now. "
            "Wait until more of its pods are healthy, or change the budget."
        ),
    ),
    "a budget that says it another way": (
        budget("no way"),
        errors.BudgetBlocked,
        (
            "pod/shop/web-1: dry run refused (TooManyRequests): a disruption budget allows no eviction now. "
            "Wait until more of its pods are healthy, or change the budget."
        ),
    ),
    "two budgets on one pod": (
        refused(
            EVICT,
            500,
            "",
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
        ),
        errors.BudgetsOverlap,
        (
            "pod/shop/web-1: dry run refused (HTTP 500): more than one disruption budget matches this pod, which the "
            "API server cannot evict then. Change the budgets so that one of them matches, or delete the pod."
        ),
    ),
}


@pytest.mark.parametrize(("error", "kind", "message"), CASES.values(), ids=CASES)
def test_a_limit_is_told_with_its_numbers(error: ClusterError, kind: type[ClusterError], message: str) -> None:
    assert (kind, message) == (type(error), str(error))


def test_a_quota_keeps_its_numbers_in_base_units() -> None:
    error, *_ = CASES["a quota"]

    assert isinstance(error, errors.QuotaExceeded)
    gibi, mebi = Decimal(2**30), Decimal(2**20)
    memory, pods, cpu = error.excesses
    assert ("team", Excess("limits.memory", 1500 * mebi, 512 * mebi, gibi)) == (error.quota, memory)
    assert Excess("requests.cpu", Decimal("1.5"), Decimal("0.5"), Decimal(1)) == cpu
    assert (988 * mebi, Decimal(1), Decimal(1)) == (memory.over, pods.over, cpu.over)


def test_a_limit_range_keeps_its_numbers_in_base_units() -> None:
    error, *_ = CASES["a limit range"]

    assert isinstance(error, errors.LimitRangeBreached)
    mebi = Decimal(2**20)
    assert (
        Breach("minimum", "memory", "Container", 64 * mebi, "request", 32 * mebi),
        Breach("maximum", "cpu", "Container", Decimal(1), "limit", Decimal("2.5")),
        Breach("maximum ratio", "cpu", "Container", Decimal(2), "ratio", Decimal("4.5")),
    ) == error.breaches


@pytest.mark.parametrize(
    ("case", "told", "after"),
    [
        ("a budget without room", ("api", 2, 1), 5.0),
        ("a budget that changed just now", ("api", None, None), 10.0),
        ("a budget that says it another way", ("", None, None), 5.0),
    ],
)
def test_a_budget_keeps_its_numbers_and_when_to_come_back(
    case: str, told: tuple[str, int | None, int | None], after: float
) -> None:
    error, *_ = CASES[case]

    assert isinstance(error, errors.BudgetBlocked)
    assert told == (error.budget, error.needed, error.healthy)
    assert after == error.retry_after_seconds


def test_what_passes_by_itself_is_tried_again() -> None:
    again = {type(error) for error, *_ in CASES.values() if error.retryable}

    assert {errors.QuotaUncounted, errors.BudgetBlocked} == again


def test_a_busy_server_is_no_budget() -> None:
    assert errors.Throttled is type(
        refused(EVICT, 429, "TooManyRequests", "Too many requests, please try again later.")
    )


def test_two_budgets_leave_no_doubt_about_an_eviction() -> None:
    """
    A 500 after a write may mean anything, but this one comes before the pod is touched.
    """
    said = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."

    assert errors.BudgetsOverlap is type(refused(APPLY, 500, "", said))


@pytest.mark.requirement("DRY-3")
@pytest.mark.parametrize(
    "message",
    [
        "exceeded quota: team, requested: hunter2, used: pods=1, limited: pods=1",
        "exceeded quota: team, requested: pods=hunter2, used: pods=1, limited: pods=1",
        "exceeded quota: team, requested: pods=1, used: pods=1, limited: pods=1 hunter2",
        "exceeded quota: hunter2 is it, requested: pods=1, used: pods=1, limited: pods=1",
        "failed quota: team: must specify hunter2",
        "maximum cpu usage per Container is hunter2, but limit is 2",
        "maximum cpu usage per hunter2 is 1, but limit is 2",
        f"exceeded quota: team, requested: pods={'9' * 99}, used: pods=1, limited: pods=1 hunter2",
    ],
)
def test_what_looks_like_a_limit_but_holds_something_else_is_not_passed_on(message: str) -> None:
    error = limited(message)

    assert errors.AdmissionDenied is type(error)
    assert "hunter2" not in str(error) + repr(vars(error))
