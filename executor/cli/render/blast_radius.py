"""
Owns how a blast radius reads: what a plan disturbs, and the moment at which it is worst.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from executor.cli.text import line


def blast_radius(radius: Mapping[str, Any]) -> Iterable[RenderableType]:
    """
    Yield what is disturbed, the worst moment, and each reason why something of it is not known.
    """
    counts = [_counted(radius[name], name.removesuffix("s")) for name in ("objects", "namespaces", "nodes", "pods")]
    yield Text(f"disturbs {', '.join(counts)}")
    if radius["worst"] is not None:
        yield Text(f"  at worst {radius['percent_unavailable']:g} % of the pods of {line(radius['worst'])} are away")
    if radius["budget_headroom"] is not None:
        left = radius["budget_headroom"]
        said = f"has {_counted(left, 'disruption')} left" if left >= 0 else f"is exceeded by {_counted(-left, 'pod')}"
        yield Text(f"  the tightest disruption budget {said}")
    for why in radius["unknown"]:
        yield Text(f"  not known: {line(why)}", style="yellow")
    if radius["late"]:
        yield Text(f"  not counted, since judged late: {', '.join(line(step) for step in radius['late'])}")


def _counted(count: int | None, noun: str) -> str:
    if count is None:
        return f"an unknown number of {noun}s"
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
