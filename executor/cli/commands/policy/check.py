"""
Owns `remediate policy check`.
"""

import asyncio

import typer

from executor.cli.commands.policy.folders import PathsArgument, chosen, working_folder
from executor.cli.exits import Code
from executor.cli.output import Form, FormOption, print_document, show

EXAMPLES = """
\b
Examples:
  remediate policy check acme            the folder acme, beside the shipped policies
  remediate policy check                 the folders of EXECUTOR_POLICY_PATHS
  remediate policy check acme -o json    for an editor, or for CI

\b
Exit codes:
  0 nothing is wrong   1 something is, each named with file and row   2 wrong usage
"""


def add_to(group: typer.Typer) -> None:
    """
    Declare the command.
    """
    group.command("check", epilog=EXAMPLES)(check)


def check(paths: PathsArgument = None, output: FormOption = Form.TABLE) -> None:
    """
    Say everything that is wrong with policy folders.

    Format, compilation (strict, against the input's schema, with the built-ins that policies may use), packages,
    METADATA, conventions, parameters and configuration. No server is needed and no test is run.
    """
    from executor.cli.render.flaws import flaw_list, how_many  # noqa: PLC0415 - it brings what help needs not
    from executor.opa import workshop  # noqa: PLC0415 - the same
    from executor.opa.binary import find_opa  # noqa: PLC0415 - the same
    from executor.opa.shipped import shipped_policies  # noqa: PLC0415 - the same

    folders = chosen(paths)
    with working_folder() as work:
        checked = asyncio.run(workshop.check(find_opa(), shipped=shipped_policies(), authors=folders, work=work))
    if output is not Form.TABLE:
        print_document({"ok": not checked.flaws, "problems": [each.as_json() for each in checked.flaws]}, output)
    elif checked.flaws:
        show(*flaw_list(checked.flaws))
        show(how_many(checked.flaws))
    else:
        rules = len(checked.rules)
        show(f"ok: {rules} rule{'' if rules == 1 else 's'} in {', '.join(map(str, folders))}; nothing is wrong")
    raise typer.Exit(Code.FAILED if checked.flaws else Code.SUCCEEDED)
