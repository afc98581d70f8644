"""
Owns `remediate submit`.
"""

import asyncio
import uuid
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from executor.cli.exits import Code
from executor.cli.failures import Unreachable
from executor.cli.output import Form, FormOption, print_document, show
from executor.cli.plans import PlanFile, read_plan
from executor.cli.session import call

if TYPE_CHECKING:
    from executor.cli.client import Client

EXAMPLES = """
\b
Examples:
  remediate submit plan.yaml                     hand it in and return at once
  remediate submit plan.yaml --watch             a live table; the exit code tells how it ended
  remediate submit plan.json --wait -o json      for scripts: silent, then the run as it ended
  helm template fix | remediate submit - --watch
  remediate submit plan.yaml --idempotency-key inc-42    twice the same key and plan: the same run
"""

_TRIES = 3


class Mode(Enum):
    """
    How long the command stays, and what it shows meanwhile.
    """

    RETURN = "return at once"
    WAIT = "stay silent until the end"
    WATCH = "show what happens until the end"


def add_to(app: typer.Typer) -> None:
    """
    Declare the command.
    """
    app.command("submit", epilog=EXAMPLES)(submit)


def submit(
    file: PlanFile,
    watch: Annotated[bool, typer.Option("--watch", help="Show every step until the run has ended.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Return when the run has ended; show only the end.")] = False,
    idempotency_key: Annotated[
        str | None, typer.Option(help="Makes handing in the same plan again safe: it answers with the same run.")
    ] = None,
    output: FormOption = Form.TABLE,
) -> None:
    """
    Submit a plan; it becomes a run.

    Ctrl-C while watching leaves the run going on. With --watch or --wait the exit code is the run's: 0 succeeded,
    1 failed, 3 denied, 4 rolled back, 5 degraded, 6 waiting for approval, 7 cancelled or expired, 8 server unreachable.
    """
    if watch and wait:
        raise typer.BadParameter("--watch shows the run and --wait is silent: choose one of them")
    plan = read_plan(file)
    mode = Mode.WATCH if watch else Mode.WAIT if wait else Mode.RETURN
    raise typer.Exit(call(lambda client: _submit(client, plan, idempotency_key, mode, output)))


async def _submit(client: "Client", plan: tuple[bytes, str], key: str | None, mode: Mode, form: Form) -> Code:
    view = await _hand_in(client, *plan, key)
    aside = form is not Form.TABLE
    if mode is Mode.RETURN:
        if aside:
            print_document(view, form)
        else:
            show(f"run {view['id']} {view['phase']}")
            show(f"follow it: remediate events {view['id']} -f", aside=True)
        return Code.SUCCEEDED
    from executor.cli import watch  # noqa: PLC0415 - it brings aiohttp, which help needs not

    show(f"run {view['id']} {view['phase']}", aside=True)
    ended = await (watch.watch(client, view, aside=aside) if mode is Mode.WATCH else watch.wait(client, view))
    if aside:
        print_document(ended, form)
    await watch.tell_end(client, ended, aside=aside)
    return watch.code_of(ended)


async def _hand_in(client: "Client", body: bytes, content_type: str, key: str | None) -> dict[str, Any]:
    """
    Submit; an answer that is lost is asked for again under the same key, so that no second run is made.
    """
    headers = {"Idempotency-Key": key or f"remediate-{uuid.uuid4()}"}
    attempt = 0
    while True:
        try:
            view: dict[str, Any] = await client.post("/v1/runs", body=body, content_type=content_type, headers=headers)
        except Unreachable:
            attempt += 1
            if attempt == _TRIES:
                raise
            await asyncio.sleep(client.patience.pause(attempt))
        except asyncio.CancelledError:
            show("interrupted: the plan may have been taken; look with remediate list --limit 1", aside=True)
            raise
        else:
            return view
