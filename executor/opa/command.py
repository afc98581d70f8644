"""
Owns how an `opa` command is run: no environment, a time limit, and its complaints as values.
"""

import asyncio
import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from executor.opa.errors import OpaUnusable

LIMIT_SECONDS = 180.0
"""Testing the shipped policies takes seconds, on a slow and busy machine a minute; what runs this long hangs."""


@dataclass(frozen=True, slots=True)
class Output:
    """
    What a command left behind.
    """

    ok: bool
    stdout: bytes
    stderr: bytes

    def document(self) -> Any:
        """
        Return standard output as JSON, None where it is none.
        """
        with contextlib.suppress(ValueError):
            return json.loads(self.stdout)
        return None


@dataclass(frozen=True, slots=True)
class Complaint:
    """
    One error as OPA reports it; file and row are empty where OPA names none.

    `code` is OPA's own; `known` are the names that would be there, where a field of the input is misspelt.
    """

    message: str
    file: str = ""
    row: int = 0
    code: str = ""
    known: tuple[str, ...] = ()


async def run_opa(opa: Path, *arguments: str, cwd: Path) -> Output:
    """
    Run a command to its end. The environment is empty: policy code cannot read what is not there.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            opa,
            *arguments,
            cwd=cwd,
            env={},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        raise OpaUnusable(f"{opa} cannot be run ({error.strerror}): install OPA again or run `make setup`") from error
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            stdout, stderr = await process.communicate()
    except TimeoutError as error:
        raise OpaUnusable(f"`opa {arguments[0]}` did not end within {LIMIT_SECONDS:.0f} s") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Output(ok=process.returncode == 0, stdout=stdout, stderr=stderr)


def complaints(output: Output) -> tuple[Complaint, ...]:
    """
    Read the errors of a failed command (`-f json` where the command has it), at least one.
    """
    for text in (output.stderr, output.stdout):
        with contextlib.suppress(ValueError, AttributeError, TypeError):
            found = tuple(_complaint(error) for error in json.loads(text)["errors"])
            if found:
                return found
    said = (output.stderr.strip() or output.stdout.strip()).decode(errors="replace")
    return (Complaint(said or "opa failed without a message"),)


def _complaint(error: Mapping[str, Any]) -> Complaint:
    location = error.get("location") or {}
    known = (error.get("details") or {}).get("oneOf") or ()
    return Complaint(
        error.get("message", ""),
        location.get("file", ""),
        location.get("row", 0),
        error.get("code", ""),
        tuple(map(str, known)),
    )
