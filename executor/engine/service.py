"""
Owns what can be asked of the executor: submit, assess, look, follow, cancel, reject. The API is a thin layer over it.

It answers reads as soon as the store is open. Plans are taken once policy and cluster are there (`open`).
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from executor.core.actions import CATALOGUE
from executor.core.catalogue import action_view, policy_view
from executor.core.discretion import discreet
from executor.core.errors import (
    AlreadySubmitted,
    ApprovalsNotTaken,
    ClusterUnavailable,
    IdempotencyConflict,
    PolicyUnavailable,
    StepNotFound,
    WrongPhase,
)
from executor.core.events import Event, EventType
from executor.core.fold import folded
from executor.core.model import Json
from executor.core.plan import Plan
from executor.core.policy import Decision
from executor.core.request import Asker
from executor.core.run import Run
from executor.core.times import plus
from executor.core.validation import read_plan
from executor.core.view import run_view, step_view
from executor.engine.approvals import Approvals
from executor.engine.assess import Assessor, side_by_side
from executor.engine.drain import Drainer
from executor.engine.drain_judge import DrainJudge
from executor.engine.drivers import Drivers
from executor.engine.hub import Hub, Observer
from executor.engine.judge import Judge
from executor.engine.observe import Lookout
from executor.engine.ports import Check, Clock, Cluster, DecisionFilter, PolicyGate, RunFilter, RunStore, Vault
from executor.engine.postconditions import Postconditions
from executor.engine.queue import Queue
from executor.engine.recorder import record_accepted
from executor.engine.rollback import Restorer
from executor.engine.runner import Crew
from executor.engine.step import StepRunner
from executor.engine.verify import Verifier
from executor.engine.write import Writer

ASSESSMENT_SECONDS = 60.0
"""How long somebody waits for an assessment; the plan's own limit is for its run."""

END_SECONDS = 5.0
"""How long somebody who rejected a run waits to see it end; that takes one more transaction."""

PAGE_EVENTS = 200
"""Events that one follower holds at a time."""


@dataclass(frozen=True, slots=True)
class Limits:
    """
    How much may go on at once, and how long people are waited for.
    """

    max_parallel_steps: int
    max_running_runs: int
    approval_seconds: float


@dataclass(frozen=True, slots=True)
class Submitted:
    """
    A run's view, and whether this call made it.
    """

    view: dict[str, Any]
    created: bool


