"""
Owns how a check-up reads.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from executor.cli.text import line


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One part that was looked at: whether it works, what was seen, and what to do if not.
    """

    part: str
    ok: bool
    message: str
    remedy: str = ""

    def as_json(self) -> dict[str, Any]:
        """
        Return the finding for programs.
        """
        return asdict(self)


def findings_table(findings: Iterable[Finding]) -> list[RenderableType]:
    """
    Return one line per part, and below a bad one what to do.
    """
    parts: list[RenderableType] = []
    for finding in findings:
        mark = ("ok  ", "green") if finding.ok else ("FAIL", "bold red")
        parts.append(Text.assemble(mark, f"  {line(finding.part):<9}{line(finding.message)}"))
        if finding.remedy:
            parts.append(Text(f"      to do:   {line(finding.remedy)}"))
    return parts
