"""
Owns a policy input for tests of the gate, with what a test of it varies; and a clock and ids that it can be built with.
"""

import asyncio
import itertools
import time
from typing import Any

from executor.core.facts import Facts
from executor.core.policy import (
    Caller,
    NamespaceInput,
    PolicyInput,
    RunInput,
    Stage,
    StepInput,
    TargetInput,
)

NOW = "2026-11-23T11:24:06.942Z"


def an_input(*, stage: Stage = Stage.PREFLIGHT, step: str = "more", after: dict[str, Any] | None = None) -> PolicyInput:
    """
    Return an input that ordinary rules allow.
    """
    return PolicyInput(
        stage=stage,
        now=NOW,
        caller=Caller(name="local"),
        run=RunInput(
            id="run-1",
            name="more-checkout",
            reason="a test",
            labels={},
            rollback="automatic",
            digest="sha256:" + "0" * 64,
        ),
        plan=None,
        step=StepInput(id=step, action="scale", parameters={"replicas": 3}, needs=[], attempt=1, reversible=True),
        target=TargetInput(api_version="apps/v1", kind="Deployment", namespace="shop", name="checkout", exists=True),
        namespace=NamespaceInput(labels={}, annotations={}),
        before=None,
        after=after,
        snapshot=None,
        diff=[],
        warnings=[],
        facts=Facts(),
    )


class TestClock:
    """
    Real differences, a fixed date, ids that count.
    """

    __test__ = False

    def __init__(self) -> None:
        self._ids = itertools.count(1)

    def now(self) -> str:
        return NOW

    def monotonic(self) -> float:
        return time.monotonic()

    def new_id(self) -> str:
        return f"decision-{next(self._ids):04}"

    def jitter(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
