"""
What becomes of a real API server's refusals where a quota, a limit range or a disruption budget is met.
"""

import asyncio
from decimal import Decimal

import pytest
import pytest_asyncio

from executor.core import errors
from executor.core.errors import Breach
from executor.core.model import Manifest
from executor.core.target import Target, collection_path, object_path
from tests.builders import a_deployment
from tests.fixtures.asking import Asker, a_pod_to_make, refused
from tests.waiting import eventually

pytestmark = [pytest.mark.integration, pytest.mark.requirement("DRY-4")]


async def test_a_quota_tells_by_how_much_it_would_be_exceeded(asker: Asker) -> None:
    hard = {"requests.cpu": "1", "limits.memory": "1Gi"}
    asker.make("ResourceQuota", {"metadata": {"name": "team"}, "spec": {"hard": hard}})
    asked = resources(requests={"cpu": "1500m"}, limits={"cpu": "2", "memory": "1500Mi"})

    error = await refused(errors.QuotaExceeded, lambda: asker.creation("Pod", a_pod_to_make(resources=asked)))

    assert ("quota_exceeded", "team") == (error.code, error.quota)
    assert {"limits.memory": Decimal(476 * 2**20), "requests.cpu": Decimal("0.5")} == {
        each.resource: each.over for each in error.excesses
    }
    assert (
        f"pod/{asker.namespace}/app: dry run refused (Forbidden): quota team would be exceeded: "
        "limits.memory requested 1500Mi, used 0, limited 1Gi, over by 476Mi; "
        "requests.cpu requested 1500m, used 0, limited 1, over by 500m. Ask for less or raise the quota."
    ) == str(error)


async def test_a_quota_that_counts_what_is_not_specified_says_of_which_container(asker: Asker) -> None:
    asker.make("ResourceQuota", {"metadata": {"name": "team"}, "spec": {"hard": {"requests.cpu": "1"}}})

    error = await refused(errors.QuotaUnspecified, lambda: asker.creation("Pod", a_pod_to_make()))

    assert ("quota_unspecified", "team") == (error.code, error.quota)
    assert "quota team demands that its pods specify requests.cpu for app. " in str(error)


async def test_a_limit_range_tells_every_bound_that_does_not_hold(asker: Asker) -> None:
    bounds = {"max": {"cpu": "1"}, "min": {"memory": "64Mi"}, "maxLimitRequestRatio": {"cpu": "2"}}
    asker.make("LimitRange", {"metadata": {"name": "l"}, "spec": {"limits": [{"type": "Container", **bounds}]}})
    asked = resources(requests={"cpu": "500m", "memory": "32Mi"}, limits={"cpu": "2"})

    error = await refused(errors.LimitRangeBreached, lambda: asker.creation("Pod", a_pod_to_make(resources=asked)))

    assert "limit_range" == error.code
    assert (
        f"pod/{asker.namespace}/app: dry run refused (Forbidden): a limit range of the namespace does not allow it: "
        "minimum memory per Container is 64Mi, its request is 32Mi, 32Mi too little; "
        "maximum cpu per Container is 1, its limit is 2, 1 too much; "
        "cpu limit per Container may be 2 times its request, not 4 times. Stay within it, or change the limit range."
    ) == str(error)


async def test_a_limit_range_of_claims_tells_so_too(asker: Asker) -> None:
    limit = {"type": "PersistentVolumeClaim", "max": {"storage": "1Gi"}}
    asker.make("LimitRange", {"metadata": {"name": "l"}, "spec": {"limits": [limit]}})
    claim = {
        "metadata": {"name": "c"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "2Gi"}}},
    }

    error = await refused(errors.LimitRangeBreached, lambda: asker.creation("PersistentVolumeClaim", claim))

    gibi = Decimal(2**30)
    assert (Breach("maximum", "storage", "PersistentVolumeClaim", gibi, "request", 2 * gibi),) == error.breaches
    assert "its request is 2Gi, 1Gi too much. " in str(error)


@pytest_asyncio.fixture
async def guarded_pod(asker: Asker) -> Target:
    """
    One of two running pods, both needed by the disruption budget `web`.
    """
    asker.make("Deployment", a_deployment("web", asker.namespace, replicas=2))
    spec = {"minAvailable": 2, "selector": {"matchLabels": {"app": "web"}}}
    budget = asker.make("PodDisruptionBudget", {"metadata": {"name": "web"}, "spec": spec})

    async def counted() -> bool:
        live = await asyncio.to_thread(asker.plane.api.get, object_path(budget))
        return bool(live["status"].get("currentHealthy") == 2)

    await eventually(counted)
    pods = asker.plane.api.get(f"{collection_path('Pod', asker.namespace)}?labelSelector=app%3Dweb")
    return asker.target("Pod", pods["items"][0]["metadata"]["name"])


async def test_an_eviction_that_a_budget_blocks_tells_its_numbers(asker: Asker, guarded_pod: Target) -> None:
    error = await refused(errors.BudgetBlocked, lambda: asker.eviction(guarded_pod))

    assert ("budget_blocked", "web", 2, 2) == (error.code, error.budget, error.needed, error.healthy)
    assert (True, 5.0) == (error.retryable, error.retry_after_seconds)
    assert (
        f"{guarded_pod}: dry run refused (TooManyRequests): disruption budget web needs 2 healthy pods and has 2 now. "
        "Wait until more of its pods are healthy, or change the budget."
    ) == str(error)


async def test_a_pod_with_two_budgets_is_told_that_it_cannot_be_evicted(asker: Asker, guarded_pod: Target) -> None:
    spec = {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}}
    asker.make("PodDisruptionBudget", {"metadata": {"name": "other"}, "spec": spec})

    error = await refused(errors.BudgetsOverlap, lambda: asker.eviction(guarded_pod))

    assert ("budgets_overlap", 500, False) == (error.code, error.http_status, error.retryable)


def resources(*, requests: dict[str, str] | None = None, limits: dict[str, str] | None = None) -> Manifest:
    """
    Return the resources of a container.
    """
    return {"requests": requests or {}, "limits": limits or {}}
