"""
Whatever is sent as a plan is a plan or a list of problems, and no problem repeats a value that was refused.
"""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.core.errors import PlanInvalid, Problem
from executor.core.graph import in_order
from executor.core.plan import Plan
from executor.core.validation import read_plan
from tests.plans import a_plan, scale, set_image
from tests.properties.strategies import graphs, json_values

pytestmark = pytest.mark.requirement("PLAN-3")

MARKER = "Hunter2-Passw0rd!"
MARKED: list[Any] = [MARKER, [MARKER], {MARKER: MARKER}, f"{MARKER}\n", 77_123_456, -77_123_456.5]

WHOLE = a_plan(
    scale("web", on_failure="stop", assess="late", timeout_seconds=60),
    set_image("api", needs=["web"]),
    labels={"incident": "inc-42"},
    rollback="manual",
    max_parallel=2,
    timeout_seconds=600,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """
    Return the path of every value of a document.
    """
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(below for key, each in inner for below in places(each, (*path, key)))]


def with_value_at(path: tuple[Any, ...], value: Any) -> Any:
    document = copy.deepcopy(WHOLE)
    if not path:
        return value
    parent = document
    for token in path[:-1]:
        parent = parent[token]
    parent[path[-1]] = value
    return document


def outcome(document: Any) -> tuple[Plan | None, tuple[Problem, ...]]:
    """
    Return the plan of a document, or what is wrong with it.
    """
    try:
        return read_plan(document, max_parallel=5), ()
    except PlanInvalid as invalid:
        return None, invalid.problems


def messages(document: Any) -> str:
    """
    Return everything that is said about a document, besides the places it points at.
    """
    return " ".join(f"{each.code} {each.message}" for each in outcome(document)[1])


@pytest.mark.requirement("DRY-3")
@given(st.sampled_from(places(WHOLE)), st.sampled_from(MARKED))
def test_no_refused_value_is_repeated(path: tuple[Any, ...], value: Any) -> None:
    said = messages(with_value_at(path, value))

    assert MARKER not in said
    assert "77123456" not in said


@pytest.mark.requirement("DRY-3")
@given(st.sampled_from([path for path in places(WHOLE) if path]), st.sampled_from(MARKED))
def test_no_refused_key_is_repeated_either(path: tuple[Any, ...], value: Any) -> None:
    document = with_value_at(path, value)
    for place in places(WHOLE):
        holder = document
        for token in place:
            holder = holder[token] if isinstance(holder, dict | list) and place[: len(path)] != path else None
        if isinstance(holder, dict):
            holder[MARKER] = MARKER

    assert MARKER not in messages(document)


@given(json_values)
def test_any_json_value_is_a_plan_or_a_list_of_problems(value: Any) -> None:
    with pytest.raises(PlanInvalid) as refused:
        read_plan(value, max_parallel=5)

    assert refused.value.problems


@given(st.sampled_from(places(WHOLE)), json_values)
def test_a_plan_with_any_value_anywhere_is_a_plan_or_a_list_of_problems(path: tuple[Any, ...], value: Any) -> None:
    plan, problems = outcome(with_value_at(path, value))

    assert (plan is None) is bool(problems)
    assert list(dict.fromkeys(problems)) == list(problems)
    assert all(each.pointer.startswith("/") or each.pointer == "" for each in problems)
    assert plan is None or plan == Plan.model_validate_json(plan.model_dump_json())


@pytest.mark.requirement("PLAN-4")
@given(graphs())
def test_a_graph_without_a_cycle_is_a_plan_that_keeps_its_order(needs: dict[str, list[str]]) -> None:
    plan = read_plan(a_plan(*(scale(step, needs=needs[step]) for step in needs)), max_parallel=5)

    assert {step: tuple(direct) for step, direct in needs.items()} == {step.id: step.needs for step in plan.steps}
    assert len(needs) == len(in_order({step.id: step.needs for step in plan.steps}))


@pytest.mark.requirement("PLAN-4")
@given(graphs(), st.data())
def test_one_edge_back_makes_a_cycle_that_is_told(needs: dict[str, list[str]], data: st.DataObject) -> None:
    edges = [(need, step) for step, direct in needs.items() for need in direct]
    if not edges:
        return
    need, step = data.draw(st.sampled_from(edges))
    back = {**needs, need: [*needs[need], step]}

    with pytest.raises(PlanInvalid) as refused:
        read_plan(a_plan(*(scale(each, needs=back[each]) for each in back)), max_parallel=5)

    assert "cycle" in {problem.code for problem in refused.value.problems}
