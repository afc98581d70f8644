"""
Owns how a plan-only report reads.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from executor.cli.render.approvals import wanted
from executor.cli.render.blast_radius import blast_radius
from executor.cli.render.denials import denials
from executor.cli.render.diffs import differences
from executor.cli.render.tables import word
from executor.cli.text import line

_MEANING = {
    "allow": "every step would be allowed",
    "deny": "the plan would be denied",
    "require_approval": "the plan would wait for approval",
    "fail": "a step cannot be done",
}


def assessment(report: Mapping[str, Any], denied: Iterable[Mapping[str, Any]]) -> list[RenderableType]:
    """
    Return the report: the whole, then each step with its diff, then every objection and every approval that is wanted.
    """
    parts: list[RenderableType] = [
        word(report["effect"]).append(f": {_MEANING.get(report['effect'], '')}", style="default")
    ]
    parts.extend(_whole(report))
    for step in report["steps"]:
        parts.extend(_step(step))
    approvals = [part for each in report.get("approvals", ()) for part in wanted(each)]
    objections = [*denials(denied), *approvals]
    return [*parts, *([Text(""), *objections] if objections else [])]


def _whole(report: Mapping[str, Any]) -> Iterable[RenderableType]:
    """
    Yield how far the plan reaches, and what the policy remarks on it as a whole.
    """
    if radius := report.get("blast_radius"):
        yield from blast_radius(radius)
    for warning in (report.get("plan_gate") or {}).get("warnings", ()):
        yield Text(f"  warning: {line(warning['code'])}: {line(warning['message'])}", style="yellow")


def _step(step: Mapping[str, Any]) -> list[RenderableType]:
    head = Text.assemble((line(step["id"]), "bold"), ": ", word(step["effect"]))
    if step["message"]:
        head.append(f": {line(step['message'])}")
    parts: list[RenderableType] = [Text(""), head]
    if not step["reversible"]:
        parts.append(Text(f"  cannot be undone: {line(step['irreversible_because'])}", style="yellow"))
    parts.extend(Text(f"  warning: {line(warning)}", style="yellow") for warning in step["warnings"])
    if step["diff"]:
        parts.extend(differences(step["diff"]))
    return parts
