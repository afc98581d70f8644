"""
Owns how a denial reads: the rule, what it saw, what to do.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from executor.cli.text import line


def denials(decisions: Iterable[Mapping[str, Any]]) -> list[RenderableType]:
    """
    Return every objection of decisions that deny.
    """
    return [
        part
        for decision in decisions
        if decision["effect"] == "deny"
        for violation in decision["violations"]
        for part in _violation(decision, violation)
    ]


def _violation(decision: Mapping[str, Any], violation: Mapping[str, Any]) -> list[RenderableType]:
    title = f": {line(violation['title'])}" if violation.get("title") else ""
    place = f"{violation['path']}: " if violation.get("path") else ""
    rows = [
        ("step", f"{decision['step'] or 'the plan as a whole'}, at {decision['stage']}"),
        ("rule", violation.get("rule")),
        ("saw", f"{place}{violation['message']}"),
        ("to do", violation.get("remedy")),
    ]
    head = Text.assemble(("denied by ", "red"), (line(violation["code"]), "bold red"), (title, "red"))
    return [head, *(Text(f"  {name:<7}{line(text)}") for name, text in rows if text)]
