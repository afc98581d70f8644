"""
Owns what one step disturbs, and how that of all steps adds up to the plan's blast radius.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from executor.core.blast_radius import BlastRadius
from executor.core.facts import Facts
from executor.core.model import Manifest
from executor.core.plan import Plan, Step
from executor.core.target import Target


@dataclass(frozen=True, slots=True)
class Disruption:
    """
    What a step disturbs, as the cluster is now. `unknown` says what of it could not be read.
    """

    objects: frozenset[Target]
    unknown: tuple[str, ...] = ()


def disruption_of(  # what follows from the facts is still to come
    _: Step, subject: Target | None, *, before: Manifest, after: Manifest, facts: Facts
) -> Disruption:
    """
    Return what a step disturbs; `after` is what it asks for. A step that changes nothing disturbs nothing.
    """
    del facts
    changed = subject is not None and before != after
    return Disruption(frozenset({subject}) if changed and subject is not None else frozenset())


def blast_radius(plan: Plan, found: Mapping[str, Disruption]) -> BlastRadius:
    """
    Return how much a plan disturbs at its worst point, of what is known by step id.
    """
    objects = frozenset[Target]().union(*(each.objects for each in found.values()))
    return BlastRadius(
        objects=len(objects),
        namespaces=len({target.namespace for target in objects if target.namespace is not None}),
        nodes=len({target for target in objects if target.kind == "Node"}),
        pods=None,
        percent_unavailable=None,
        worst=None,
        budget_headroom=None,
        late=[step.id for step in plan.steps if step.assess == "late" and step.id not in found],
        unknown=[reason for each in found.values() for reason in each.unknown],
    )
