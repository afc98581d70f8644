"""
Owns `remediate assess`.
"""

from typing import TYPE_CHECKING, Any

import typer

from executor.cli.exits import Code, code_of_effect
from executor.cli.output import Form, FormOption, print_document, show
from executor.cli.plans import PlanFile, read_plan
from executor.cli.render.assessments import assessment
from executor.cli.session import call

if TYPE_CHECKING:
    from executor.cli.client import Client

EXAMPLES = """
\b
Examples:
  remediate assess plan.yaml             the diff of every step, and every objection
  remediate assess plan.yaml -o json     the same for programs
  cat plan.yaml | remediate assess -
\b
Exit codes: 0 it would be allowed   3 it would be denied   6 it would wait for approval   1 a step cannot be done
  2 the plan is invalid
"""


def add_to(app: typer.Typer) -> None:
    """
    Declare the command.
    """
    app.command("assess", epilog=EXAMPLES)(assess)


def assess(file: PlanFile, output: FormOption = Form.TABLE) -> None:
    """
    Judge a plan without doing it.

    Shows what each step would change and what the policies say; nothing is written to the cluster.
    """
    body, content_type = read_plan(file)
    raise typer.Exit(call(lambda client: _assess(client, body, content_type, output)))


async def _assess(client: "Client", body: bytes, content_type: str, form: Form) -> Code:
    from executor.cli.denied import denying  # noqa: PLC0415 - it brings aiohttp, which help needs not

    report: dict[str, Any] = await client.post("/v1/assessments", body=body, content_type=content_type)
    if form is not Form.TABLE:
        print_document(report, form)
    else:
        refused = [each for step in report["steps"] if step["effect"] == "deny" for each in step["decisions"]]
        whole = report.get("plan_gate")
        if whole is not None and whole["effect"] == "deny":
            refused.append(whole["decision"])
        show(*assessment(report, await denying(client, refused)))
    return code_of_effect(report["effect"])