class Service:
    """
    The executor, without any wire format.
    """

    def __init__(
        self, *, store: RunStore, vault: Vault, clock: Clock, limits: Limits, redact_key: bytes, owner: str
    ) -> None:
        self._store, self._vault, self._clock, self._limits = store, vault, clock, limits
        self._key, self._owner = redact_key, owner
        self._hub = Hub()
        self._gate: PolicyGate | None = None
        self._awaited: Cluster | None = None
        self._cluster: Cluster | None = None
        self._crew: Crew | None = None
        self._drivers = Drivers(store=store, clock=clock, hub=self._hub)

    # --- opening and closing ----------------------------------------------------------------------------------------

    def subscribe(self, observer: Observer) -> None:
        """
        Call an observer for every event after its commit, with the run as the event left it.
        """
        self._hub.subscribe(observer)

    def with_policy(self, gate: PolicyGate) -> None:
        """
        Take the gate as soon as it answers.
        """
        self._gate = gate

    def with_cluster(self, cluster: Cluster) -> None:
        """
        Take the cluster that will be opened as soon as it answers; until then readiness tells why it does not.
        """
        self._awaited = cluster

    async def open(self, cluster: Cluster) -> None:
        """
        Take the cluster, begin to accept plans, and go on with every run that has not finished.
        """
        if self._gate is None:
            raise PolicyUnavailable("no policy is loaded yet")
        judge = Judge(cluster=cluster, gate=self._gate, store=self._store, clock=self._clock, redact_key=self._key)
        writer = Writer(cluster=cluster, clock=self._clock)
        verifier = Verifier(cluster=cluster, clock=self._clock)
        approvals = Approvals(self._clock, self._limits.approval_seconds)
        self._crew = Crew(
            assessor=Assessor(judge=judge, clock=self._clock),
            steps=StepRunner(
                judge=judge,
                writer=writer,
                drainer=Drainer(
                    cluster=cluster,
                    judge=DrainJudge(cluster=cluster, gate=self._gate, clock=self._clock, redact_key=self._key),
                    writer=writer,
                    clock=self._clock,
                ),
                verifier=verifier,
                postconditions=Postconditions(
                    cluster=cluster, gate=self._gate, clock=self._clock, redact_key=self._key
                ),
                lookout=Lookout(cluster=cluster, clock=self._clock),
                approvals=approvals,
                clock=self._clock,
            ),
            restorer=Restorer(cluster=cluster, gate=self._gate, writer=writer, clock=self._clock, redact_key=self._key),
            queue=Queue(max_running=self._limits.max_running_runs, clock=self._clock, cluster=cluster),
            approvals=approvals,
            clock=self._clock,
            owner=self._owner,
        )
        await self._drivers.resume(self._crew)
        self._gate.needed_by(self._drivers.revisions_in_use)
        self._cluster = cluster

    async def shut_down(self) -> None:
        """
        Return when every run stands at a safe point: writes under way are awaited and recorded, nothing new begins.

        What has not come there in time (an API server that does not answer, a store that takes nothing) is cut off; the
        next start finds it as after a crash.
        """
        self._cluster = None
        await self._drivers.shut_down()

    # --- what callers ask -------------------------------------------------------------------------------------------

    async def submit(self, document: Json, *, caller: str, idempotency_key: str | None) -> Submitted:
        """
        Take a plan and start its run. The same key and plan of the same caller give the same run.

        Raises PlanInvalid, IdempotencyConflict, PolicyUnavailable, ClusterUnavailable or StoreUnavailable.
        """
        plan = await self._read(document)
        digest = plan.digest
        if idempotency_key is not None:
            earlier = await self._store.find_idempotent(caller=caller, key=idempotency_key)
            if earlier is not None:
                return await self._same(*earlier, digest=digest)
        gate, _, crew = self._opened()
        run_id, now = self._clock.new_id(), self._clock.now()
        data = {
            "plan": plan.model_dump(mode="json"),
            "digest": digest,
            "caller": caller,
            "max_parallel": side_by_side(plan, self._limits.max_parallel_steps),
            "deadline_at": plus(now, plan.timeout_seconds),
            "policy_revision": dict(gate.catalogue.revision),
        }
        idempotency = None if idempotency_key is None else (caller, idempotency_key, digest)
        try:
            recorder = await record_accepted(
                run_id, data, idempotency=idempotency, store=self._store, clock=self._clock, hub=self._hub
            )
        except AlreadySubmitted as error:
            return await self._same(error.run, digest, digest=digest)
        view = run_view(recorder.run)
        self._drivers.drive(recorder, crew)
        return Submitted(view, created=True)

    async def assess(self, document: Json, *, caller: str) -> dict[str, Any]:
        """
        Judge a plan without running it; raises as `submit`. The decisions are kept, with no run.
        """
        plan = await self._read(document)
        _, _, crew = self._opened()
        asker = Asker(plan=plan, digest=plan.digest, caller=caller, run=None)
        limit = side_by_side(plan, self._limits.max_parallel_steps)
        try:
            async with asyncio.timeout(ASSESSMENT_SECONDS):
                report = await crew.assessor.assess(asker, side_by_side=limit)
        except TimeoutError as error:
            limit_told = f"{ASSESSMENT_SECONDS:g} s"
            raise ClusterUnavailable(f"the assessment was not done within {limit_told}; try again later") from error
        await self._store.keep_decisions(report.decisions)
        return report.as_json()

    async def _read(self, document: Json) -> Plan:
        """
        Return the plan of a document, the values of Secrets kept in the vault and out of everything that follows.
        """
        plan, values = discreet(read_plan(document, max_parallel=self._limits.max_parallel_steps), self._key)
        if values:
            await self._vault.keep(values)
        return plan

    async def run(self, run_id: str) -> dict[str, Any]:
        """
        Return a run; raises RunNotFound.
        """
        return run_view(await self._state(run_id))

    async def step(self, run_id: str, step_id: str) -> dict[str, Any]:
        """
        Return one step of a run in full; raises RunNotFound or StepNotFound.
        """
        run = await self._state(run_id)
        if step_id not in run.steps:
            raise StepNotFound(f"run {run_id} has no step of this id; its steps: {', '.join(run.steps)}")
        return step_view(run.steps[step_id])

    async def wait_for_end(self, run_id: str, *, timeout_seconds: float) -> dict[str, Any]:
        """
        Return a run when it has finished, or as it is when the time is over.
        """
        with self._hub.waiter(run_id) as waiter:
            try:
                async with asyncio.timeout(timeout_seconds):
                    while not (run := await self._state(run_id)).phase.terminal:
                        await waiter.wait()
            except TimeoutError:
                return await self.run(run_id)
        return run_view(run)

    async def list_runs(
        self, selected: RunFilter, *, limit: int, cursor: str | None
    ) -> tuple[list[dict[str, Any]], str | None]:
        """
        Return a page of runs without steps, newest first, and the cursor of the next; ValueError for a bad cursor.
        """
        views, following = await self._store.list_runs(selected, limit=limit, cursor=cursor)
        return [dict(view) for view in views], following

    async def events(self, run_id: str, *, after: int, limit: int) -> Sequence[Event]:
        """
        Return a page of a run's events; raises RunNotFound.
        """
        return await self._store.events(run_id, after=after, limit=limit)

    async def follow(self, run_id: str, *, after: int) -> AsyncIterator[Event]:
        """
        Yield a run's events behind a sequence number, past and then live, until the run has finished.
        """
        with self._hub.waiter(run_id) as waiter:
            while True:
                page = await self._store.events(run_id, after=after, limit=PAGE_EVENTS)
                for event in page:
                    yield event
                    after = event.sequence
                    if event.type is EventType.RUN_FINISHED:
                        return
                if len(page) == PAGE_EVENTS:
                    continue
                over = (await self._state(run_id)).phase.terminal
                if over and not await self._store.events(run_id, after=after, limit=1):
                    return
                await waiter.wait()

    async def decision(self, decision_id: str) -> dict[str, Any]:
        """
        Return one decision with its input; raises DecisionNotFound.
        """
        return (await self._store.decision(decision_id)).model_dump(mode="json")

    async def list_decisions(
        self, selected: DecisionFilter, *, limit: int, cursor: str | None
    ) -> tuple[Sequence[Decision], str | None]:
        """
        Return a page of decisions with their inputs, newest first, and the next cursor; ValueError for a bad cursor.
        """
        return await self._store.list_decisions(selected, limit=limit, cursor=cursor)

    async def cancel(self, run_id: str, *, reason: str, caller: str) -> dict[str, Any]:
        """
        Cancel a run; raises RunNotFound, or WrongPhase when it has finished or is rolling back.
        """
        runner = self._drivers.runner(run_id)
        if runner is None:
            phase = (await self._state(run_id)).phase
            if not phase.terminal:
                self._opened()  # says what is not there yet: the run goes on as soon as it is
            raise WrongPhase(f"run {run_id} is {phase} and cannot be cancelled", phase=str(phase))
        await runner.cancel(reason, caller=caller)
        await runner.recorder.flush()
        return await self.run(run_id)

    async def reject(self, run_id: str, *, digest: str, comment: str, caller: str) -> dict[str, Any]:
        """
        Reject the approval a run waits for, and return the run as that ended it.

        Raises RunNotFound, WrongPhase when it waits for none, or DigestMismatch for the digest of another plan.
        """
        runner = self._drivers.runner(run_id)
        if runner is None:
            phase = (await self._state(run_id)).phase
            if not phase.terminal:
                self._opened()  # says what is not there yet: the run goes on as soon as it is
            raise WrongPhase(f"run {run_id} is {phase} and waits for no approval", phase=str(phase))
        runner.reject(digest=digest, comment=comment, caller=caller)
        await runner.recorder.flush()
        return await self.wait_for_end(run_id, timeout_seconds=END_SECONDS)

    async def approve(self, run_id: str) -> NoReturn:
        """
        Refuse an approval: raises ApprovalsNotTaken, or RunNotFound.
        """
        phase = (await self._state(run_id)).phase
        raise ApprovalsNotTaken(
            f"run {run_id} is {phase}: approvals cannot be given in this version; reject or cancel the run, let it "
            "expire, or submit a plan that needs none: `approval` in the run names each rule that wants one, and what "
            "to do about it"
        )

    def actions(self) -> list[dict[str, Any]]:
        """
        Return the catalogue of actions.
        """
        return [action_view(action) for action in CATALOGUE.values()]

    def policy(self) -> dict[str, Any]:
        """
        Return what is loaded; raises PolicyUnavailable until something is.
        """
        if self._gate is None:
            raise PolicyUnavailable("no policy is loaded yet")
        return policy_view(self._gate.catalogue, self._gate.loading)

    async def checks(self) -> list[Check]:
        """
        Return every readiness check by name; none is left out while its part is still opening.
        """
        gate, cluster = self._gate, self._cluster
        store = self._store.check()
        policy = gate.check() if gate else _opening("opa", "OPA has not answered yet")
        api_server = cluster.check() if cluster else self._awaited_check()
        return list(await asyncio.gather(store, policy, api_server))

    # --- inside -----------------------------------------------------------------------------------------------------

    def _opened(self) -> tuple[PolicyGate, Cluster, Crew]:
        if self._gate is None:
            raise PolicyUnavailable("no policy is loaded yet, so nothing can be judged; try again in a moment")
        if self._cluster is None or self._crew is None:
            raise ClusterUnavailable("the API server has not answered yet; try again in a moment")
        return self._gate, self._cluster, self._crew

    async def _awaited_check(self) -> Check:
        if self._awaited is None:
            return Check("cluster", ok=False, message="the API server has not been asked yet")
        check = await self._awaited.check()
        return Check("cluster", ok=False, message="unfinished runs are being taken up") if check.ok else check

    async def _same(self, run_id: str, earlier_digest: str, *, digest: str) -> Submitted:
        if earlier_digest != digest:
            raise IdempotencyConflict(f"this Idempotency-Key was used for another plan (run {run_id}); take a new key")
        return Submitted(await self.run(run_id), created=False)

    async def _state(self, run_id: str) -> Run:
        known = self._hub.latest(run_id)
        if known is not None:
            return known
        run = folded(run_id, await self._store.events(run_id))
        if run.phase.terminal:
            # Only a run that nobody drives can be remembered here: of the others the hub hears first.
            self._hub.remember(run)
        return run


async def _opening(name: str, message: str) -> Check:
    return Check(name, ok=False, message=message)
