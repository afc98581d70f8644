"""
Owns `remediate show`.
"""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from executor.cli.output import Form, FormOption, print_document, show
from executor.cli.render.approvals import wanted_of
from executor.cli.render.denials import denials
from executor.cli.render.runs import residue, run_head, step_table, step_warnings
from executor.cli.session import call

if TYPE_CHECKING:
    from executor.cli.client import Client

EXAMPLES = """
\b
Examples:
  remediate show 01JD3Z0M7Q                    where it stands, step by step, and why it was denied
  remediate show 01JD3Z0M7Q -o json | jq -r .phase
"""

RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="The run's id, as `submit` and `list` tell it.")]


def add_to(app: typer.Typer) -> None:
    """
    Declare the command.
    """
    app.command("show", epilog=EXAMPLES)(show_run)


def show_run(run: RunArgument, output: FormOption = Form.TABLE) -> None:
    """
    Show a run and its steps.

    Below them: every denial (rule, what it saw, what to do), what it waits for, and what a rollback left changed.
    """
    view, denied = call(lambda client: _look(client, run, reasons=output is Form.TABLE))
    if output is not Form.TABLE:
        print_document(view, output)
        return
    told = [*step_warnings(view["steps"]), *denials(denied), *wanted_of(view), *residue(view)]
    show(*run_head(view), Text(""), step_table(view["steps"]), *([Text(""), *told] if told else []))


async def _look(client: "Client", run: str, *, reasons: bool) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    from executor.cli.client import run_path  # noqa: PLC0415 - it brings aiohttp, which help needs not
    from executor.cli.denied import denials_of  # noqa: PLC0415 - the same

    view: dict[str, Any] = await client.get(run_path(run))
    return view, await denials_of(client, view) if reasons else []
