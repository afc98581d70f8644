"""
Owns `remediate policy`: one module per command, each with its `add_to`, declared here in the order of the help.
"""

import typer

from executor.cli.commands.policy import build, capture, check, explain, new, replay, test

COMMANDS = [new, check, test, explain, capture, replay, build]


def add_to(app: typer.Typer) -> None:
    """
    Declare the group and its commands.
    """
    group = typer.Typer(help="Work with policies.", no_args_is_help=True, rich_markup_mode=None, add_completion=False)
    group.callback()(_group)
    for command in COMMANDS:
        command.add_to(group)
    app.add_typer(group, name="policy")


def _group() -> None:
    """
    Work with policies.
    """
