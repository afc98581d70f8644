"""
Owns reading a plan file: its bytes as they are, so that it is the server that says what is wrong with them.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from executor.cli.exits import Code
from executor.cli.failures import Failure

PlanFile = Annotated[str, typer.Argument(metavar="FILE", help="A plan in YAML or JSON; - reads standard input.")]


def read_plan(file: str) -> tuple[bytes, str]:
    """
    Return a plan's bytes and their media type, which the name's ending tells; YAML also reads JSON.
    """
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}", code=Code.REFUSED) from error
    return content, "application/json" if file.lower().endswith(".json") else "application/yaml"
