"""
Taints of a node: set and taken off by key and effect, the others untouched.
"""

from typing import Any

import pytest

from executor.core.action import with_value
from executor.core.health import HealthState
from executor.core.paths import MISSING
from tests.builders import a_node
from tests.plans import a_plan, a_step
from tests.rendering import changes, settled
from tests.unit.core.documents import found

pytestmark = pytest.mark.requirement("ACT-2")

OTHER = {"key": "node.kubernetes.io/unreachable", "effect": "NoExecute", "timeAdded": "2026-11-23T11:24:06Z"}


def tainted(*taints: dict[str, Any]) -> Any:
    return with_value(a_node(), ("spec", "taints"), list(taints))


def a_taint(effect: str = "NoSchedule", value: str | None = "search") -> dict[str, Any]:
    taint = {"key": "example.com/dedicated", "effect": effect}
    return taint if value is None else {**taint, "value": value}


PARAMETERS = {"key": "example.com/dedicated", "value": "search", "effect": "NoSchedule"}
PLACE = ".spec.taints[example.com/dedicated:NoSchedule]"


def test_a_taint_is_added_beside_the_others() -> None:
    assert [(PLACE, a_taint())] == changes("taint", a_node(), PARAMETERS)
    assert [(PLACE, a_taint())] == changes("taint", tainted(OTHER, a_taint("NoExecute")), PARAMETERS)


def test_a_taint_of_that_key_and_effect_gets_the_value_and_keeps_its_time() -> None:
    dated = {**a_taint(value="shop"), "timeAdded": "2026-11-23T11:24:06Z"}

    assert [(f"{PLACE}.value", "search")] == changes("taint", tainted(OTHER, dated), PARAMETERS)
    assert [(f"{PLACE}.value", MISSING)] == changes(
        "taint", tainted(dated), {key: value for key, value in PARAMETERS.items() if key != "value"}
    )


def test_a_taint_is_taken_off_by_its_effect_or_whatever_its_effect() -> None:
    live = tainted(a_taint(), OTHER, a_taint("NoExecute", None))
    key = {"key": "example.com/dedicated"}

    assert [(PLACE, MISSING)] == changes("untaint", live, {**key, "effect": "NoSchedule"})
    assert [(PLACE, MISSING), (".spec.taints[example.com/dedicated:NoExecute]", MISSING)] == changes(
        "untaint", live, key
    )


@pytest.mark.requirement("ACT-4")
def test_what_is_so_already_is_no_change() -> None:
    assert [] == changes("taint", tainted(OTHER, a_taint()), PARAMETERS)
    assert [] == changes("untaint", tainted(OTHER), {"key": "example.com/dedicated"})
    assert [] == changes("untaint", a_node(), {"key": "example.com/dedicated"})


@pytest.mark.requirement("PLAN-3")
@pytest.mark.parametrize(
    ("action", "parameters", "expected"),
    [
        ("taint", {"key": "a"}, [("/effect", "missing")]),
        ("taint", {"key": "a", "effect": "Never"}, [("/effect", "not_one_of")]),
        ("taint", {"key": "a", "effect": "NoSchedule", "value": "a b"}, [("/value", "bad_name")]),
        ("taint", {"key": "a b", "effect": "NoSchedule"}, [("/key", "bad_name")]),
        ("untaint", {}, [("/key", "missing")]),
        ("untaint", {"key": "a", "effect": "Never"}, [("/effect", "not_one_of")]),
    ],
    ids=str,
)
def test_bad_parameters_are_pointed_at(
    action: str, parameters: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    document = a_plan(a_step(action, "Node", "worker-1", parameters, namespace=None))

    assert [(f"/steps/0/parameters{place}", code) for place, code in expected] == found(document)


@pytest.mark.parametrize(("action", "parameters"), [("taint", PARAMETERS), ("untaint", {"key": "a"})])
def test_a_node_settles_by_holding_the_value(action: str, parameters: dict[str, Any]) -> None:
    assert HealthState.CURRENT is settled(action, a_node(ready=False), parameters).state
