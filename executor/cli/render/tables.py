"""
Owns how a table looks: columns under upper-case heads, two spaces between, no lines drawn.
"""

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from executor.cli.text import line

Cell = str | Text


def table(*heads: str, rows: Iterable[Iterable[Cell]], wide: str = "") -> Table:
    """
    Return a table; the column `wide` takes what space is left and wraps, the others stay on one line where they can.
    """
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for head in heads:
        made.add_column(head, overflow="fold", no_wrap=False, ratio=None, min_width=min(len(head), 8))
        made.columns[-1].no_wrap = head not in {wide, "TARGET"}
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Text) else Text(line(cell)) for cell in row))
    return made


_STYLES = {
    "succeeded": "green",
    "restored": "cyan",
    "rolled_back": "cyan",
    "running": "blue",
    "restoring": "blue",
    "rolling_back": "blue",
    "assessing": "blue",
    "denied": "red",
    "failed": "red",
    "restore_failed": "bold red",
    "degraded": "bold red",
    "cancelled": "yellow",
    "expired": "yellow",
    "awaiting_approval": "magenta",
    "skipped": "dim",
    "pending": "dim",
    "allow": "green",
    "deny": "red",
    "fail": "red",
    "late": "dim",
    "require_approval": "magenta",
}


def word(text: str) -> Text:
    """
    Return a phase or an effect in its colour.
    """
    return Text(line(text), style=_STYLES.get(text, ""))


def target_of(target: dict[str, str | None] | None) -> str:
    """
    Return a target as messages spell it, `deployment/shop/web`; nothing for a step about no object.
    """
    if target is None:
        return ""
    kind, namespace, name = target.get("kind") or "", target.get("namespace"), target.get("name") or ""
    return "/".join(part for part in (kind.lower(), namespace, name) if part)
