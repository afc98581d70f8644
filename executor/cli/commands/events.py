"""
Owns `remediate events`.
"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from executor.cli.commands.show import RunArgument
from executor.cli.output import Form, FormOption, print_document, print_line, show
from executor.cli.render.events import event_line
from executor.cli.session import call

if TYPE_CHECKING:
    from executor.cli.client import Client

EXAMPLES = """
\b
Examples:
  remediate events 01JD3Z0M7Q                  everything that happened to a run
  remediate events 01JD3Z0M7Q -f               and what happens next, until it has ended
  remediate events 01JD3Z0M7Q -f -o json       one event a line, for programs
"""


_PAGE = 200
"""The most the server gives at once."""


def add_to(app: typer.Typer) -> None:
    """
    Declare the command.
    """
    app.command("events", epilog=EXAMPLES)(events)


def events(
    run: RunArgument,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the run has ended.")] = False,
    output: FormOption = Form.TABLE,
) -> None:
    """
    Show a run's events, oldest first.
    """
    if follow:
        call(lambda client: _follow(client, run, output))
        return
    page = call(lambda client: _all(client, run))
    if output is not Form.TABLE:
        print_document(page, output)
        return
    show(*(event_line(event) for event in page["items"]))


async def _all(client: "Client", run: str) -> dict[str, Any]:
    from executor.cli.client import run_path  # noqa: PLC0415 - it brings aiohttp, which help needs not

    items: list[Any] = []
    cursor = None
    while True:
        page = await client.get(run_path(run, "events"), limit=_PAGE, cursor=cursor)
        items += page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            return {"items": items, "next_cursor": None}


async def _follow(client: "Client", run: str, form: Form) -> None:
    from executor.cli import stream  # noqa: PLC0415 - it brings aiohttp, which help needs not

    async for event in stream.follow(client, run):
        match form:
            case Form.TABLE:
                show(event_line(event))
            case Form.JSON:
                print_line(event)
            case Form.YAML:
                print("---")
                print_document(event, form)
