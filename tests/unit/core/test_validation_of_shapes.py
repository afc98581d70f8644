"""
What a plan may look like: every key, type and range, each refused at the offending key itself.
"""

from typing import Any

import pytest

from executor.core.actions import CATALOGUE
from tests.plans import a_plan, cordon, restart, scale, set_image
from tests.unit.core.documents import GONE, found, problems, read, with_change

pytestmark = pytest.mark.requirement("PLAN-3")

STEP = "steps.0"
BAD_VALUES: dict[str, tuple[str, Any, str]] = {
    "a name that is no label": ("name", "Relieve Shop", "bad_name"),
    "a name that ends in a line break": ("name", "relieve\n", "bad_name"),
    "a name of 64 characters": ("name", "a" * 64, "too_long"),
    "no name": ("name", GONE, "missing"),
    "no reason": ("reason", GONE, "missing"),
    "an empty reason": ("reason", "", "too_short"),
    "a reason over 2,000 characters": ("reason", "x" * 2001, "too_long"),
    "a reason that is no text": ("reason", None, "wrong_type"),
    "a reason that is no Unicode": ("reason", "\ud800", "wrong_type"),
    "labels that are a list": ("labels", ["a"], "wrong_type"),
    "65 labels": ("labels", {f"label-{n}": "x" for n in range(65)}, "too_many"),
    "a rollback nobody knows": ("rollback", "later", "not_one_of"),
    "no step side by side": ("max_parallel", 0, "out_of_range"),
    "more side by side than the server's limit": ("max_parallel", 6, "out_of_range"),
    "true for a number": ("max_parallel", True, "wrong_type"),
    "a text for a number": ("max_parallel", "3", "wrong_type"),
    "a fraction for a whole number": ("max_parallel", 3.0, "wrong_type"),
    "no time at all": ("timeout_seconds", 0, "out_of_range"),
    "a negative time": ("timeout_seconds", -1, "out_of_range"),
    "more than a day": ("timeout_seconds", 86_401, "out_of_range"),
    "a time that is no number": ("timeout_seconds", float("nan"), "out_of_range"),
    "a time without end": ("timeout_seconds", float("inf"), "out_of_range"),
    "a time as text": ("timeout_seconds", "600", "wrong_type"),
    "true for a time": ("timeout_seconds", True, "wrong_type"),
    "no steps": ("steps", [], "too_few"),
    "101 steps": ("steps", [scale(f"web-{n}") for n in range(101)], "too_many"),
    "steps that are no list": ("steps", {"web": {}}, "wrong_type"),
    "an unknown key": ("pararell", 5, "unknown_key"),
    "a step that is no object": (STEP, "scale web", "wrong_type"),
    "an unknown key of a step": (f"{STEP}.retries", 3, "unknown_key"),
    "a step without an id": (f"{STEP}.id", GONE, "missing"),
    "a step id that is no label": (f"{STEP}.id", "Web_1", "bad_name"),
    "a step without an action": (f"{STEP}.action", GONE, "missing"),
    "an unknown action": (f"{STEP}.action", "exec", "unknown_action"),
    "an action that is no text": (f"{STEP}.action", ["scale"], "wrong_type"),
    "a step without a target": (f"{STEP}.target", GONE, "missing"),
    "a target that is a text": (f"{STEP}.target", "deployment/web", "wrong_type"),
    "a target without a kind": (f"{STEP}.target.kind", GONE, "missing"),
    "a target without a name": (f"{STEP}.target.name", GONE, "missing"),
    "a name that cuts a URL": (f"{STEP}.target.name", "web#", "bad_name"),
    "a name that climbs": (f"{STEP}.target.name", "../../secrets/x", "bad_name"),
    "a name that is the parent": (f"{STEP}.target.name", "..", "bad_name"),
    "a name with a query": (f"{STEP}.target.name", "web?force=true", "bad_name"),
    "a name of 254 characters": (f"{STEP}.target.name", "a" * 254, "too_long"),
    "a namespaced kind without its namespace": (f"{STEP}.target.namespace", GONE, "missing"),
    "a namespace that climbs": (f"{STEP}.target.namespace", "../kube-system", "bad_name"),
    "parameters that are a list": (f"{STEP}.parameters", [3], "wrong_type"),
    "an unknown parameter": (f"{STEP}.parameters.force", True, "unknown_key"),
    "true for a count": (f"{STEP}.parameters.replicas", True, "wrong_type"),
    "a text for a count": (f"{STEP}.parameters.replicas", "3", "wrong_type"),
    "a fraction for a count": (f"{STEP}.parameters.replicas", 3.0, "wrong_type"),
    "a negative count": (f"{STEP}.parameters.replicas", -1, "out_of_range"),
    "a count above the action's bound": (f"{STEP}.parameters.replicas", 1001, "out_of_range"),
    "a count of 400 digits": (f"{STEP}.parameters.replicas", 10**400, "out_of_range"),
    "needs that are a text": (f"{STEP}.needs", "api", "wrong_type"),
    "an answer to failure nobody knows": (f"{STEP}.on_failure", "retry", "not_one_of"),
    "an assessment nobody knows": (f"{STEP}.assess", "never", "not_one_of"),
    "a step without time": (f"{STEP}.timeout_seconds", 0, "out_of_range"),
}


