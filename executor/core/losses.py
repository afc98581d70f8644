"""
Owns what a loss of pods is: which workload loses how many of its pods, for how long, and what of that is not known.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from executor.core.facts import BudgetFact


class Way(StrEnum):
    """
    How pods are taken: whatever budgets say, as far as budgets allow (an eviction), or by their own controller.

    The last is a rollout at the workload's own pace, or fewer replicas: budgets do not bind either. Unseen are the pods
    that a custom resource counts and nothing selects: no budget over them can be told from another.
    """

    FORCED = "forced"
    EVICTED = "evicted"
    OWN = "own"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Workload:
    """
    Whose pods they are, as messages spell it (`deployment/shop/web`). `pods` is None where its size cannot be known.
    """

    name: str
    namespace: str | None
    pods: int | None


@dataclass(frozen=True, slots=True)
class Loss:
    """
    Pods of one workload that a step ends or moves.

    `pods` are all of them, `at_once` those that may be away at any moment while the step is under way, `lasting` those
    that may still be away when it is verified. All three are upper bounds.
    """

    workload: Workload
    way: Way
    pods: int
    at_once: int
    lasting: int


class Part(StrEnum):
    """
    What cannot be told of a step when something could not be read.
    """

    PODS = "pods"
    SHARE = "share"
    HEADROOM = "headroom"


@dataclass(frozen=True, slots=True)
class Gap:
    """
    What is not known, and why.
    """

    part: Part
    why: str


@dataclass(frozen=True, slots=True)
class Lost:
    """
    What a step takes away: losses, what is not known of them, and the budgets over those pods.
    """

    losses: tuple[Loss, ...] = ()
    gaps: tuple[Gap, ...] = ()
    budgets: tuple[BudgetFact, ...] = field(default=())


NOTHING = Lost()


def stays_away(workload: Workload, pods: int, way: Way = Way.FORCED) -> Lost:
    """
    Return pods that are still away when the step is verified.
    """
    return Lost((Loss(workload, way, pods, pods, pods),)) if pods > 0 else NOTHING


def passes(workload: Workload, pods: int, at_once: int, way: Way = Way.FORCED) -> Lost:
    """
    Return pods that are replaced, so many at once, by the time the step is verified.
    """
    return Lost((Loss(workload, way, pods, at_once, 0),)) if pods > 0 else NOTHING


def not_known(why: str, part: Part = Part.PODS) -> Lost:
    """
    Return that something of a step is not known.
    """
    return Lost(gaps=(Gap(part, why),))


def together(*several: Lost) -> Lost:
    """
    Return what several findings about one step come to.
    """
    return Lost(
        losses=tuple(loss for each in several for loss in each.losses),
        gaps=tuple(gap for each in several for gap in each.gaps),
        budgets=tuple(budget for each in several for budget in each.budgets),
    )
