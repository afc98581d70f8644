"""
How many pods a rollout takes away at once, by the strategy of each kind and the API server's defaults.
"""

from typing import Any

import pytest

from executor.core.rollout_pace import away_at_once, rolls
from tests.builders import a_daemon_set, a_deployment, a_replica_set, a_stateful_set

pytestmark = pytest.mark.requirement("LOCK-4")


def deployment(**strategy: Any) -> dict[str, Any]:
    manifest = a_deployment()
    return {**manifest, "spec": {**manifest["spec"], "strategy": {"rollingUpdate": strategy}}}


def updating(manifest: dict[str, Any], **rolling: Any) -> dict[str, Any]:
    return {**manifest, "spec": {**manifest["spec"], "updateStrategy": {"rollingUpdate": rolling}}}


PACES: dict[str, tuple[dict[str, Any], int, int]] = {
    "a quarter by default": (a_deployment(), 10, 2),
    "none of three by default": (a_deployment(), 3, 0),
    "a percentage, rounded down": (deployment(maxUnavailable="50%"), 5, 2),
    "a count": (deployment(maxUnavailable=3, maxSurge=0), 5, 3),
    "never more than there are": (deployment(maxUnavailable=30), 5, 5),
    "one, where neither surge nor loss would be any": (deployment(maxUnavailable="10%", maxSurge=0), 5, 1),
    "all, where it is not readable": (deployment(maxUnavailable="some"), 5, 5),
    "all, where it is beyond counting": (deployment(maxUnavailable="9" * 5000 + "%"), 5, 5),
    "one of a StatefulSet": (a_stateful_set(), 5, 1),
    "more of a StatefulSet, rounded up": (updating(a_stateful_set(), maxUnavailable="30%"), 5, 2),
    "one of a DaemonSet": (a_daemon_set(), 5, 1),
    "none of a DaemonSet that makes the new pod first": (
        updating(a_daemon_set(), maxSurge=1, maxUnavailable=0),
        5,
        0,
    ),
    "one of a DaemonSet that allows none": (updating(a_daemon_set(), maxUnavailable=0), 5, 1),
    "none of none": (a_stateful_set(), 0, 0),
}


@pytest.mark.parametrize(("workload", "pods", "expected"), PACES.values(), ids=PACES)
def test_a_rollout_takes_at_once(workload: dict[str, Any], pods: int, expected: int) -> None:
    assert expected == away_at_once(workload, pods)


def test_a_template_reaches_the_pods_of_kinds_that_roll() -> None:
    paused = {**a_deployment(), "spec": {"paused": True}}
    by_hand = {**a_daemon_set(), "spec": {"updateStrategy": {"type": "OnDelete"}}}

    assert [True, True, True, False, False, False] == [
        rolls(each) for each in (a_deployment(), a_stateful_set(), a_daemon_set(), paused, by_hand, a_replica_set())
    ]
