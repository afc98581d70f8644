"""
Owns `remediate reject`.
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
  remediate reject 01JD3Z0M7Q --reason "not on a Friday"
\b
The answer is bound to the plan's digest, which is read from the run. Nothing was written, and nothing will be.
"""


def add_to(app: typer.Typer) -> None:
    """
    Declare the command.
    """
    app.command("reject", epilog=EXAMPLES)(reject)


def reject(
    run: RunArgument,
    reason: Annotated[str, typer.Option(help="Why; people read it in the audit trail.")],
    output: FormOption = Form.TABLE,
) -> None:
    """
    Reject the approval that a run waits for.

    The run ends as denied. See what it waits for: remediate show RUN.
    """
    view = call(lambda client: _reject(client, run, reason))
    if output is not Form.TABLE:
        print_document(view, output)
        return
    show(f"run {view['id']} {view['phase']}: {line(view['message'])}")


async def _reject(client: "Client", run: str, reason: str) -> dict[str, Any]:
    from executor.cli.client import run_path  # noqa: PLC0415 - it brings aiohttp, which help needs not

    digest = (await client.get(run_path(run)))["digest"]
    body = json.dumps({"verdict": "reject", "digest": digest, "comment": reason}).encode()
    view: dict[str, Any] = await client.post(run_path(run, "approvals"), body=body, content_type="application/json")
    return view
