"""
Owns what the engine needs of the world: the cluster, the policy gate, the store and the clock, in the engine's words.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from executor.core.change import Change
from executor.core.events import Event
from executor.core.facts import FactName, Facts
from executor.core.history import History
from executor.core.loading import Loading
from executor.core.model import Manifest
from executor.core.policy import Catalogue, Decision, Effect, NamespaceInput, PolicyInput, Stage
from executor.core.query import Query
from executor.core.target import Resource, Target


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What the API server answered to a change or its dry run: the object as it (would be) persisted, and its warnings.

    `manifest` is ABSENT for a removal, also while the object is still being deleted.
    """

    manifest: Manifest
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """
    What a policy rests on beside the target itself. `namespace` is None for cluster-scoped targets or when unread.
    """

    namespace: NamespaceInput | None
    facts: Facts


Live = Manifest | asyncio.Future[Manifest]
"""A live object, or the read of it that is under way: what does not rest on it is gathered meanwhile."""


@dataclass(frozen=True, slots=True)
class Check:
    """
    One readiness check: its name, whether it holds, and a sentence for people.
    """

    name: str
    ok: bool
    message: str


class Clock(Protocol):
    """
    Time and ids; nothing else in engine or core knows a clock.
    """

    def now(self) -> str:
        """
        Return the time as RFC 3339 UTC with milliseconds, `2026-11-23T11:24:06.942Z`.
        """

    def monotonic(self) -> float:
        """
        Return seconds that never go back; only differences mean anything.
        """

    def new_id(self) -> str:
        """
        Return a new id that sorts by time, fit for a URL path segment.
        """

    def jitter(self) -> float:
        """
        Return a random number from 0 to 1, to spread what would happen at once.
        """

    async def sleep(self, seconds: float) -> None:
        """
        Wait.
        """


class Cluster(Protocol):
    """
    The API server. Every method raises `core.errors.ClusterError`s only; reads are retried inside, writes are not.
    """

    async def resource(self, target: Target) -> Resource:
        """
        Return how the API server serves the target's kind; raises NotServed for a kind that it does not serve.
        """

    async def read(self, target: Target, *, subresource: str | None = None) -> Manifest:
        """
        Return the live object, or a subresource of it; raises TargetNotFound.
        """

    async def related(self, queries: Mapping[str, Query]) -> Mapping[str, tuple[Manifest, ...]]:
        """
        Read other objects side by side, by the queries' names; what does not exist is an empty tuple.
        """

    async def surroundings(self, target: Target, *, live: Live, wanted: frozenset[FactName]) -> Surroundings:
        """
        Gather the namespace and the wanted facts side by side. Never raises for a fact: it is None, with its reason.
        """

    async def dry_run(self, change: Change) -> Answer:
        """
        Ask the API server what the change would do (`dryRun=All`, strict field validation); nothing is written.

        The answer to a removal is ABSENT.
        """

    async def apply(self, change: Change) -> Answer:
        """
        Send the change once. Raises OutcomeUnknown when the answer was lost, TargetMoved when the version moved.
        """

    def watch(self, target: Target, *, subresource: str | None = None) -> AsyncGenerator[Manifest | None, None]:
        """
        Yield the live object now and at every change of it; None when it does not exist. Survives lost watches.
        """

    def watch_all(self, query: Query) -> AsyncGenerator[tuple[Manifest, ...], None]:
        """
        Yield all objects of a query now and, at every change of one of them, all again. Survives lost watches.
        """

    async def logs(self, pod: Target, *, container: str | None, lines: int, max_bytes: int, previous: bool) -> str:
        """
        Return the end of a container's log, bounded in lines and bytes; raises TargetNotFound.
        """

    async def check(self) -> Check:
        """
        Tell if the API server can be reached with our credentials.
        """


InUse = Callable[[], Collection[Mapping[str, str]]]
"""Tells the policy revisions that unfinished runs started with."""


class PolicyGate(Protocol):
    """
    The policy. A gate never raises: whatever goes wrong becomes a decision that denies, with a code of our own.
    """

    @property
    def catalogue(self) -> Catalogue:
        """
        The rules and revisions of the active policy.
        """

    @property
    def loading(self) -> Loading:
        """
        What became of the attempts to load a policy.
        """

    def needed_by(self, in_use: InUse) -> None:
        """
        From now on, keep the sets that unfinished runs started with, and let go of others; before, all are kept.
        """

    async def decide(
        self, request: PolicyInput, *, run: str | None, pinned: Mapping[str, str] | None = None
    ) -> Decision:
        """
        Judge one request by the active policy.

        `pinned` is the revision that the run started with. Where another one is active by now, both are asked at the
        stages before a write, and the stricter answer is returned; `verify` and `rollback` are asked of the pinned one.
        """

    async def check(self) -> Check:
        """
        Tell if OPA answers with the expected revision.
        """


