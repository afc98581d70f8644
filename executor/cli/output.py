"""
Owns where output goes: documents or text on standard output, all else on standard error.
"""

import json
import re
import sys
from enum import StrEnum
from io import StringIO
from typing import Annotated, Any

import typer
from rich.console import Console, RenderableType

_WIDE = 100_000
"""Text that goes to a file or a pipe is neither wrapped nor cut: whoever reads it has no screen of a certain width."""

_UNSHOWN = re.compile(r"[\x7f-\x9f]")


class Form(StrEnum):
    """
    How a command answers.
    """

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"


FormOption = Annotated[
    Form, typer.Option("--output", "-o", help="table for people; json and yaml are the API's own document.")
]


def print_document(document: Any, form: Form) -> None:
    """
    Write the API's own document to standard output.
    """
    if form is Form.YAML:
        import yaml  # noqa: PLC0415 - only this answer needs it

        text = yaml.safe_dump(document, sort_keys=False, allow_unicode=_unicode(), explicit_start=False)
    else:
        text = json.dumps(document, indent=2, ensure_ascii=not _unicode()) + "\n"
        text = _UNSHOWN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    sys.stdout.write(text)
    sys.stdout.flush()


def print_line(document: Any) -> None:
    """
    Write a document as one line of JSON, at once: somebody may be reading along.
    """
    sys.stdout.write(_UNSHOWN.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(document)) + "\n")
    sys.stdout.flush()


def show(*parts: RenderableType, aside: bool = False) -> None:
    """
    Write text for people to standard output, or to standard error when it is said aside.
    """
    stream = sys.stderr if aside else sys.stdout
    if stream.isatty():
        screen = terminal(aside=aside)
        for part in parts:
            screen.print(part)
        return
    page = Console(
        file=StringIO(),
        width=_WIDE,
        markup=False,
        highlight=False,
        emoji=False,
        color_system=None,
        force_terminal=False,
    )
    with page.capture() as captured:
        for part in parts:
            page.print(part, soft_wrap=isinstance(part, str))
    text = "".join(f"{row.rstrip()}\n" for row in captured.get().splitlines())
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()


def terminal(*, aside: bool = False) -> Console:
    """
    Return the console of a terminal; it colours what we style and nothing else (NO_COLOR turns that off).
    """
    return Console(stderr=aside, markup=False, highlight=False, emoji=False)


def is_screen(*, aside: bool = False) -> bool:
    """
    Tell if the stream is a terminal on which text can be redrawn.
    """
    return (sys.stderr if aside else sys.stdout).isatty() and not terminal(aside=aside).is_dumb_terminal


def _unicode() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
