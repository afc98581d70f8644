"""
Owns `remediate policy new`.
"""

from pathlib import Path
from typing import Annotated

import typer

from executor.cli.exits import Code
from executor.cli.failures import Failure
from executor.cli.output import show

EXAMPLES = """
\b
Examples:
  remediate policy new --owner acme preflight/ticket_named    into the folder acme
  remediate policy new --into policies/acme dry_run/no_root   the owner is the one whose rules are there
"""


def add_to(group: typer.Typer) -> None:
    """
    Declare the command.
    """
    group.command("new", epilog=EXAMPLES)(new)


def new(
    name: Annotated[str, typer.Argument(metavar="STAGE/RULE", help="plan, preflight, dry_run, verify or rollback.")],
    owner: Annotated[str, typer.Option(help="Whose rule it is; else as the folder's rules say.")] = "",
    into: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="The owner's policy folder; else ./OWNER.", file_okay=False)
    ] = None,
) -> None:
    """
    Begin a rule: the rule and its test, from a template.

    One case of the test fails until you say in the rule what passes. Nothing that is there is overwritten.
    """
    from executor.opa.workshop import scaffold  # noqa: PLC0415 - it brings what help needs not

    whose = owner or (scaffold.owner_of(into) if into is not None else None)
    if whose is None:
        raise Failure("whose rule is it? name --owner, such as your team's name", code=Code.REFUSED)
    folder = into or Path(whose)
    made = scaffold.make(whose, name)
    rule, test = scaffold.write(made, folder)
    show(f"{rule}    the rule {whose}/{made.rule}")
    show(f"{test}    its test; one case fails until the rule says what its title says")
    show(
        "next:\n"
        f"  remediate policy check {folder}\n"
        f"  remediate policy test {folder}\n"
        f"  EXECUTOR_POLICY_PATHS={folder.resolve()} remediate serve",
        aside=True,
    )