@dataclass(frozen=True, slots=True)
class Claim:
    """
    One row of the claims table: what is held, by which run.
    """

    key: str
    run: str


@dataclass(frozen=True, slots=True)
class Summary:
    """
    What the store indexes about a run beside its events, so that lists need no fold.

    `view` is the run as the API lists it, without steps. `namespaces` are those its steps touch.
    """

    run: str
    phase: str
    terminal: bool
    caller: str
    created_at: str
    version: int
    namespaces: tuple[str, ...]
    labels: Mapping[str, str]
    view: Mapping[str, Any]
    finished_at: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """
    What is recorded in one transaction: all of it or nothing.

    `expected_sequence` is the last sequence the writer saw (0 for a new run); another one raises StaleSequence.
    `claim` takes all these keys for the run, or raises ClaimsHeld and records nothing. `release` drops all of the
    run's claims. `idempotency` is (caller, key, plan digest), recorded with a new run. `written` are the targets that
    the run begins to write to, and when: only the first time counts.
    """

    run: str
    events: tuple[Event, ...]
    expected_sequence: int
    summary: Summary
    decisions: tuple[Decision, ...] = ()
    claim: tuple[str, ...] = ()
    release: bool = False
    idempotency: tuple[str, str, str] | None = None
    written: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RunFilter:
    """
    What `list_runs` selects; None matches all. `labels` must all match.
    """

    phase: str | None = None
    namespace: str | None = None
    caller: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DecisionFilter:
    """
    What `list_decisions` selects; None matches all. `since` is in our own spelling of time, and included.
    """

    since: str | None = None
    stage: Stage | None = None
    effect: Effect | None = None
    run: str | None = None


class RunStore(Protocol):
    """
    The event log and what is indexed beside it. Raises `core.errors.StoreError`s only.
    """

    async def append(self, batch: Batch) -> None:
        """
        Record a batch durably; when it returns, a crash cannot lose it.

        Raises StaleSequence, ClaimsHeld, IdempotencyConflict, AlreadySubmitted or StoreUnavailable; then nothing of it
        was recorded. A cancelled caller is let go only when its batch was recorded or refused: no write is left behind.
        """

    async def events(self, run: str, *, after: int = 0, limit: int | None = None) -> Sequence[Event]:
        """
        Return a run's events behind a sequence number, oldest first; raises RunNotFound.
        """

    async def find_idempotent(self, *, caller: str, key: str) -> tuple[str, str] | None:
        """
        Return (run id, plan digest) recorded for a caller's idempotency key.
        """

    async def unfinished(self) -> Sequence[str]:
        """
        Return the ids of all runs that have not finished, oldest first.
        """

    async def list_runs(
        self, selected: RunFilter, *, limit: int, cursor: str | None
    ) -> tuple[Sequence[Mapping[str, Any]], str | None]:
        """
        Return a page of run views, newest first, and the cursor of the next page or None; ValueError for a bad cursor.
        """

    async def decision(self, decision_id: str) -> Decision:
        """
        Return one decision; raises DecisionNotFound.
        """

    async def list_decisions(
        self, selected: DecisionFilter, *, limit: int, cursor: str | None
    ) -> tuple[Sequence[Decision], str | None]:
        """
        Return a page of decisions, newest first, and the cursor of the next page or None; ValueError for a bad cursor.
        """

    async def keep_decisions(self, decisions: Sequence[Decision]) -> None:
        """
        Record decisions that belong to no run (a plan-only assessment).
        """

    async def claims(self) -> Sequence[Claim]:
        """
        Return every claim that is held.
        """

    async def history(self, target: str | None, *, now: str, asking: str | None) -> History:
        """
        Count what earlier and other runs did within the window before now; the run that asks is not counted.

        Times are compared as they were recorded. Raises StoreUnavailable.
        """

    async def check(self) -> Check:
        """
        Tell if the store can be written.
        """


class Vault(Protocol):
    """
    The values of Secrets behind their fingerprints, encrypted at rest. Raises StoreErrors, and what `find` says.
    """

    async def keep(self, values: Mapping[str, str]) -> None:
        """
        Keep values by fingerprint, durably when it returns; what is kept already costs nothing.
        """

    async def find(self, fingerprints: Collection[str]) -> Mapping[str, str]:
        """
        Return the values that are kept of those asked for; raises SealedValueLost for one that cannot be opened.
        """
