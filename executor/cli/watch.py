"""
Owns watching a run: its events as they come, until it has finished or waits for people, and what is told at the end.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import aclosing
from typing import Any

from executor.cli.client import Client, run_path
from executor.cli.denied import denials_of
from executor.cli.exits import TERMINAL, Code, code_of_phase
from executor.cli.failures import Failure
from executor.cli.live import LiveRun
from executor.cli.output import is_screen, show
from executor.cli.render.approvals import wanted_of
from executor.cli.render.denials import denials
from executor.cli.render.events import event_line
from executor.cli.render.runs import residue, step_warnings
from executor.cli.render.tables import word
from executor.cli.stream import follow
from executor.cli.text import line

View = dict[str, Any]


async def watch(client: Client, view: View, *, aside: bool) -> View:
    """
    Show a run until it has finished or waits for people, and return it as it is then.

    On a terminal that is a live table, else one line per event.
    """
    try:
        if is_screen(aside=aside):
            async with LiveRun(client, view, aside=aside) as live:
                await _events(client, view["id"], live.saw)
        else:
            await _events(client, view["id"], lambda event: show(event_line(event), aside=aside))
        return await _view(client, view["id"])
    except asyncio.CancelledError:
        say_detached(view["id"])
        raise
    except Failure as failure:
        raise lost_sight(view["id"], failure) from failure


async def wait(client: Client, view: View) -> View:
    """
    Return a run as it ended, or as it waits for people; nothing is shown meanwhile.
    """
    try:
        await _events(client, view["id"], lambda _: None)
        return await _view(client, view["id"])
    except asyncio.CancelledError:
        say_detached(view["id"])
        raise
    except Failure as failure:
        raise lost_sight(view["id"], failure) from failure


async def tell_end(client: Client, view: View, *, aside: bool) -> None:
    """
    Tell how a run ended: its phase and message, warnings, every denial, what it waits for, and what is left changed.
    """
    head = word(view["phase"]).append(f": {line(view['message'])}", style="default")
    show(
        head,
        *step_warnings(view["steps"]),
        *denials(await denials_of(client, view)),
        *wanted_of(view),
        *residue(view),
        aside=aside,
    )


def say_detached(run: str) -> None:
    """
    Say that interrupting the command did not interrupt the run.
    """
    show(
        f"\nno longer watching; the run goes on. See it: remediate show {run}   "
        f"stop it: remediate cancel {run} --reason ...",
        aside=True,
    )


def lost_sight(run: str, failure: Failure) -> Failure:
    """
    Return the failure of a watch, saying how to find the run again.
    """
    return Failure(
        failure.message, code=failure.code, details=(*failure.details, f"the run may go on: remediate show {run}")
    )


async def _events(client: Client, run: str, saw: Callable[[Mapping[str, Any]], object]) -> None:
    async with aclosing(follow(client, run)) as events:
        async for event in events:
            saw(event)
            # The event may be of long ago, and the wait over.
            if event["type"] == "ApprovalRequested" and (await _view(client, run))["phase"] == "awaiting_approval":
                return


async def _view(client: Client, run: str) -> View:
    view: View = await client.get(run_path(run))
    return view


def code_of(view: View) -> Code:
    """
    Return the exit code of a run that was watched or waited for.
    """
    return code_of_phase(view["phase"]) if view["phase"] in TERMINAL else Code.WAITING
