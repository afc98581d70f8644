"""
Owns how a wanted approval reads: the rule, what it saw, and who is wanted.
"""

from collections.abc import Mapping
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from executor.cli.text import line, when
from executor.core.people import people


def wanted_of(run: Mapping[str, Any]) -> list[RenderableType]:
    """
    Return every approval a run waits for, and until when; nothing for a run that does not wait.
    """
    asked = run.get("approval")
    if run["phase"] != "awaiting_approval" or asked is None:
        return []
    head = Text(f"waits for approval until {when(asked['expires_at'])} UTC, then it expires:", style="yellow")
    return [head, *(part for each in asked["approvals"] for part in wanted(each))]


def wanted(approval: Mapping[str, Any]) -> list[RenderableType]:
    """
    Return one wanted approval.
    """
    title = f": {line(approval['title'])}" if approval.get("title") else ""
    place = f"{approval['path']}: " if approval.get("path") else ""
    rows = [
        ("step", approval["step"] or "the plan as a whole"),
        ("rule", approval.get("rule")),
        ("saw", f"{place}{approval['message']}"),
        ("wants", people(approval["count"], approval["groups"])),
        ("to do", approval.get("remedy")),
    ]
    head = Text.assemble(("needs approval by ", "yellow"), (line(approval["code"]), "bold yellow"), (title, "yellow"))
    return [head, *(Text(f"  {name:<7}{line(text)}") for name, text in rows if text)]
