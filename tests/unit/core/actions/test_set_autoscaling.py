"""
The bounds of an autoscaler.
"""

from typing import Any

import pytest

from executor.core.action import with_value, without_value
from executor.core.errors import Unusable
from executor.core.health import HealthState
from tests.builders import an_autoscaler
from tests.plans import a_plan, a_step
from tests.rendering import changes, settled
from tests.unit.core.documents import found

pytestmark = pytest.mark.requirement("ACT-2")


def bounded(low: int | None, high: int) -> Any:
    live = with_value(an_autoscaler(), ("spec", "maxReplicas"), high)
    if low is None:
        return without_value(live, ("spec", "minReplicas"))
    return with_value(live, ("spec", "minReplicas"), low)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"min": 3}, [(".spec.minReplicas", 3)]),
        ({"max": 9}, [(".spec.maxReplicas", 9)]),
        ({"min": 5, "max": 9}, [(".spec.minReplicas", 5), (".spec.maxReplicas", 9)]),
        ({"min": 2, "max": 4}, []),
    ],
    ids=str,
)
def test_what_is_named_changes(asked: dict[str, int], expected: list[tuple[str, int]]) -> None:
    assert expected == changes("set_autoscaling", bounded(2, 4), asked)


@pytest.mark.parametrize("asked", [{"min": 5}, {"max": 1}], ids=str)
def test_bounds_that_would_cross_are_refused(asked: dict[str, int]) -> None:
    with pytest.raises(Unusable, match=r"its bounds would be \d to \d replicas; name the other bound as well"):
        changes("set_autoscaling", bounded(2, 4), asked)


def test_an_autoscaler_without_a_lower_bound_has_one() -> None:
    assert [(".spec.maxReplicas", 1)] == changes("set_autoscaling", bounded(None, 4), {"max": 1})


@pytest.mark.requirement("PLAN-3")
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, [("", "bad_parameter")]),
        ({"min": 5, "max": 4}, [("/min", "bad_parameter")]),
        ({"max": 0}, [("/max", "out_of_range")]),
        ({"min": -1}, [("/min", "out_of_range")]),
        ({"max": 1001}, [("/max", "out_of_range")]),
    ],
    ids=str,
)
def test_bad_bounds_are_pointed_at(asked: dict[str, int], expected: list[tuple[str, str]]) -> None:
    document = a_plan(a_step("set_autoscaling", "HorizontalPodAutoscaler", "web", asked))

    assert [(f"/steps/0/parameters{place}", code) for place, code in expected] == found(document)


def test_it_settles_when_the_controller_has_seen_the_bounds() -> None:
    seen = with_value(bounded(2, 4), ("metadata", "generation"), 2)
    behind = {**seen, "status": {"observedGeneration": 1}}
    current = {**seen, "status": {"observedGeneration": 2}}

    assert HealthState.IN_PROGRESS is settled("set_autoscaling", behind, {"max": 4}).state
    assert HealthState.CURRENT is settled("set_autoscaling", current, {"max": 4}).state
