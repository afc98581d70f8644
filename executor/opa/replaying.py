"""
Owns asking recorded questions again: of an OPA of our own that serves the set at hand, as the gate asks.

Served, not `opa eval`: a question that goes wrong takes no other with it, each one's time can be told, and what an
answer means is read by the same code.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from executor.core.policy import Decision
from executor.core.replay import Comparison, Kind, compared, misshapen
from executor.core.replay_report import Outcome
from executor.opa.policy_set import PolicySet
from executor.opa.served import ServedSet
from executor.opa.serving import OwnOpas

AT_ONCE = 4
"""Keeps OPA's processors busy while ours reads and writes JSON; more would only wait in a queue."""

SLOW_ASKED_AGAIN, TIMES = 50, 3
"""So many of the slowest are asked again, alone, and their best time counts: beside others each seems slow."""


async def replay(
    pages: AsyncIterable[Sequence[Mapping[str, Any]]],
    policies: PolicySet,
    *,
    folder: Path,
    timeout_seconds: float,
    slow_milliseconds: float,
) -> list[Outcome]:
    """
    Ask every decision of the pages again; of one that cannot be asked or read, the outcome says why.

    `folder` exists, and OPA may work below it for the time being. Only what is slow is held beyond its page.
    """
    outcomes: list[Outcome] = []
    slow: list[tuple[int, Decision]] = []
    with tempfile.TemporaryDirectory(prefix="replay-", dir=folder) as work:
        served = await OwnOpas(Path(work), timeout_seconds=timeout_seconds).serve(policies)
        try:
            async for page in pages:
                done = await _page(served, page)
                for outcome, decision in done:
                    if outcome.milliseconds > slow_milliseconds and decision is not None:
                        slow.append((len(outcomes), decision))
                    outcomes.append(outcome)
                slow = sorted(slow, key=lambda each: -outcomes[each[0]].milliseconds)[:SLOW_ASKED_AGAIN]
            for index, decision in slow:
                alone = [await _asked(served, decision) for _ in range(TIMES)]
                outcomes[index] = min(alone, key=lambda outcome: outcome.milliseconds)
        finally:
            await served.close()
    return outcomes


async def _page(served: ServedSet, page: Sequence[Mapping[str, Any]]) -> list[tuple[Outcome, Decision | None]]:
    done: dict[int, tuple[Outcome, Decision | None]] = {}
    todo = iter(enumerate(page))

    async def work(mine: Iterator[tuple[int, Mapping[str, Any]]]) -> None:
        for index, document in mine:
            done[index] = await _outcome(served, document)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(work(todo))
    return [done[index] for index in range(len(page))]


async def _outcome(served: ServedSet, document: Mapping[str, Any]) -> tuple[Outcome, Decision | None]:
    try:
        decision = Decision.model_validate(document, strict=False)
    except ValidationError as error:
        return _unread(document, error), None
    wrong = misshapen(decision.input)
    if wrong is not None:
        return _made(decision, Comparison(Kind.ERROR, reason=wrong)), None
    return await _asked(served, decision), decision


async def _asked(served: ServedSet, decision: Decision) -> Outcome:
    began = time.perf_counter()
    verdict = await served.judge(decision.input, decision.stage)
    return _made(decision, compared(decision, verdict), milliseconds=(time.perf_counter() - began) * 1000)


def _made(decision: Decision, comparison: Comparison, *, milliseconds: float = 0.0) -> Outcome:
    return Outcome(
        decision=decision.id,
        at=decision.at,
        run=decision.run,
        step=decision.step,
        stage=decision.stage.value,
        target=_target(decision.input.get("target")),
        comparison=comparison,
        milliseconds=milliseconds,
    )


def _target(target: Any) -> str:
    if not isinstance(target, Mapping):
        return ""
    parts = (str(target.get("kind") or "").lower(), target.get("namespace"), target.get("name"))
    return "/".join(str(part) for part in parts if part)


def _unread(document: Mapping[str, Any], error: ValidationError) -> Outcome:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = "/".join(map(str, first["loc"]))
    reason = f"recorded by another version: the decision's {place} does not fit ({first['type']})"
    said = {name: str(document.get(name) or "") for name in ("id", "at", "stage")}
    return Outcome(
        decision=said["id"],
        at=said["at"],
        run=None,
        step=None,
        stage=said["stage"],
        target="",
        comparison=Comparison(Kind.ERROR, reason=reason),
    )
