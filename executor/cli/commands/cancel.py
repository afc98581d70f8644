"""
Owns `remediate cancel`.
"""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from executor.cli.commands.show import RunArgument
from executor.cli.output import Form, FormOption, print_document, show
from executor.cli.session import call
from executor.cli.text import line

if TYPE_CHECKING:
    from executor.cli.client import Client

EXAMPLES = """
\b
Examples:
  remediate cancel 01JD3Z0M7Q --reason "wrong cluster"
\b
Writes under way are awaited and recorded; then the plan's rollback strategy applies.
"""


def add_to(app: typer.Typer) -> None:
    """
    Declare the command.
    """
    app.command("cancel", epilog=EXAMPLES)(cancel)


def cancel(
    run: RunArgument,
    reason: Annotated[str, typer.Option(help="Why; people read it in the audit trail.")],
    output: FormOption = Form.TABLE,
) -> None:
    """
    Cancel a run.

    Nothing more is begun, then what was changed is restored as the plan says.
    """
    view = call(lambda client: _cancel(client, run, reason))
    if output is not Form.TABLE:
        print_document(view, output)
        return
    show(f"run {view['id']} {view['phase']}: {line(view['message'])}")


async def _cancel(client: "Client", run: str, reason: str) -> dict[str, Any]:
    from executor.cli.client import run_path  # noqa: PLC0415 - it brings aiohttp, which help needs not

    body = json.dumps({"reason": reason}).encode()
    view: dict[str, Any] = await client.post(run_path(run, "cancel"), body=body, content_type="application/json")
    return view