@pytest.mark.parametrize(("place", "value", "code"), BAD_VALUES.values(), ids=BAD_VALUES)
def test_one_bad_value_is_one_problem_at_the_key_itself(place: str, value: Any, code: str) -> None:
    assert [("/" + place.replace(".", "/"), code)] == found(with_change(place, value))


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        (f"{STEP}.target.api_version", "apps/v1", "unknown_key"),
        (f"{STEP}.target.kind", "ReplicaSet", "wrong_kind"),
        (f"{STEP}.parameters.images", GONE, "missing"),
    ],
    ids=["an api version", "a kind it does not take", "a parameter that is missing"],
)
def test_an_action_that_knows_its_kinds_takes_no_other(place: str, value: Any, code: str) -> None:
    assert [("/" + place.replace(".", "/"), code)] == found(with_change(place, value, set_image()))


@pytest.mark.parametrize("document", [None, 3, "scale web", [], [{}]], ids=repr)
def test_a_document_that_is_no_object_is_told_as_such(document: Any) -> None:
    assert [("", "wrong_type")] == found(document)


@pytest.mark.parametrize(
    ("labels", "pointer", "code"),
    [
        ({"k" * 64: "x"}, f"/labels/{'k' * 64}", "too_long"),
        ({"": "x"}, "/labels/", "too_short"),
        ({"incident": "x" * 257}, "/labels/incident", "too_long"),
        ({"incident": 42}, "/labels/incident", "wrong_type"),
        ({"a/b~c": 42}, "/labels/a~1b~0c", "wrong_type"),
        ({"[key]": 42}, "/labels/[key]", "wrong_type"),
        ({"[key]" * 13: 42}, f"/labels/{'[key]' * 13}", "too_long"),
    ],
    ids=["an overlong key", "an empty key", "an overlong value", "a number", "an escaped key", "[key]", "both"],
)
def test_a_bad_label_is_pointed_at_by_its_own_key(labels: dict[str, Any], pointer: str, code: str) -> None:
    assert (pointer, code) in found(with_change("labels", labels))
    assert {pointer} == {place for place, _ in found(with_change("labels", labels))}


def test_a_pointer_to_an_endless_key_has_an_end() -> None:
    [(pointer, _)] = found(with_change("k" * 100_000, 1))

    assert "/" + "k" * 253 == pointer


def test_a_node_lives_in_no_namespace() -> None:
    step = {**cordon(), "target": {"kind": "Node", "namespace": "shop", "name": "worker-1"}}

    assert [("/steps/0/target/namespace", "not_allowed")] == found(a_plan(step))


@pytest.mark.parametrize(
    ("images", "pointer", "code"),
    [
        ({}, "/steps/0/parameters/images", "too_few"),
        ({"app": "web:2; rm -rf /"}, "/steps/0/parameters/images/app", "bad_name"),
        ({"App": "web:2"}, "/steps/0/parameters/images/App", "bad_name"),
        ({"app": 2}, "/steps/0/parameters/images/app", "wrong_type"),
        ({"app": "w" * 513}, "/steps/0/parameters/images/app", "too_long"),
    ],
    ids=["none", "no image", "no container name", "a number", "an overlong image"],
)
def test_an_image_is_a_reference_of_a_named_container(images: dict[str, Any], pointer: str, code: str) -> None:
    assert [(pointer, code)] == found(a_plan({**set_image(), "parameters": {"images": images}}))


def test_an_unknown_action_is_answered_with_the_known_ones() -> None:
    [problem] = problems(with_change("steps.0.action", "exec"))

    assert f"unknown action exec; known: {', '.join(CATALOGUE)}" == problem.message
    assert list(CATALOGUE) == sorted(CATALOGUE)


@pytest.mark.requirement("PLAN-7")
@pytest.mark.parametrize("action", ["exec", "run_script", "shell", "kubectl", "/bin/sh", "__class__"])
def test_nothing_outside_the_closed_set_of_actions_is_taken(action: str) -> None:
    assert ("/steps/0/action", "unknown_action") in found(with_change("steps.0.action", action))


@pytest.mark.parametrize("count", [1, 100])
def test_a_plan_may_have_from_one_to_a_hundred_steps(count: int) -> None:
    assert count == len(read(a_plan(*(scale(f"web-{n}") for n in range(count)))).steps)


@pytest.mark.parametrize(
    ("steps", "seconds"), [(1, 600.0), (3, 600.0), (4, 1200.0), (10, 1200.0), (11, 2700.0), (100, 2700.0)]
)
@pytest.mark.requirement("PLAN-6")
def test_the_default_limit_grows_with_the_plan(steps: int, seconds: float) -> None:
    assert seconds == read(a_plan(*(restart(f"web-{n}") for n in range(steps)))).timeout_seconds


@pytest.mark.parametrize("seconds", [0.001, 86_400])
@pytest.mark.requirement("PLAN-6")
def test_a_limit_of_ones_own_is_kept(seconds: float) -> None:
    plan = read(a_plan(scale("web", timeout_seconds=seconds), timeout_seconds=seconds))

    assert (seconds, seconds) == (plan.timeout_seconds, plan.steps[0].timeout_seconds)


def test_what_is_left_out_has_the_defaults_of_the_contract() -> None:
    plan = read(a_plan({"id": "web", "action": "restart", "target": scale("web")["target"]}))

    step = plan.steps[0]
    assert ({}, "automatic", None) == (plan.labels, plan.rollback, plan.max_parallel)
    assert ({}, (), "rollback", "early", None) == (
        step.parameters,
        step.needs,
        step.on_failure,
        step.assess,
        step.timeout_seconds,
    )


def test_the_bounds_themselves_are_taken() -> None:
    labels = {f"{n:063}": "x" * 256 for n in range(64)}

    plan = read(a_plan(scale("web", to=1000), scale("api", to=0), labels=labels, reason="x" * 2000, max_parallel=5))

    assert (labels, 5) == (plan.labels, plan.max_parallel)
