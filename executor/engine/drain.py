"""
Owns a drain behind its node's cordon: a few evictions at a time, until no evictable pod is left.

A pod is in flight from its eviction until it is gone. What to do next is told by `engine.draining`, how one
eviction is sent by `engine.evicting`, and when a pod that a budget holds is tried again by `engine.waiting_room`.
"""

from executor.core.drain import ON_NODE, DrainParameters, pods_on
from executor.core.plan import Step
from executor.core.subject import subject_of
from executor.engine.drain_judge import DrainJudge
from executor.engine.draining import Drained, Draining, NotDrained
from executor.engine.evicting import Evicting
from executor.engine.leash import Leash
from executor.engine.ports import Clock, Cluster
from executor.engine.recorder import Recorder
from executor.engine.watching import watching
from executor.engine.write import Writer


class Drainer:
    """
    Drains nodes.
    """

    def __init__(self, *, cluster: Cluster, judge: DrainJudge, writer: Writer, clock: Clock) -> None:
        self._cluster, self._judge, self._writer, self._clock = cluster, judge, writer, clock

    async def drain(self, recorder: Recorder, step: Step, leash: Leash) -> Drained | NotDrained:
        """
        Evict what is on the step's node; return when nothing is left, or nothing more can be done.

        What was sent is on record then. Raises Stopped for a shutdown only.
        """
        node = subject_of(step, recorder.run.id)
        parameters = DrainParameters.model_validate(step.parameters)
        async with watching(self._cluster, node, view=None, queries={ON_NODE: pods_on(node.name)}) as now:
            evicting = Evicting(
                recorder, step.id, leash, parameters=parameters, now=now, writer=self._writer, clock=self._clock
            )
            drain = Draining(
                recorder,
                step,
                leash,
                parameters=parameters,
                now=now,
                evicting=evicting,
                judge=self._judge,
                clock=self._clock,
            )
            try:
                return await drain.to_its_end()
            finally:
                await evicting.close()
