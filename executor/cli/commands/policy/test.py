"""
Owns `remediate policy test`.
"""

import asyncio
from typing import Annotated

import typer

from executor.cli.commands.policy.folders import PathsArgument, chosen, working_folder
from executor.cli.exits import Code
from executor.cli.output import Form, FormOption, print_document, show

EXAMPLES = """
\b
Examples:
  remediate policy test acme                      the folder acme, beside the shipped policies
  remediate policy test                           the folders of EXECUTOR_POLICY_PATHS
  remediate policy test acme -o json              for CI
  remediate policy test acme --no-bench           without timing the rules

\b
Exit codes:
  0 all is well   1 something is wrong, each named with file and row   2 wrong usage
"""


def add_to(group: typer.Typer) -> None:
    """
    Declare the command.
    """
    group.command("test", epilog=EXAMPLES)(try_out)


def try_out(
    paths: PathsArgument = None,
    coverage_threshold: Annotated[
        float, typer.Option(min=0, max=100, help="The percent of each file that its tests must reach.")
    ] = 100.0,
    bench: Annotated[bool, typer.Option("--bench/--no-bench", help="Time each rule.")] = True,
    output: FormOption = Form.TABLE,
) -> None:
    """
    Check policy folders and run their tests.

    All of `policy check`, then opa test beside the shipped policies, coverage, the mutation law (what a rule denies it
    still denies when part of the request is missing), and the time each rule takes. No server is needed.
    """
    from executor.cli.render.flaws import flaw_list, how_many  # noqa: PLC0415 - it brings what help needs not
    from executor.cli.render.rule_reports import rule_reports, totals  # noqa: PLC0415 - the same
    from executor.opa import workshop  # noqa: PLC0415 - the same
    from executor.opa.binary import find_opa  # noqa: PLC0415 - the same
    from executor.opa.shipped import shipped_policies  # noqa: PLC0415 - the same

    folders = chosen(paths)
    with working_folder() as work:
        tested = asyncio.run(
            workshop.try_out(
                find_opa(),
                shipped=shipped_policies(),
                authors=folders,
                work=work,
                threshold=coverage_threshold,
                bench=bench,
            )
        )
    if output is not Form.TABLE:
        print_document(tested.as_json(), output)
    else:
        if tested.rules:
            show(rule_reports(tested.rules))
        if tested.flaws:
            show(*flaw_list(tested.flaws))
            show(how_many(tested.flaws) + ("" if tested.ran else "; no test was run: mend these first"))
        else:
            show(totals(tested.rules))
    raise typer.Exit(Code.FAILED if tested.flaws else Code.SUCCEEDED)
