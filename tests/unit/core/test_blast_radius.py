"""
What the steps of a plan come to: sums, the worst share of a workload, and what budgets have left.
"""

from collections.abc import Mapping, Sequence

import pytest

from executor.core.blast_radius import BlastRadius, blast_radius, of_one_step
from executor.core.disruption import Disruption
from executor.core.losses import Gap, Part, Way
from executor.core.target import Target
from tests.disrupting import a_budget_fact, a_loss, a_plan_of, a_step_of, radius_of, taking

pytestmark = pytest.mark.requirement("LOCK-4")

WEB, API = (Target(kind="Deployment", namespace=space, name="web") for space in ("shop", "api"))
NODE = Target(kind="Node", name="worker-1")


def test_objects_namespaces_nodes_and_pods_are_counted_over_all_steps() -> None:
    found = {
        "a": taking(a_loss(pods=4), objects=frozenset({WEB})),
        "b": taking(a_loss(pods=3), objects=frozenset({WEB, API})),
        "c": taking(objects=frozenset({NODE}), nodes=frozenset({"worker-1"})),
    }

    assert BlastRadius(
        objects=3,
        namespaces=2,
        nodes=1,
        pods=7,
        percent_unavailable=50.0,
        worst="deployment/shop/web",
        budgets=0,
        budget_headroom=None,
        late=[],
        unknown=[],
    ) == radius_of(found)


def test_a_plan_that_disturbs_nothing_has_no_worst_workload() -> None:
    found = radius_of({"a": Disruption()})

    assert (0, 0, 0.0, None, 0, None) == (
        found.objects,
        found.pods,
        found.percent_unavailable,
        found.worst,
        found.budgets,
        found.budget_headroom,
    )


SHARES: dict[str, tuple[Mapping[str, Disruption], Mapping[str, Sequence[str]], float, str]] = {
    "the largest of all workloads": (
        {"a": taking(a_loss("web", at_once=1)), "b": taking(a_loss("api", at_once=3))},
        {},
        75.0,
        "deployment/shop/api",
    ),
    "rounded up": ({"a": taking(a_loss(at_once=1, of=3))}, {}, 33.4, "deployment/shop/web"),
    "never more than all": ({"a": taking(a_loss(at_once=9))}, {}, 100.0, "deployment/shop/web"),
    "all, where its size cannot be known": ({"a": taking(a_loss(of=None))}, {}, 100.0, "deployment/shop/web"),
    "together": ({"a": taking(a_loss()), "b": taking(a_loss())}, {}, 50.0, "deployment/shop/web"),
    "one after another": ({"a": taking(a_loss()), "b": taking(a_loss())}, {"b": ["a"]}, 25.0, "deployment/shop/web"),
    "of two as large the first by name": (
        {"a": taking(a_loss("web")), "b": taking(a_loss("api"))},
        {},
        25.0,
        "deployment/shop/api",
    ),
}


@pytest.mark.parametrize(("found", "needs", "percent", "worst"), SHARES.values(), ids=SHARES)
def test_the_worst_share(
    found: Mapping[str, Disruption], needs: Mapping[str, Sequence[str]], percent: float, worst: str
) -> None:
    radius = radius_of(found, needs)

    assert (percent, worst) == (radius.percent_unavailable, radius.worst)


OWN, EVICTED = Way.OWN, Way.EVICTED
ONE = [a_budget_fact(allowed=1)]
HEADROOMS: dict[str, tuple[Mapping[str, Disruption], int | None]] = {
    "no budget": ({"a": taking(a_loss())}, None),
    "one pod of one that is allowed": ({"a": taking(a_loss(), budgets=ONE)}, 0),
    "two pods of one": ({"a": taking(a_loss(), budgets=ONE), "b": taking(a_loss(), budgets=ONE)}, -1),
    "the tightest of two": (
        {"a": taking(a_loss(), budgets=[a_budget_fact("wide", allowed=9), a_budget_fact("tight", allowed=2)])},
        1,
    ),
    "evictions wait for the budget": ({"a": taking(a_loss(way=EVICTED, at_once=4, lasting=4), budgets=ONE)}, 0),
    "a pod beside evictions": (
        {"a": taking(a_loss(way=EVICTED, at_once=4), budgets=ONE), "b": taking(a_loss(), budgets=ONE)},
        -1,
    ),
    "a rollout at its own pace": ({"a": taking(a_loss(way=OWN, at_once=3), budgets=ONE)}, 1),
    "a rollout beside a pod that is deleted": (
        {"a": taking(a_loss(way=OWN, at_once=3), budgets=ONE), "b": taking(a_loss(), budgets=ONE)},
        -3,
    ),
    "the rollouts of two workloads under one budget": (
        {"a": taking(a_loss(way=OWN), budgets=ONE), "b": taking(a_loss("api", way=OWN), budgets=ONE)},
        -1,
    ),
    "what another step takes of the same workload, budgets unasked": (
        {"a": taking(a_loss(), budgets=ONE), "b": taking(a_loss(way=OWN, at_once=2, lasting=2))},
        -2,
    ),
}


@pytest.mark.parametrize(("found", "headroom"), HEADROOMS.values(), ids=HEADROOMS)
def test_what_the_tightest_budget_has_left(found: Mapping[str, Disruption], headroom: int | None) -> None:
    assert headroom == radius_of(found).budget_headroom


def test_a_budget_that_was_read_twice_allows_the_less() -> None:
    found = {"a": taking(a_loss(), budgets=ONE), "b": taking(budgets=[a_budget_fact(allowed=0)])}

    assert -1 == radius_of(found).budget_headroom


GAPS = {
    Part.PODS: (None, None, None, None),
    Part.SHARE: (1, None, 1, 0),
    Part.HEADROOM: (1, 25.0, None, None),
}


@pytest.mark.parametrize(("part", "expected"), GAPS.items(), ids=[str(part) for part in GAPS])
def test_what_was_not_read_makes_unknown_what_rests_on_it(part: Part, expected: tuple[float | None, ...]) -> None:
    gap = Gap(part, "may not")
    found = {"a": taking(a_loss(), budgets=ONE, gaps=(gap,)), "b": taking(gaps=(gap,), objects=frozenset({WEB}))}

    radius = radius_of(found)

    assert expected == (radius.pods, radius.percent_unavailable, radius.budgets, radius.budget_headroom)
    assert (1, ["may not"]) == (radius.objects, radius.unknown)


def test_a_step_that_is_judged_late_is_named_and_not_counted() -> None:
    plan = a_plan_of(a_step_of("a"), a_step_of("b", assess="late"), a_step_of("c", assess="late"))

    radius = blast_radius(plan, {"a": taking(a_loss()), "c": taking(a_loss())})

    assert (["b"], 2) == (radius.late, radius.pods)


def test_as_many_steps_are_under_way_as_the_plan_allows() -> None:
    found = {name: taking(a_loss()) for name in "abc"}

    assert [75.0, 25.0] == [radius_of(found, max_parallel=most).percent_unavailable for most in (None, 1)]


def test_a_failure_that_is_tolerated_leaves_pods_away_beside_the_next_step() -> None:
    steps = (a_step_of("a", on_failure="continue"), a_step_of("b"))
    found = {"a": taking(a_loss()), "b": taking(a_loss())}

    assert 50.0 == blast_radius(a_plan_of(*steps, max_parallel=1), found).percent_unavailable


def test_one_step_alone_is_told_without_the_plan() -> None:
    assert (1, 25.0, []) == (
        (radius := of_one_step(taking(a_loss()))).pods,
        radius.percent_unavailable,
        radius.late,
    )
