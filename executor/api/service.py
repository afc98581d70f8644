"""
Owns what the API needs of the engine, as a Protocol: `executor.engine.service.Service` fits it, and so does the fake.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, NoReturn, Protocol

from executor.core.events import Event
from executor.core.model import Json
from executor.core.policy import Decision
from executor.engine.ports import Check, DecisionFilter, RunFilter


class Submission(Protocol):
    """
    What became of a submitted plan: the run's document, and whether this request made it.
    """

    @property
    def view(self) -> dict[str, Any]:
        """
        Return the run as `GET /v1/runs/{run}` answers it.
        """

    @property
    def created(self) -> bool:
        """
        Tell if the run is new; False where an idempotency key found an older one.
        """


class Executor(Protocol):
    """
    Everything a request can ask for. Errors are those of `core.errors`; `problems.py` says how each is answered.
    """

    async def submit(self, document: Json, *, caller: str, idempotency_key: str | None) -> Submission:
        """
        Take a plan.
        """

    async def assess(self, document: Json, *, caller: str) -> dict[str, Any]:
        """
        Judge a plan without running it.
        """

    async def run(self, run_id: str) -> dict[str, Any]:
        """
        Return a run's document.
        """

    async def wait_for_end(self, run_id: str, *, timeout_seconds: float) -> dict[str, Any]:
        """
        Return a run's document when it is terminal or the time is over.
        """

    async def list_runs(
        self, selected: RunFilter, *, limit: int, cursor: str | None
    ) -> tuple[Sequence[Mapping[str, Any]], str | None]:
        """
        Return a page of runs, newest first; ValueError for a bad cursor.
        """

    async def events(self, run_id: str, *, after: int, limit: int) -> Sequence[Event]:
        """
        Return a run's events behind a sequence number.
        """

    def follow(self, run_id: str, *, after: int) -> AsyncIterator[Event]:
        """
        Yield a run's events, past then live, until its RunFinished.
        """

    async def step(self, run_id: str, step_id: str) -> dict[str, Any]:
        """
        Return one step in full.
        """

    async def decision(self, decision_id: str) -> dict[str, Any]:
        """
        Return one decision with its input.
        """

    async def list_decisions(
        self, selected: DecisionFilter, *, limit: int, cursor: str | None
    ) -> tuple[Sequence[Decision], str | None]:
        """
        Return a page of decisions with their inputs, newest first; ValueError for a bad cursor.
        """

    async def cancel(self, run_id: str, *, reason: str, caller: str) -> dict[str, Any]:
        """
        Ask a run to end; return its document.
        """

    async def reject(self, run_id: str, *, digest: str, comment: str, caller: str) -> dict[str, Any]:
        """
        Reject the approval a run waits for; return its document.
        """

    async def approve(self, run_id: str) -> NoReturn:
        """
        Refuse an approval.
        """

    def actions(self) -> Sequence[Mapping[str, Any]]:
        """
        Return the catalogue of actions.
        """

    def policy(self) -> dict[str, Any]:
        """
        Return what policy is loaded.
        """

    async def checks(self) -> Sequence[Check]:
        """
        Return the readiness checks.
        """
