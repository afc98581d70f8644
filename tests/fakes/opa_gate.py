"""
Owns a gate over one served set, for tests of what is made of its answers: nothing is ever loaded anew.
"""

from pathlib import Path

from executor.opa.errors import OpaUnusable
from executor.opa.gate import OpaGate
from executor.opa.noticing import signature_of
from executor.opa.policy_set import PolicySet
from executor.opa.reloading import Reloader
from executor.opa.served import ServedSet
from executor.opa.shelf import Shelf
from tests.fakes.inputs import TestClock


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


async def _never(_: PolicySet) -> ServedSet:
    raise OpaUnusable("no other set is served here")


async def _nothing() -> PolicySet:
    raise OpaUnusable("nothing is composed here")
