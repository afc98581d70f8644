"""
A blast radius never shrinks with one step more, nor grows when steps wait, nor depends on how a plan is written down.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.core.blast_radius import BlastRadius, blast_radius
from executor.core.disruption import Disruption
from executor.core.graph import ancestors, in_order
from executor.core.losses import Gap, Loss, Part, Way
from executor.core.plan import Plan, Step
from executor.core.target import Target
from executor.core.worst_point import Order, Stake
from tests.disrupting import a_budget_fact, a_loss, a_plan_of, a_step_of
from tests.properties.strategies import graphs

pytestmark = pytest.mark.requirement("LOCK-4")

COUNTS = ("objects", "namespaces", "nodes", "pods", "percent_unavailable")
limits = st.none() | st.integers(1, 3)


@st.composite
def stakes(draw: st.DrawFn) -> Stake:
    at_once = draw(st.integers(0, 4))
    return Stake(at_once, draw(st.integers(0, at_once)))


@st.composite
def losses(draw: st.DrawFn) -> Loss:
    stake = draw(stakes())
    return a_loss(
        draw(st.sampled_from(["web", "api"])),
        way=draw(st.sampled_from(Way)),
        at_once=stake.at_once,
        lasting=stake.lasting,
        pods=stake.at_once + draw(st.integers(0, 3)),
        of=draw(st.none() | st.integers(0, 9)),
    )


@st.composite
def disruptions(draw: st.DrawFn) -> Disruption:
    names = draw(st.frozensets(st.sampled_from("ab"), max_size=2))
    gaps = draw(st.lists(st.builds(Gap, st.sampled_from(Part), st.just("not read")), max_size=1))
    return Disruption(
        objects=frozenset(Target(kind="Deployment", namespace=name, name=name) for name in names),
        nodes=names,
        losses=tuple(draw(st.lists(losses(), max_size=3))),
        budgets=tuple(draw(st.lists(st.builds(a_budget_fact, allowed=st.integers(0, 3)), max_size=1))),
        gaps=tuple(gaps) if draw(st.integers(0, 5)) == 0 else (),
    )


@st.composite
def plans(draw: st.DrawFn) -> tuple[Plan, dict[str, Disruption]]:
    needs = draw(graphs())
    steps = [
        a_step_of(step, needs=needs[step], on_failure=draw(st.sampled_from(["rollback", "continue"]))) for step in needs
    ]
    return a_plan_of(*steps, max_parallel=draw(limits)), {step: draw(disruptions()) for step in needs}


def at_least_as_much(more: BlastRadius, less: BlastRadius) -> bool:
    """
    Tell if one radius is at least as large as another in each count; what is not known is larger than all that is.
    """
    counts = all(_rank(getattr(more, name)) >= _rank(getattr(less, name)) for name in COUNTS)
    return counts and _tightness(more) >= _tightness(less)


def _rank(count: float | None) -> float:
    return float("inf") if count is None else count


def _tightness(radius: BlastRadius) -> float:
    if radius.budgets is None:
        return float("inf")
    return float("-inf") if radius.budget_headroom is None else -radius.budget_headroom


@given(plans())
def test_one_step_more_never_disturbs_less(drawn: tuple[Plan, dict[str, Disruption]]) -> None:
    plan, found = drawn
    last = _last(plan)
    if last is None:
        return
    without = a_plan_of(*(step for step in plan.steps if step.id != last), max_parallel=plan.max_parallel)

    more = blast_radius(plan, found)

    assert at_least_as_much(more, blast_radius(without, {step: found[step] for step in found if step != last}))


@given(plans(), st.data())
def test_steps_that_wait_for_each_other_never_disturb_more(
    drawn: tuple[Plan, dict[str, Disruption]], data: st.DataObject
) -> None:
    plan, found = drawn
    order = in_order({step.id: step.needs for step in plan.steps})
    pairs = [(first, then) for place, first in enumerate(order) for then in order[place + 1 :]]
    if not pairs:
        return
    first, then = data.draw(st.sampled_from(pairs))
    waiting = [_waiting(step, first) if step.id == then else step for step in plan.steps]

    in_line = blast_radius(a_plan_of(*waiting, max_parallel=plan.max_parallel), found)

    assert at_least_as_much(blast_radius(plan, found), in_line)


@given(plans(), st.randoms())
def test_the_order_in_which_steps_are_written_changes_nothing(
    drawn: tuple[Plan, dict[str, Disruption]], random: Random
) -> None:
    plan, found = drawn
    steps = list(plan.steps)
    random.shuffle(steps)

    assert blast_radius(plan, found) == blast_radius(a_plan_of(*steps, max_parallel=plan.max_parallel), found)


@given(graphs(most=5), st.data())
def test_the_worst_point_is_the_worst_of_all_moments(needs: dict[str, list[str]], data: st.DataObject) -> None:
    taken = {step: data.draw(stakes()) for step in needs}

    assert _worst_of_all(needs, taken, most=None) == Order(ancestors(needs), at_most=None).worst(taken)


@given(graphs(most=5), st.integers(1, 3), st.data())
def test_with_a_limit_the_worst_point_is_never_told_too_low(
    needs: dict[str, list[str]], most: int, data: st.DataObject
) -> None:
    taken = {step: data.draw(stakes()) for step in needs}

    assert _worst_of_all(needs, taken, most=most) <= Order(ancestors(needs), at_most=most).worst(taken)


def _worst_of_all(needs: Mapping[str, Sequence[str]], taken: Mapping[str, Stake], *, most: int | None) -> int:
    """
    An independent definition: look at every moment, in which each step is to come (0), under way (1) or done (2).
    """
    worst = 0
    for states in product((0, 1, 2), repeat=len(needs)):
        now = dict(zip(needs, states, strict=True))
        possible = all(now[need] == 2 for step in needs if now[step] for need in needs[step])
        if possible and (most is None or states.count(1) <= most):
            away = (
                (taken[step].at_once if state == 1 else taken[step].lasting) for step, state in now.items() if state
            )
            worst = max(worst, sum(away))
    return worst


def _last(plan: Plan) -> str | None:
    order = in_order({step.id: step.needs for step in plan.steps})
    return order[-1] if order else None


def _waiting(step: Step, on: str) -> Step:
    return step.model_copy(update={"needs": (*step.needs, on)})
