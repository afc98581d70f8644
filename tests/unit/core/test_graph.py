"""
Order between steps, also of plans that are deep, wide or dense.
"""

from time import process_time

import pytest

from executor.core.graph import ancestors, find_cycle, find_cycles, in_order
from tests.plans import a_plan, scale
from tests.unit.core.documents import read

pytestmark = pytest.mark.requirement("PLAN-4")


def test_a_graph_without_a_cycle_has_none() -> None:
    assert find_cycle({"a": [], "b": ["a"], "c": ["a", "b"]}) is None


def test_a_cycle_is_its_path_with_its_first_step_repeated() -> None:
    assert ("b", "c", "b") == find_cycle({"a": ["b"], "b": ["c"], "c": ["b"]})


def test_cycles_that_share_no_step_are_all_found() -> None:
    needs = {"a": ["b"], "b": ["a"], "c": ["d"], "d": ["e"], "e": ["c", "a"]}

    assert [("a", "b", "a"), ("c", "d", "e", "c")] == list(find_cycles(needs))


def test_needs_of_nobody_and_of_oneself_are_no_order() -> None:
    needs = {"a": ["nobody", "a"], "b": ["a", "a"]}

    assert find_cycle(needs) is None
    assert ("a", "b") == in_order(needs)
    assert {"a": frozenset(), "b": frozenset("a")} == ancestors(needs)


def test_ancestors_reach_through_others() -> None:
    needs = {"d": ["b", "c"], "b": ["a"], "c": ["a"], "a": []}

    assert frozenset("abc") == ancestors(needs)["d"]


def test_steps_of_a_cycle_and_those_behind_have_no_order() -> None:
    assert ("free",) == in_order({"a": ["b"], "b": ["a"], "behind": ["a"], "free": []})


def test_a_chain_of_ten_thousand_needs_no_recursion() -> None:
    chain = {f"s{n}": [f"s{n - 1}"] if n else [] for n in range(10_000)}
    ring = {**chain, "s0": ["s9999"]}

    assert find_cycle(chain) is None
    assert 10_001 == len(find_cycle(ring) or ())
    assert tuple(chain) == in_order(chain)


def test_a_plan_of_a_hundred_steps_that_all_need_each_earlier_one_is_read_well_within_200_ms() -> None:
    names = [f"web-{n}" for n in range(100)]
    plan = a_plan(*(scale(name, needs=names[:n]) for n, name in enumerate(names)))
    read(plan)

    took = []
    for _ in range(3):
        began = process_time()
        read(plan)
        took.append(process_time() - began)

    assert min(took) < 0.2
