"""
Scale: a count, a difference or a percentage, on the object or on its scale.
"""

from typing import Any

import pytest

from executor.core.actions import CATALOGUE
from executor.core.errors import Unusable
from executor.core.health import HealthState
from executor.core.target import Target
from tests.builders import a_deployment
from tests.plans import a_plan, a_step
from tests.rendering import changes, settled
from tests.unit.core.documents import found

pytestmark = pytest.mark.requirement("ACT-2")

ACTION = CATALOGUE["scale"]


def a_scale(replicas: int | None, *, there: int = 0) -> dict[str, Any]:
    return {
        "apiVersion": "autoscaling/v1",
        "kind": "Scale",
        "metadata": {"name": "w", "namespace": "shop", "uid": "u", "resourceVersion": "7"},
        "spec": {} if replicas is None else {"replicas": replicas},
        "status": {"replicas": there, "selector": "app=w"},
    }


@pytest.mark.parametrize(
    ("present", "asked", "wanted"),
    [
        (4, {"replicas": 0}, 0),
        (4, {"delta": 3}, 7),
        (4, {"delta": -4}, 0),
        (4, {"percent": 50}, 2),
        (3, {"percent": 50}, 2),
        (3, {"percent": 1}, 1),
        (3, {"percent": 0}, 0),
        (7, {"percent": 1000}, 70),
    ],
    ids=str,
)
def test_the_count_is_told_or_comes_of_the_present_one(present: int, asked: dict[str, int], wanted: int) -> None:
    assert [(".spec.replicas", wanted)] == changes("scale", a_deployment(replicas=present), asked)
    assert [(".spec.replicas", wanted)] == changes("scale", a_scale(present), asked)


@pytest.mark.requirement("ACT-4")
@pytest.mark.parametrize("asked", [{"replicas": 3}, {"percent": 100}], ids=str)
def test_the_present_count_is_no_change(asked: dict[str, int]) -> None:
    assert [] == changes("scale", a_deployment(replicas=3), asked)


def test_a_scale_leaves_a_count_of_zero_out() -> None:
    assert [(".spec.replicas", 2)] == changes("scale", a_scale(None), {"delta": 2})
    assert [] == changes("scale", a_scale(None), {"replicas": 0})
    assert [] == changes("scale", a_scale(None), {"percent": 500})


@pytest.mark.parametrize(
    ("present", "asked"), [(2, {"delta": -3}), (999, {"delta": 2}), (101, {"percent": 1000})], ids=str
)
def test_what_leaves_the_bounds_is_refused_and_not_clamped(present: int, asked: dict[str, int]) -> None:
    with pytest.raises(Unusable, match=rf"it has {present} replicas and would get -?\d+; 0 to 1000 are possible"):
        changes("scale", a_deployment(replicas=present), asked)


@pytest.mark.requirement("PLAN-3")
@pytest.mark.parametrize(
    ("asked", "problems"),
    [
        ({}, [("", "bad_parameter")]),
        ({"replicas": 1, "delta": 1}, [("", "bad_parameter")]),
        ({"delta": 0}, [("/delta", "bad_parameter")]),
        ({"delta": 1001}, [("/delta", "out_of_range")]),
        ({"delta": -1001}, [("/delta", "out_of_range")]),
        ({"percent": -1}, [("/percent", "out_of_range")]),
        ({"percent": 1001}, [("/percent", "out_of_range")]),
        ({"percent": 12.5}, [("/percent", "wrong_type")]),
    ],
    ids=str,
)
def test_exactly_one_of_three_is_asked_for(asked: dict[str, Any], problems: list[tuple[str, str]]) -> None:
    expected = [(f"/steps/0/parameters{place}", code) for place, code in problems]

    assert expected == found(a_plan(a_step("scale", "Deployment", "web", asked)))


@pytest.mark.requirement("PLAN-3")
@pytest.mark.parametrize(
    ("kind", "namespace"), [("DaemonSet", "shop"), ("ConfigMap", "shop"), ("Pod", "shop"), ("Node", None)]
)
def test_a_known_kind_without_a_scale_is_refused_when_the_plan_is_read(kind: str, namespace: str | None) -> None:
    step = a_step("scale", kind, "web", {"replicas": 1}, namespace=namespace)

    assert [("/steps/0/parameters", "bad_parameter")] == found(a_plan(step))


def test_a_kind_nobody_knows_may_have_a_scale() -> None:
    step = a_step("scale", "Widget", "web", {"replicas": 1})
    step["target"]["api_version"] = "example.com/v1"

    assert [] == found(a_plan(step))


@pytest.mark.parametrize(
    ("kind", "api_version", "view"),
    [
        ("Deployment", None, None),
        ("StatefulSet", None, None),
        ("ReplicaSet", None, "scale"),
        ("ReplicationController", None, "scale"),
        ("Widget", "example.com/v1", "scale"),
        ("Deployment", "example.com/v1", "scale"),
    ],
)
def test_what_is_no_known_workload_is_changed_by_its_scale(
    kind: str, api_version: str | None, view: str | None
) -> None:
    target = Target(kind=kind, namespace="shop", name="w", api_version=api_version)

    assert view == ACTION.view(target)


def test_a_scale_settles_when_so_many_are_there_and_a_workload_when_they_are_ready() -> None:
    waiting = settled("scale", a_scale(3, there=2), {"replicas": 3})
    current = settled("scale", a_scale(3, there=3), {"replicas": 3})
    workload = settled("scale", a_deployment(replicas=3), {"replicas": 3})

    assert [HealthState.IN_PROGRESS, HealthState.CURRENT] == [waiting.state, current.state]
    assert HealthState.IN_PROGRESS is workload.state
