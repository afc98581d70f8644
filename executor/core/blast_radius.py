"""
Owns the blast radius: how much a plan, or one step of it, disturbs at its worst point.

Pure: made of what each step was found to disturb (`core.disruption`). What could not be read makes the counts that rest
on it unknown, and the shipped policy denies what is unknown.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field

from executor.core.disruption import Disruption
from executor.core.graph import ancestors
from executor.core.losses import Loss, Part, Way
from executor.core.model import Value
from executor.core.plan import Plan
from executor.core.target import Target
from executor.core.worst_point import Order, Stake


class BlastRadius(Value):
    """
    What is disturbed; each count is null where it is not known, and `unknown` says why.
    """

    objects: int = Field(description="objects that steps change, make or remove")
    namespaces: int = Field(description="namespaces of those objects")
    nodes: int = Field(description="nodes that are cordoned, tainted or drained")
    pods: int | None = Field(description="pods that end or are moved, all steps together")
    percent_unavailable: float | None = Field(
        description="0..100: the largest share of one workload's pods that is away at once, at the worst point"
    )
    worst: str | None = Field(description="the workload of percent_unavailable; null where none loses a pod")
    budgets: int | None = Field(description="disruption budgets over those pods")
    budget_headroom: int | None = Field(
        description="what the tightest of those budgets still allows at the worst point, negative where more is taken; "
        "a rollout, or fewer replicas, of one workload alone count for nothing, as budgets do not bind them; null "
        "where no budget is concerned"
    )
    late: list[str] = Field(description="steps that are judged in their turn (assess: late) and are not counted yet")
    unknown: list[str] = Field(description="what could not be read, one reason each; empty when all is known")


def blast_radius(plan: Plan, found: Mapping[str, Disruption]) -> BlastRadius:
    """
    Return how much a plan disturbs at its worst point, of what is known by step id.

    Steps that are not known are not counted: those that are judged in their turn, and those that cannot be done, which
    let nothing of the plan begin.
    """
    order = Order(ancestors({step.id: step.needs for step in plan.steps}), at_most=plan.max_parallel)
    left = frozenset(step.id for step in plan.steps if step.on_failure == "continue")
    late = [step.id for step in plan.steps if step.assess == "late" and step.id not in found]
    return _radius(order, {step.id: found[step.id] for step in plan.steps if step.id in found}, left, late)


def of_one_step(disruption: Disruption) -> BlastRadius:
    """
    Return how much one step disturbs by itself.
    """
    return _radius(Order({"": frozenset()}, at_most=None), {"": disruption}, frozenset(), [])


@dataclass(frozen=True, slots=True)
class _Taken:
    """
    What one step takes.
    """

    step: str
    may_be_left: bool
    loss: Loss


def _radius(order: Order, found: Mapping[str, Disruption], left: frozenset[str], late: list[str]) -> BlastRadius:
    objects = frozenset[Target]().union(*(each.objects for each in found.values()))
    gaps = [gap for each in found.values() for gap in each.gaps]
    taken = [_Taken(step, step in left, loss) for step, each in found.items() for loss in each.losses]
    parts = {gap.part for gap in gaps}
    percent, worst = (None, None) if parts & {Part.PODS, Part.SHARE} else _worst_share(order, taken)
    headrooms = None if parts & {Part.PODS, Part.HEADROOM} else _headrooms(order, taken, found.values())
    return BlastRadius(
        objects=len(objects),
        namespaces=len({target.namespace for target in objects if target.namespace is not None}),
        nodes=len(frozenset[str]().union(*(each.nodes for each in found.values()))),
        pods=None if Part.PODS in parts else sum(each.loss.pods for each in taken),
        percent_unavailable=percent,
        worst=worst,
        budgets=None if headrooms is None else len(headrooms),
        budget_headroom=None if headrooms is None else min(headrooms, default=None),
        late=late,
        unknown=sorted({gap.why for gap in gaps}),
    )


def _worst_share(order: Order, taken: Iterable[_Taken]) -> tuple[float, str | None]:
    """
    Return the largest share of one workload's pods that is away at once, in percent rounded up to tenths, and whose.

    A workload whose size cannot be known may have no other pod.
    """
    by_workload: defaultdict[str, list[_Taken]] = defaultdict(list)
    for each in taken:
        by_workload[each.loss.workload.name].append(each)
    shares = {
        name: min(1000, -(-1000 * _at_worst(order, of_it) // _least_size(of_it))) for name, of_it in by_workload.items()
    }
    worst = min(shares, key=lambda name: (-shares[name], name), default=None)
    if worst is None or not shares[worst]:
        return 0.0, None
    return shares[worst] / 10, worst


def _least_size(taken: Sequence[_Taken]) -> int:
    return max(1, min(each.loss.workload.pods or 1 for each in taken))


def _at_worst(order: Order, taken: Sequence[_Taken]) -> int:
    stakes: dict[str, Stake] = {}
    for each in taken:
        other = stakes.get(each.step, Stake(0, 0))
        at_once, lasting = each.loss.at_once + other.at_once, each.loss.lasting + other.lasting
        stakes[each.step] = Stake(at_once, lasting, may_be_left=each.may_be_left)
    return order.worst(stakes)


def _headrooms(order: Order, taken: Sequence[_Taken], steps: Iterable[Disruption]) -> list[int]:
    """
    Return what each budget over pods that are taken has left at the worst point.

    Which of a step's pods a budget covers is not known beyond their namespace: it is taken to cover all of them, and
    all that other steps take of the same workloads. Evictions take no more than it allows. What a workload's own
    controller takes (a rollout at its pace, fewer replicas) is not bound by budgets: it counts only beside what
    something else takes.
    """
    covered: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    allowed: dict[tuple[str, str], int] = {}
    for step in steps:
        for budget in step.budgets:
            key = (budget.namespace, budget.name)
            covered[key] |= {each.workload.name for each in step.losses if each.workload.namespace == budget.namespace}
            allowed[key] = min(allowed.get(key, budget.disruptions_allowed), budget.disruptions_allowed)
    return [
        allowed[key] - _taken_of(order, [each for each in taken if each.loss.workload.name in names], allowed[key])
        for key, names in covered.items()
        if names
    ]


def _taken_of(order: Order, taken: Sequence[_Taken], allowed: int) -> int:
    by_way = {way: [each for each in taken if each.loss.way is way] for way in Way}
    evicted = min(_at_worst(order, by_way[Way.EVICTED]), allowed)
    forced = _at_worst(order, by_way[Way.FORCED])
    if not forced + evicted and len({each.loss.workload.name for each in taken}) == 1:
        return 0
    return evicted + _at_worst(order, [*by_way[Way.FORCED], *by_way[Way.OWN]])
