"""
Owns which policy folders a command is about, and where it works.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from executor.cli.exits import Code
from executor.cli.failures import Failure
from executor.settings import read_settings

PathsArgument = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[PATH]...",
        exists=True,
        file_okay=False,
        help="Policy folders and configuration; else those of EXECUTOR_POLICY_PATHS.",
        show_default=False,
    ),
]


def chosen(paths: Sequence[Path] | None) -> tuple[Path, ...]:
    """
    Return the folders named, else those of the settings; none at all is wrong usage, not a clean bill.
    """
    found = tuple(paths or read_settings(os.environ).policy_paths)
    if not found:
        raise Failure(
            "no policy folder is named: name one, or set EXECUTOR_POLICY_PATHS (`remediate policy new` begins one)",
            code=Code.REFUSED,
        )
    from executor.opa.shipped import shipped_policies  # noqa: PLC0415 - it brings what help needs not

    if any(folder.resolve() == shipped_policies().resolve() for folder in found):
        raise Failure(
            "these are the shipped policies, which are always beside: name a folder of your own "
            "(`make policy-test` tests the shipped ones)",
            code=Code.REFUSED,
        )
    return found


@contextmanager
def working_folder() -> Iterator[Path]:
    """
    Yield an empty folder that is gone afterwards.
    """
    with tempfile.TemporaryDirectory(prefix="remediation-policy-") as folder:
        yield Path(folder)
