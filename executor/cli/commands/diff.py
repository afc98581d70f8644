"""
Owns `remediate diff`.
"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from executor.cli.commands.show import RunArgument
from executor.cli.output import Form, FormOption, print_document, show
from executor.cli.render.diffs import step_diff
from executor.cli.session import call

if TYPE_CHECKING:
    from executor.cli.client import Client

EXAMPLES = """
\b
Examples:
  remediate diff 01JD3Z0M7Q                    what each step changes, as the server's dry run answered
  remediate diff 01JD3Z0M7Q more-memory        one step
  remediate diff 01JD3Z0M7Q more-memory -o json    that step's whole document
\b
Changes that nobody asked for and that admission added are marked (admission).
"""


def add_to(app: typer.Typer) -> None:
    """
    Declare the command.
    """
    app.command("diff", epilog=EXAMPLES)(diff)


def diff(
    run: RunArgument,
    step: Annotated[str | None, typer.Argument(metavar="[STEP]", help="One step's id; else all of them.")] = None,
    output: FormOption = Form.TABLE,
) -> None:
    """
    Show what a run's steps change.

    Each path with what was there and what comes, as the server's dry run answered.
    """
    steps = call(lambda client: _steps(client, run, step, asked_for=output is Form.TABLE))
    if output is not Form.TABLE:
        print_document(steps[0] if step else {"items": steps, "next_cursor": None}, output)
        return
    for each in steps:
        show(*step_diff(each, asked=each.pop("asked", None)))


async def _steps(client: "Client", run: str, step: str | None, *, asked_for: bool) -> list[dict[str, Any]]:
    """
    Return the steps; `asked_for` adds what was asked to those that were denied before any dry run.
    """
    from executor.cli.client import run_path, segment  # noqa: PLC0415 - it brings aiohttp, which help needs not

    names = [step] if step else [each["id"] for each in (await client.get(run_path(run)))["steps"]]
    steps = [await client.get(run_path(run, "steps", name)) for name in names]
    for each in steps:
        if asked_for and each["phase"] == "denied" and each["preview"] is None and each["decisions"]:
            decision = await client.get(f"/v1/decisions/{segment(each['decisions'][-1])}")
            each["asked"] = decision["input"]["diff"]
    return steps
