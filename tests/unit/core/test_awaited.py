"""
What a step can wait for, and what a plan may ask.
"""

from typing import Any

import pytest

from executor.core.awaited import Awaited, is_there
from executor.core.errors import Unusable
from executor.core.health import HealthState
from executor.core.model import ABSENT, Manifest
from tests.builders import a_deployment
from tests.plans import a_plan, a_step
from tests.rendering import desired
from tests.unit.core.documents import found, problems

pytestmark = pytest.mark.requirement("ACT-2")


def widget(*, generation: int = 1, observed: int | None = None, **conditions: Any) -> Manifest:
    """
    Return a custom resource with conditions by type, each a status or a whole condition.
    """
    told = [
        {"type": kind, **(each if isinstance(each, dict) else {"status": each})} for kind, each in conditions.items()
    ]
    status = {"phase": "Active", "conditions": told} | ({} if observed is None else {"observedGeneration": observed})
    metadata = {"name": "w", "namespace": "shop", "uid": "u", "resourceVersion": "7", "generation": generation}
    return {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": metadata, "status": status}


def state(live: Manifest, **asked: Any) -> HealthState:
    return is_there(live, Awaited(**asked)).state


@pytest.mark.parametrize(
    ("live", "asked", "expected"),
    [
        (widget(Ready="True"), "Ready=True", HealthState.CURRENT),
        (widget(Ready="False"), "Ready=True", HealthState.IN_PROGRESS),
        (widget(Ready="False"), "Ready=False", HealthState.CURRENT),
        (widget(), "Ready=True", HealthState.IN_PROGRESS),
        (widget(generation=2, observed=1, Ready="True"), "Ready=True", HealthState.IN_PROGRESS),
        (
            widget(generation=2, Ready={"status": "True", "observedGeneration": 1}),
            "Ready=True",
            HealthState.IN_PROGRESS,
        ),
        (widget(generation=2, Ready={"status": "True", "observedGeneration": 2}), "Ready=True", HealthState.CURRENT),
    ],
)
def test_a_condition_is_awaited_as_kubectl_does(live: Manifest, asked: str, expected: HealthState) -> None:
    assert expected is state(live, condition=asked)


def test_what_keeps_a_condition_from_holding_is_told() -> None:
    live = widget(Ready={"status": "False", "reason": "NoQuota", "message": "no room left"})

    said = is_there(live, Awaited(condition="Ready=True")).message

    assert "its condition Ready is False (NoQuota): no room left" == said


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"json_path": ".status.phase", "value": "Active"}, HealthState.CURRENT),
        ({"json_path": ".status.phase", "value": "Gone"}, HealthState.IN_PROGRESS),
        ({"json_path": ".status.phase"}, HealthState.CURRENT),
        ({"json_path": ".status.address"}, HealthState.IN_PROGRESS),
        ({"json_path": ".metadata.generation", "value": 1}, HealthState.CURRENT),
        ({"json_path": ".metadata.generation", "value": "1"}, HealthState.IN_PROGRESS),
        ({"json_path": ".metadata.generation", "value": True}, HealthState.IN_PROGRESS),
        ({"json_path": ".status.conditions[*].status", "value": "True"}, HealthState.IN_PROGRESS),
    ],
)
def test_every_value_at_a_path_is_as_asked_and_of_the_same_type(asked: dict[str, Any], expected: HealthState) -> None:
    assert expected is state(widget(Ready="True", Synced="False"), **asked)


def test_health_is_that_of_the_kind() -> None:
    live = a_deployment()
    live["metadata"]["generation"] = 1

    assert HealthState.IN_PROGRESS is state(live, health=True)
    assert HealthState.CURRENT is state(widget(Ready="True"), health=True)


def test_an_object_that_shall_be_gone_is_awaited_until_it_is() -> None:
    going = widget()
    going["metadata"]["deletionTimestamp"] = "2026-11-23T11:24:06Z"

    assert HealthState.IN_PROGRESS is state(widget(), absent=True)
    assert "being deleted" in is_there(going, Awaited(absent=True)).message
    assert HealthState.CURRENT is state(ABSENT, absent=True)


def test_an_object_that_is_still_to_be_made_is_awaited_only_when_that_was_said() -> None:
    assert HealthState.IN_PROGRESS is state(ABSENT, health=True, may_be_absent=True)
    assert HealthState.FAILED is state(ABSENT, health=True)
    with pytest.raises(Unusable, match="say may_be_absent"):
        desired("wait_for", ABSENT, {"health": True})
    for parameters in ({"health": True, "may_be_absent": True}, {"absent": True}):
        assert ABSENT == desired("wait_for", ABSENT, parameters)


@pytest.mark.requirement("PLAN-3")
@pytest.mark.parametrize(
    ("parameters", "place"),
    [
        ({}, "/steps/0/parameters"),
        ({"health": True, "absent": True}, "/steps/0/parameters"),
        ({"condition": "Ready=True", "json_path": ".a"}, "/steps/0/parameters"),
        ({"health": True, "value": "x"}, "/steps/0/parameters/value"),
        ({"json_path": ".a[", "value": "x"}, "/steps/0/parameters/json_path"),
    ],
)
def test_a_plan_says_exactly_one_thing_to_wait_for(parameters: dict[str, Any], place: str) -> None:
    assert [(place, "bad_parameter")] == found(a_plan(a_step("wait_for", "Deployment", "web", parameters)))


@pytest.mark.parametrize("condition", ["Ready", "Ready=Yes", "=True", "Ready=True,Synced=True"])
def test_a_condition_is_spelled_with_its_status(condition: str) -> None:
    (problem,) = problems(a_plan(a_step("wait_for", "Deployment", "web", {"condition": condition})))

    assert "/steps/0/parameters/condition" == problem.pointer


def test_steps_that_only_look_need_no_order_and_steps_that_change_still_do() -> None:
    wait = a_step("wait_for", "Deployment", "web", {"health": True}, id="wait")
    keep = a_step("collect", "Deployment", "web", id="keep")
    scale = a_step("scale", "Deployment", "web", {"replicas": 2}, id="scale")

    assert [] == found(a_plan(wait, keep, scale))
    assert [("/steps/1/target", "unordered_targets")] == found(a_plan(scale, {**scale, "id": "again"}))
