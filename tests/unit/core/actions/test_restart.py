"""
A restart has settled when every pod is newer than the change.
"""

from typing import Any

import pytest

from executor.core.action import with_value
from executor.core.actions import CATALOGUE
from executor.core.health import HealthState
from executor.core.query import Query
from tests.builders import a_deployment, a_pod, target_of
from tests.fakes.controllers import settled as as_controllers_leave_it
from tests.rendering import settled

pytestmark = pytest.mark.requirement("ACT-2")

SINCE = "2026-11-23T11:24:06Z"


def a_pod_made(at: str) -> Any:
    return with_value(a_pod(), ("metadata", "creationTimestamp"), at)


def a_complete_rollout() -> Any:
    live = with_value(a_deployment(), ("metadata", "generation"), 2)
    return as_controllers_leave_it(live, nodes=1)


@pytest.mark.parametrize(
    ("made", "state"),
    [("2026-11-23T11:24:05Z", HealthState.IN_PROGRESS), ("2026-11-23T11:24:07Z", HealthState.CURRENT)],
    ids=["an old pod", "a new pod"],
)
def test_a_complete_rollout_counts_only_with_new_pods(made: str, state: HealthState) -> None:
    found = settled("restart", a_complete_rollout(), since=SINCE, related={"pods": (a_pod_made(made),)})

    assert state is found.state


def test_a_rollout_whose_pods_are_not_there_has_not_settled() -> None:
    assert HealthState.IN_PROGRESS is settled("restart", a_complete_rollout(), since=SINCE).state


def test_its_pods_are_watched_beside_it() -> None:
    live = a_deployment()

    assert {"pods": Query("Pod", "shop", selector=live["spec"]["selector"])} == CATALOGUE["restart"].watches(
        target_of(live), live
    )
