"""
Labels and annotations of any object.
"""

from typing import Any

import pytest

from executor.core.action import ANY_KIND
from executor.core.actions import CATALOGUE
from executor.core.health import HealthState
from executor.core.paths import MISSING
from tests.builders import a_deployment, a_node
from tests.plans import a_plan, a_step
from tests.rendering import changes, settled
from tests.unit.core.documents import found

pytestmark = pytest.mark.requirement("ACT-2")

BOTH = [("label", "labels"), ("annotate", "annotations")]
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


@pytest.mark.parametrize(("action", "where"), BOTH, ids=["label", "annotate"])
def test_entries_are_set_and_unset_and_the_others_stay(action: str, where: str) -> None:
    live = a_deployment(**{where: {"kept": "1", "old": "2", "changed": "3"}})  # type: ignore[arg-type]  # both are maps
    asked = {"set": {"changed": "4", "example.com/new": "5"}, "unset": ["old", "never-there"]}

    assert [
        (f".metadata.{where}.old", MISSING),
        (f".metadata.{where}.changed", "4"),
        (f".metadata.{where}.example.com/new", "5"),
    ] == changes(action, live, asked)


@pytest.mark.parametrize(("action", "where"), BOTH, ids=["label", "annotate"])
def test_an_object_without_any_gets_its_first(action: str, where: str) -> None:
    assert [(f".metadata.{where}.a", "1")] == changes(action, a_node(), {"set": {"a": "1"}})


@pytest.mark.requirement("ACT-4")
@pytest.mark.parametrize(("action", "where"), BOTH, ids=["label", "annotate"])
def test_what_is_so_already_is_no_change(action: str, where: str) -> None:
    live = a_deployment(**{where: {"a": "1"}})  # type: ignore[arg-type]  # both are maps

    assert [] == changes(action, live, {"set": {"a": "1"}, "unset": ["b"]})
    assert [] == changes(action, a_node(), {"unset": ["b"]})


@pytest.mark.parametrize("action", ["label", "annotate"])
def test_every_kind_can_be_marked_and_has_settled_at_once(action: str) -> None:
    assert ANY_KIND == CATALOGUE[action].kinds
    assert HealthState.CURRENT is settled(action, a_deployment(), {"set": {"a": "1"}}).state


KEYS = {
    "no prefix before the slash": "/a",
    "no name behind it": "example.com/",
    "two slashes": "a/b/c",
    "a prefix in upper case": "Example.com/a",
    "a dash at the end": "a-",
    "a name of 64 characters": "a" * 64,
    "a space": "a b",
    "nothing": "",
}


@pytest.mark.requirement("PLAN-3")
@pytest.mark.parametrize("action", ["label", "annotate"])
@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_key_is_a_qualified_name(action: str, key: str) -> None:
    escaped = key.replace("/", "~1")

    assert [(f"/steps/0/parameters/set/{escaped}", "bad_name")] == asked(action, set={key: "x"})
    assert [("/steps/0/parameters/unset/0", "bad_name")] == asked(action, unset=[key])


@pytest.mark.requirement("PLAN-3")
def test_a_prefix_has_at_most_253_characters() -> None:
    label = "a" * 61
    longest = ".".join([label] * 4) + ".aaaaa"

    assert 253 == len(longest)
    assert [] == asked("label", set={f"{longest}/name": "x"})
    assert ["bad_value"] == [code for _, code in asked("label", set={f"{longest}a/name": "x"})]


@pytest.mark.requirement("PLAN-3")
@pytest.mark.parametrize("value", ["a b", "-a", "a" * 64, "ä"])
def test_the_value_of_a_label_has_a_form(value: str) -> None:
    assert [("/steps/0/parameters/set/a", "bad_name")] == asked("label", set={"a": value})
    assert [] == asked("annotate", set={"a": value})


@pytest.mark.parametrize("value", ["", "a", "A.b_c-1", "a" * 63])
def test_a_label_may_have_such_a_value(value: str) -> None:
    assert [] == asked("label", set={"app.kubernetes.io/name": value})


@pytest.mark.requirement("PLAN-3")
@pytest.mark.parametrize("action", ["label", "annotate"])
@pytest.mark.parametrize(
    ("parameters", "place"), [({}, ""), ({"set": {"a": "1"}, "unset": ["a"]}, "/unset")], ids=["nothing", "both"]
)
def test_something_is_set_or_unset_and_nothing_both(action: str, parameters: dict[str, Any], place: str) -> None:
    assert [(f"/steps/0/parameters{place}", "bad_parameter")] == asked(action, **parameters)


@pytest.mark.requirement("PLAN-3")
def test_what_a_controller_keeps_in_an_annotation_is_not_ours_to_change() -> None:
    revision = "deployment.kubernetes.io/revision"

    assert [("/steps/0/parameters/set", "bad_parameter")] == asked("annotate", set={revision: "1"})
    assert [("/steps/0/parameters/unset", "bad_parameter")] == asked("annotate", unset=[revision])


@pytest.mark.requirement("DRY-3")
def test_a_secret_gets_no_copy_of_its_values_in_an_annotation() -> None:
    copy: Any = {"set": {LAST_APPLIED: "{}"}}

    assert [("/steps/0/parameters/set", "bad_parameter")] == asked("annotate", kind="Secret", **copy)
    assert [] == asked("annotate", kind="Secret", unset=[LAST_APPLIED])
    assert [] == asked("annotate", **copy)


def asked(action: str, *, kind: str = "Deployment", **parameters: Any) -> list[tuple[str, str]]:
    return found(a_plan(a_step(action, kind, "web", parameters)))
