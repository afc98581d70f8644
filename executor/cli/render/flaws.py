"""
Owns how what is wrong with policies reads: the place as an editor opens it, what is wrong, and what to do.
"""

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from executor.cli.text import line
from executor.opa.workshop.flaws import Flaw


def flaw_list(flaws: Sequence[Flaw]) -> list[RenderableType]:
    """
    Return two lines per flaw: what is wrong where, and what to do.
    """
    parts: list[RenderableType] = []
    for each in flaws:
        where = f"{line(each.place)}: " if each.file else ""
        parts.append(Text.assemble((where, "bold"), line(each.message)))
        if each.remedy:
            parts.append(Text(f"    to do: {line(each.remedy)}"))
    return parts


def how_many(flaws: Sequence[Flaw]) -> str:
    """
    Return how much is wrong in how many files.
    """
    files = len({each.file for each in flaws})
    problems = "1 problem" if len(flaws) == 1 else f"{len(flaws)} problems"
    return f"{problems} in {files} file{'' if files == 1 else 's'}"
