"""
What stands between steps: needs, cycles, two steps on one target; and that all problems are told at once.
"""

import pytest

from executor.core.errors import Problem
from tests.plans import a_plan, scale, set_image
from tests.unit.core.documents import found, problems, read, with_change

pytestmark = pytest.mark.requirement("PLAN-4")


def test_a_cycle_is_spelled_out_as_its_path() -> None:
    plan = a_plan(scale("a", needs=["b"]), scale("b", needs=["a"]))

    assert (Problem("/steps/0/needs", "cycle", "the steps need each other: a -> b -> a"),) == problems(plan)


def test_a_long_cycle_is_spelled_out_as_its_path() -> None:
    plan = a_plan(scale("z"), scale("a", needs=["b", "z"]), scale("b", needs=["c"]), scale("c", needs=["a"]))

    assert (Problem("/steps/1/needs", "cycle", "the steps need each other: a -> b -> c -> a"),) == problems(plan)


def test_every_cycle_is_told_at_once() -> None:
    plan = a_plan(
        scale("a", needs=["b"]), scale("b", needs=["a"]), scale("c", needs=["d"]), scale("d", needs=["c", "a"])
    )

    assert [("/steps/0/needs", "cycle"), ("/steps/2/needs", "cycle")] == found(plan)


def test_a_step_that_needs_itself_is_told_as_such_and_not_as_a_cycle() -> None:
    assert (Problem("/steps/0/needs/0", "self_dependency", "step web needs itself"),) == problems(
        a_plan(scale("web", needs=["web"]))
    )


def test_a_need_that_names_no_step_is_pointed_at() -> None:
    plan = a_plan(scale("web"), scale("api", needs=["web", "wbe"]))

    assert (Problem("/steps/1/needs/1", "unknown_need", "no step is called wbe"),) == problems(plan)


def test_a_need_that_is_no_name_is_not_repeated() -> None:
    [bad, unknown] = problems(a_plan(scale("web", needs=["Hunter2!"])))

    assert ("bad_name", "unknown_need") == (bad.code, unknown.code)
    assert "Hunter2" not in bad.message + unknown.message


def test_an_id_that_stands_twice_is_told_with_its_first_place() -> None:
    plan = a_plan(scale("web", id="one"), scale("api", id="one"))

    assert (Problem("/steps/1/id", "duplicate_id", "step one stands at /steps/0 already"),) == problems(plan)


def test_two_steps_on_one_target_need_an_order() -> None:
    plan = a_plan(scale("web", id="more"), set_image("web", id="newer"))

    assert (
        Problem(
            "/steps/1/target",
            "unordered_targets",
            "steps more and newer change the same target without an order: let one need the other",
        ),
    ) == problems(plan)


def test_an_order_through_other_steps_is_an_order() -> None:
    plan = a_plan(scale("web", id="c", needs=["b"]), scale("api", id="b", needs=["a"]), set_image("web", id="a"))

    assert [] == found(plan)


def test_three_steps_on_one_target_are_told_pair_by_pair() -> None:
    plan = a_plan(scale("web", id="a"), scale("web", id="b", needs=["a"]), scale("web", id="c", needs=["a"]))

    assert [("/steps/2/target", "unordered_targets")] == found(plan)


def test_a_step_with_another_problem_still_shows_its_missing_order() -> None:
    plan = a_plan(scale("web", id="a", to=-1), scale("web", id="b", retries=3))

    assert [
        ("/steps/0/parameters/replicas", "out_of_range"),
        ("/steps/1/retries", "unknown_key"),
        ("/steps/1/target", "unordered_targets"),
    ] == found(plan)


def test_a_cycle_elsewhere_hides_no_missing_order() -> None:
    plan = a_plan(
        scale("web", id="a"), scale("web", id="b"), scale("x", needs=["y"]), scale("y", needs=["x"]), rollback="maybe"
    )

    assert [("/rollback", "not_one_of"), ("/steps/1/target", "unordered_targets"), ("/steps/2/needs", "cycle")] == (
        found(plan)
    )


@pytest.mark.requirement("PLAN-3")
def test_every_problem_is_told_at_once() -> None:
    plan = {
        "name": "NOT A NAME",
        "labels": {"incident": 42},
        "rollback": "maybe",
        "max_parallel": 100,
        "timeout_seconds": "600",
        "surprise": True,
        "steps": [
            {**scale("web"), "action": "exec", "target": {"kind": "Deployment", "name": "web#"}},
            {**scale("api", needs=["api", "nobody"]), "parameters": {"replicas": "3"}, "timeout_seconds": 0},
            {"id": "api"},
            None,
        ],
    }

    assert [
        ("/labels/incident", "wrong_type"),
        ("/max_parallel", "out_of_range"),
        ("/name", "bad_name"),
        ("/reason", "missing"),
        ("/rollback", "not_one_of"),
        ("/steps/0/action", "unknown_action"),
        ("/steps/0/target/name", "bad_name"),
        ("/steps/0/target/namespace", "missing"),
        ("/steps/1/needs/0", "self_dependency"),
        ("/steps/1/needs/1", "unknown_need"),
        ("/steps/1/parameters/replicas", "wrong_type"),
        ("/steps/1/timeout_seconds", "out_of_range"),
        ("/steps/2/action", "missing"),
        ("/steps/2/id", "duplicate_id"),
        ("/steps/2/target", "missing"),
        ("/steps/3", "wrong_type"),
        ("/surprise", "unknown_key"),
        ("/timeout_seconds", "wrong_type"),
    ] == found(plan)


@pytest.mark.requirement("PLAN-3")
def test_a_step_beyond_the_hundredth_makes_no_false_problem_of_a_need() -> None:
    steps = [scale(f"web-{n}") for n in range(100)]
    plan = with_change("steps", [*steps, scale("last"), scale("first", needs=["last"])])
    plan["steps"].insert(0, plan["steps"].pop())

    assert [("/steps", "too_many")] == found(plan)


@pytest.mark.requirement("PLAN-3")
def test_a_need_named_twice_is_needed_once() -> None:
    plan = read(a_plan(scale("web"), scale("api", needs=["web", "web"])))

    assert ("web",) == plan.step("api").needs


def test_a_step_that_nobody_has_is_not_found_in_a_plan() -> None:
    with pytest.raises(KeyError):
        read(a_plan(scale("web"))).step("api")
