"""
Owns `remediate policy capture`.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from executor.cli.output import show
from executor.cli.session import call
from executor.settings import StateDirectory, read_settings

if TYPE_CHECKING:
    from executor.cli.client import Client

EXAMPLES = """
\b
Examples:
  remediate policy capture 01kavx3c9q              beside the rule of yours that objected
  remediate policy capture 01kavx3c9q --into acme  into the folder acme: needed where only shipped rules spoke
  remediate policy capture 01kavx3c9q --name frozen_shop
\b
The test expects what was decided then: the effect, and what the shipped rules and those of the folder's owner said,
under the configuration of that time. Values of Secrets are fingerprints in its input. `remediate policy test` runs it.
\b
Exit codes:
  0 written   2 nothing was written, with the reason   8 server unreachable
"""


def add_to(group: typer.Typer) -> None:
    """
    Declare the command.
    """
    group.command("capture", epilog=EXAMPLES)(capture)


def capture(
    decision: Annotated[str, typer.Argument(metavar="DECISION", help="Its id; a step's document lists them.")],
    into: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            exists=True,
            file_okay=False,
            help="A folder of yours; else those of EXECUTOR_POLICY_PATHS.",
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help="What the test is called; else the decision's id.")] = None,
) -> None:
    """
    Write a recorded decision as a test beside a rule.
    """
    settings = read_settings(os.environ)
    StateDirectory(settings.state_dir).prepare()
    folders = (into,) if into is not None else settings.policy_paths

    async def work(client: "Client") -> tuple[Path, bool]:
        from executor.cli.client import segment  # noqa: PLC0415 - as all below: help needs none of it
        from executor.core.policy import Decision  # noqa: PLC0415 - the same
        from executor.opa import choosing  # noqa: PLC0415 - the same
        from executor.opa.binary import find_opa  # noqa: PLC0415 - the same
        from executor.opa.capturing import capture as captured  # noqa: PLC0415 - the same

        document = await client.get(f"/v1/decisions/{segment(decision)}")
        recorded = Decision.model_validate(document, strict=False)
        policies = await choosing.of_decision(settings.state_dir, recorded.revision, settings.policy_paths)
        file = await captured(find_opa(), recorded, into=folders, policies=policies, name=name)
        return file, dict(policies.catalogue.revision) == recorded.revision

    file, same = call(work)
    show(str(file))
    if not same:
        show(
            "the set that decided is not kept here: the test has the configuration of the folders as they lie now",
            aside=True,
        )
