"""
Owns `remediate doctor`.
"""

import asyncio

import typer

from executor.cli.exits import Code
from executor.cli.output import Form, FormOption, print_document, show
from executor.cli.render.findings import findings_table

EXAMPLES = """
\b
Examples:
  remediate doctor                       each part: does it work, and what to do if not
  remediate doctor -o json
"""


def add_to(app: typer.Typer) -> None:
    """
    Declare the command.
    """
    app.command("doctor", epilog=EXAMPLES)(doctor)


def doctor(output: FormOption = Form.TABLE) -> None:
    """
    Check every part and say what to do.

    Settings, OPA, server, token, and what the server says of its store, policies and cluster.
    """
    from executor.cli.checkup import examine  # noqa: PLC0415 - it brings aiohttp, which help needs not

    findings = asyncio.run(examine())
    if output is not Form.TABLE:
        print_document({"items": [finding.as_json() for finding in findings]}, output)
    else:
        show(*findings_table(findings))
    unreachable = any(finding.part == "server" and not finding.ok for finding in findings)
    bad = any(not finding.ok for finding in findings)
    raise typer.Exit(Code.UNREACHABLE if unreachable else Code.FAILED if bad else Code.SUCCEEDED)
