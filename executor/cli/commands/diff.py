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
    steps = call(lambda client: _steps(client, run, step))
    if output is not Form.TABLE:
        print_document(steps[0] if step else {"items": steps, "next_cursor": None}, output)
        return
    for each in steps:
        show(*step_diff(each))


async def _steps(client: "Client", run: str, step: str | None) -> list[dict[str, Any]]:
    from executor.cli.client import run_path  # noqa: PLC0415 - it brings aiohttp, which help needs not

    names = [step] if step else [each["id"] for each in (await client.get(run_path(run)))["steps"]]
    return [await client.get(run_path(run, "steps", name)) for name in names]
