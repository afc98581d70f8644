"""
Owns gates for tests: over one served set, where nothing is ever loaded anew, and over folders of a test's own.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from executor.core.loading import Attempt
from executor.opa import open_gate
from executor.opa.errors import OpaUnusable
from executor.opa.gate import OpaGate
from executor.opa.noticing import signature_of
from executor.opa.policy_set import PolicySet
from executor.opa.reloading import Reloader
from executor.opa.served import ServedSet
from executor.opa.shelf import Shelf
from tests.fakes.inputs import TestClock
from tests.fakes.policies import a_shipped_folder


def gate_over(served: ServedSet, *, timeout_seconds: float = 10.0) -> OpaGate:
    """
    Return a gate whose active set is this one, without any other.
    """
    clock = TestClock()
    shelf = Shelf(served, sets=Path("/nonexistent"), serve=_never)
    reloader = Reloader(
        shelf, compose=_nothing, elsewhere=None, folders=(), seen=signature_of(()), clock=clock, observe=lambda _: None
    )
    return OpaGate(shelf, reloader, timeout_seconds=timeout_seconds, clock=clock)


@asynccontextmanager
async def serving_folders(
    folder: Path,
    *authors: Path,
    told: list[Attempt] | None = None,
    timeout_seconds: float = 10.0,
    opa_url: str | None = None,
) -> AsyncIterator[OpaGate]:
    """
    Serve a shipped folder, written if it is not there, and authors' folders; state and all are below one folder.
    """
    shipped = folder / "policies"
    if not shipped.exists():
        a_shipped_folder(shipped)
    async with open_gate(
        state_dir=folder / "state",
        policy_paths=authors,
        opa_url=opa_url,
        opa_token_file=None,
        timeout_seconds=timeout_seconds,
        clock=TestClock(),
        shipped=shipped,
        observe=(told if told is not None else []).append,
    ) as gate:
        yield gate


async def _never(_: PolicySet) -> ServedSet:
    raise OpaUnusable("no other set is served here")


async def _nothing() -> PolicySet:
    raise OpaUnusable("nothing is composed here")
