"""
What is tried again, how often, and how long it waits.
"""

import pytest
from tenacity import Future, RetryCallState

from executor.core.change import patch_change
from executor.core.diff import Difference
from executor.core.errors import (
    BudgetBlocked,
    ClusterError,
    ClusterUnavailable,
    FieldConflict,
    Forbidden,
    QuotaUncounted,
    Throttled,
    WebhookFailed,
    WebhookWithoutDryRun,
)
from executor.core.target import Target
from executor.kube import KubeCluster
from executor.kube.retrying import Retries
from tests.builders import a_deployment
from tests.fixtures.scripted_server import Answer, ScriptedServer, a_status, an_object

WEB = Target(kind="Deployment", namespace="shop", name="web")
pytestmark = pytest.mark.requirement("RUN-5")


@pytest.mark.parametrize(
    "failure",
    [
        a_status(429, "TooManyRequests", headers=[("Retry-After", "1")]),
        a_status(500, "InternalError", "etcdserver: leader changed"),
        a_status(503, "ServiceUnavailable"),
        Answer(silent=True),
    ],
    ids=["throttled", "etcd", "unavailable", "silent"],
)
async def test_a_read_survives_what_passes(
    scripted_cluster: KubeCluster, api_server: ScriptedServer, failure: Answer
) -> None:
    api_server.script(failure, failure, an_object(a_deployment()))

    assert a_deployment() == await scripted_cluster.read(WEB)


@pytest.mark.parametrize(
    "failure", [a_status(403, "Forbidden"), a_status(404, "NotFound"), a_status(401, "Unauthorized")]
)
async def test_what_will_not_pass_is_asked_once(
    scripted_cluster: KubeCluster, api_server: ScriptedServer, failure: Answer
) -> None:
    api_server.script(failure)

    with pytest.raises(ClusterError):
        await scripted_cluster.read(WEB)

    assert 1 == len(api_server.requests)


BLOCKED = [{"reason": "DisruptionBudget", "message": "The disruption budget web does not allow evicting"}]


@pytest.mark.requirement("DRY-4")
@pytest.mark.parametrize(
    ("refusal", "kind", "asked"),
    [
        (
            a_status(400, "BadRequest", 'admission webhook "guard.test" does not support dry run'),
            WebhookWithoutDryRun,
            1,
        ),
        (a_status(500, "InternalError", 'failed calling webhook "guard.test": refused'), WebhookFailed, 3),
        (a_status(403, "Forbidden", "x is forbidden: status unknown for quota: q, resources: pods"), QuotaUncounted, 3),
        (a_status(409, "Conflict", causes=[{"reason": "FieldManagerConflict", "field": ".a"}]), FieldConflict, 1),
        (a_status(429, "TooManyRequests", causes=BLOCKED), BudgetBlocked, 1),
        (a_status(429, "TooManyRequests"), Throttled, 3),
    ],
    ids=lambda each: each.__name__ if isinstance(each, type) else "",
)
async def test_a_refusal_is_asked_again_only_where_it_passes_soon(
    scripted_cluster: KubeCluster, api_server: ScriptedServer, refusal: Answer, kind: type[ClusterError], asked: int
) -> None:
    """
    A budget may block for minutes: the engine waits for it, and tells what it waits for.
    """
    live = {**a_deployment(), "metadata": {"name": "web", "namespace": "shop", "uid": "u", "resourceVersion": "1"}}
    change = patch_change(WEB, live, [Difference(("spec", "replicas"), 1, 2)])
    api_server.script(refusal)

    with pytest.raises(kind):
        await scripted_cluster.dry_run(change)

    assert asked == len(api_server.requests)


async def test_the_last_error_leaves_when_all_attempts_failed() -> None:
    failures = [ClusterUnavailable("1"), WebhookFailed("2"), Throttled("3", retry_after_seconds=9)]

    async def call() -> None:
        raise failures.pop(0)

    with pytest.raises(Throttled, match="3"):
        await Retries(attempts=3, pause_factor=0).run(call)

    assert [] == failures


async def test_a_failure_that_stays_ends_the_attempts() -> None:
    failures: list[ClusterError] = [ClusterUnavailable("1"), Forbidden("2"), ClusterUnavailable("3")]

    async def call() -> None:
        raise failures.pop(0)

    with pytest.raises(Forbidden):
        await Retries(attempts=5, pause_factor=0).run(call)

    assert 1 == len(failures)


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [(7.0, 7.0, 7.0), (3600.0, 60.0, 60.0), (None, 0.0, 5.0)],
    ids=["as the server asked", "never longer than a minute", "random without a word of the server"],
)
def test_a_pause_is_as_long_as_the_server_asked(asked: float | None, least: float, most: float) -> None:
    state = RetryCallState(retry_object=None, fn=None, args=(), kwargs={})  # type: ignore[arg-type]  # it only carries the outcome
    state.outcome = Future.construct(1, Throttled("busy", retry_after_seconds=asked), has_exception=True)

    assert least <= Retries().pause_seconds(state) <= most
