"""
Order respects every edge, and a cycle is found exactly where there is one.
"""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.core.graph import ancestors, find_cycle, find_cycles, in_order
from tests.properties.strategies import graphs

pytestmark = pytest.mark.requirement("PLAN-4")

steps = st.sampled_from("abcdef")
any_graphs = st.dictionaries(steps, st.lists(steps, max_size=4), max_size=6)


@given(graphs())
def test_every_step_stands_behind_all_it_needs(needs: dict[str, list[str]]) -> None:
    order = in_order(needs)

    assert sorted(needs) == sorted(order)
    assert all(order.index(need) < order.index(step) for step in needs for need in needs[step])


@given(graphs())
def test_ancestors_are_those_of_all_needs_and_the_needs(needs: dict[str, list[str]]) -> None:
    found = ancestors(needs)

    for step, direct in needs.items():
        assert set(direct).union(*(found[need] for need in direct)) == found[step]
        assert step not in found[step]


@given(any_graphs)
def test_a_cycle_is_told_exactly_where_some_steps_can_never_come(needs: dict[str, list[str]]) -> None:
    """
    An independent definition: take away whatever needs nothing that is left; what stays holds a cycle.
    """
    left = {step: {need for need in needs[step] if need in needs and need != step} for step in needs}
    while free := [step for step, direct in left.items() if not direct & set(left)]:
        for step in free:
            del left[step]

    assert bool(left) is (find_cycle(needs) is not None)


@given(any_graphs)
def test_a_told_cycle_is_one_and_shares_no_step_with_another(needs: dict[str, list[str]]) -> None:
    seen: set[str] = set()
    for cycle in find_cycles(needs):
        assert cycle[0] == cycle[-1]
        assert all(following in needs[step] for step, following in pairwise(cycle))
        assert seen.isdisjoint(cycle)
        seen.update(cycle)
    assert find_cycle({step: direct for step, direct in needs.items() if step not in seen}) is None
