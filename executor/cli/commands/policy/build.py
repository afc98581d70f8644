"""
Owns `remediate policy build`.
"""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from executor.cli.output import show
from executor.settings import StateDirectory, read_settings

EXAMPLES = """
\b
Examples:
  remediate policy build
  EXECUTOR_POLICY_PATHS=/etc/policies/payments remediate policy build --output /srv/opa
  cd /srv/opa && opa run --server --bundle remediation
"""


def add_to(group: typer.Typer) -> None:
    """
    Declare the command.
    """
    group.command("build", epilog=EXAMPLES)(build)


def build(
    output: Annotated[Path, typer.Option(metavar="DIR", help="Where the bundles go.")] = Path("bundles"),
) -> None:
    """
    Write bundles for an OPA elsewhere.

    They hold the shipped policies and those of EXECUTOR_POLICY_PATHS; EXECUTOR_OPA_URL then points there. The executor
    must have the same folders: another revision is a denial.
    """
    settings = read_settings(os.environ)
    StateDirectory(settings.state_dir).prepare()
    from executor.opa import build_bundles  # noqa: PLC0415 - server code, needed by this command alone

    catalogue = asyncio.run(build_bundles(output, state_dir=settings.state_dir, policy_paths=settings.policy_paths))
    for bundle, revision in catalogue.revision.items():
        show(f"{output / bundle}  {revision}")
    served = " ".join(f"--bundle {bundle}" for bundle in catalogue.revision)
    show(f"serve them: cd {output} && opa run --server {served}", aside=True)
