"""
Owns `remediate actions`.
"""

from typing import Annotated, Any

import typer

from executor.cli.exits import Code
from executor.cli.failures import Failure
from executor.cli.output import Form, FormOption, print_document, show
from executor.cli.render.catalogue import action_detail, action_list
from executor.cli.session import call

EXAMPLES = """
\b
Examples:
  remediate actions                      what a plan's steps can do
  remediate actions scale                its parameters, a step to copy, and the permissions it needs
  remediate actions scale -o json        with the JSON Schema of its parameters
"""


def add_to(app: typer.Typer) -> None:
    """
    Declare the command.
    """
    app.command("actions", epilog=EXAMPLES)(actions)


def actions(
    action: Annotated[str | None, typer.Argument(metavar="[ACTION]", help="One action's name; else all.")] = None,
    output: FormOption = Form.TABLE,
) -> None:
    """
    Show the actions this server knows.
    """
    page: dict[str, Any] = call(lambda client: client.get("/v1/actions"))
    document = page if action is None else _one(page["items"], action)
    if output is not Form.TABLE:
        print_document(document, output)
    elif action is None:
        show(action_list(page["items"]))
    else:
        show(*action_detail(document))


def _one(items: list[dict[str, Any]], name: str) -> dict[str, Any]:
    for item in items:
        if item["action"] == name:
            return item
    known = ", ".join(item["action"] for item in items)
    raise Failure(f"no action has this name; known are: {known}", code=Code.REFUSED)
