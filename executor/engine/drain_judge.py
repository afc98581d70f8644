"""
Owns judging the evictions of a drain: dry-run each, and show the policy what would become of every pod.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from executor.core.actions import CATALOGUE
from executor.core.blast_radius import of_one_step
from executor.core.disruption import disruption_of
from executor.core.drain import DrainParameters
from executor.core.events import EventType
from executor.core.model import Manifest
from executor.core.plan import Step
from executor.core.policy import Decision, Stage
from executor.core.request import Asker
from executor.core.subject import subject_of
from executor.engine.asking import Asking, Note, Views
from executor.engine.evictions import foreseen
from executor.engine.ports import Clock, Cluster, PolicyGate


class DrainJudge:
    """
    Judges pods that come to a node while it is drained; those that were there are judged with the step.
    """

    def __init__(self, *, cluster: Cluster, gate: PolicyGate, clock: Clock, redact_key: bytes) -> None:
        self._cluster = cluster
        self._asking = Asking(gate=gate, clock=clock, redact_key=redact_key)

    async def judge(
        self, asker: Asker, step: Step, *, node: Manifest, pods: Iterable[Manifest], note: Note, attempt: int
    ) -> Decision:
        """
        Judge the evictions of pods that came to a node after its drain was judged. Raises ClusterError.

        They are told of only when they are allowed: what a log says was judged may be evicted after a restart.
        """
        target = subject_of(step, asker.run or asker.digest)
        wanted = CATALOGUE[step.action].facts
        around = await self._cluster.surroundings(target, live=node, wanted=wanted)
        quiet: list[tuple[dict[str, Any], Decision | None]] = []
        disruption = disruption_of(step, target, before=node, after=node, facts=around.facts)
        views = Views(
            asker,
            step,
            node,
            around,
            attempt,
            lambda _, data, decision: quiet.append((data, decision)),
            radius=of_one_step(disruption),
        )
        views = await with_evictions(self._cluster, views, pods)
        decision = await self._asking.ask(Stage.DRY_RUN, views, after=node, found=())
        if decision.allowed:
            note(EventType.DRY_RUN_COMPLETED, {"more": True, **views.evictions_data}, None)
        for data, decided in quiet:
            note(EventType.POLICY_DECIDED, data, decided)
        return decision


async def with_evictions(cluster: Cluster, views: Views, pods: Iterable[Manifest]) -> Views:
    """
    Return what is shown to the policy with what would become of each pod; raises the ClusterError of an eviction.
    """
    parameters = DrainParameters.model_validate(views.step.parameters)
    evictions = await foreseen(cluster, pods, parameters)
    facts = views.around.facts.model_copy(update={"evictions": [each.fact for each in evictions]})
    return replace(views, around=replace(views.around, facts=facts), evictions=evictions)
