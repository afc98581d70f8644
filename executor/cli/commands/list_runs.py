"""
Owns `remediate list`.
"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from executor.cli.output import Form, FormOption, print_document, show
from executor.cli.render.runs import run_list
from executor.cli.session import call

if TYPE_CHECKING:
    from executor.cli.client import Client

EXAMPLES = """
\b
Examples:
  remediate list                                      the newest 50 runs
  remediate list --phase degraded                     what needs a person
  remediate list --namespace shop --label team=web --label incident=inc-42
  remediate list --caller alice --limit 5 -o json
"""

_PAGE = 200
"""The most the server gives at once."""


def add_to(app: typer.Typer) -> None:
    """
    Declare the command.
    """
    app.command("list", epilog=EXAMPLES)(list_runs)


def list_runs(  # noqa: PLR0917 - typer reads options from parameters
    phase: Annotated[str | None, typer.Option(help="Only runs in this phase.")] = None,
    namespace: Annotated[str | None, typer.Option("--namespace", "-n", help="Only runs that touch it.")] = None,
    label: Annotated[
        list[str] | None, typer.Option("--label", "-l", help="KEY=VALUE; repeated, all must match.")
    ] = None,
    caller: Annotated[str | None, typer.Option(help="Only runs this caller submitted.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="The most runs to show.")] = 50,
    output: FormOption = Form.TABLE,
) -> None:
    """
    List runs, newest first.
    """
    query: dict[str, Any] = {"phase": phase, "namespace": namespace, "label": label or None, "caller": caller}
    page = call(lambda client: _list(client, query, limit))
    if output is not Form.TABLE:
        print_document(page, output)
        return
    if not page["items"]:
        show("no runs" if not any(query.values()) else "no run matches", aside=True)
        return
    show(run_list(page["items"]))
    if page["next_cursor"]:
        show(f"there are more; --limit {limit * 2} shows them", aside=True)


async def _list(client: "Client", query: dict[str, Any], limit: int) -> dict[str, Any]:
    items: list[Any] = []
    cursor = None
    while True:
        page = await client.get("/v1/runs", **query, limit=min(_PAGE, limit - len(items)), cursor=cursor)
        items += page["items"]
        cursor = page["next_cursor"]
        if not cursor or len(items) >= limit:
            return {"items": items, "next_cursor": cursor}
