"""
Owns how a replay reads: what flipped, whose doing it is, and what could not be compared.
"""

from typing import Any

from rich.console import RenderableType

from executor.cli.render.tables import table

_FLIPS = {
    "allow_to_deny": "allow → deny",
    "approval_to_deny": "approval → deny",
    "deny_to_allow": "deny → allow",
    "deny_to_approval": "deny → approval",
    "new_approval": "approval needed",
    "approval_gone": "approval gone",
    "approval_changed": "another approval",
}


def replay_report(report: dict[str, Any]) -> list[RenderableType]:
    """
    Return a report as a person reads it, the verdict last.
    """
    parts: list[RenderableType] = []
    if report["rules"]:
        parts += [
            table("RULE", "STAGE", "CHANGE", "COUNT", "PLACE", "FOR EXAMPLE", rows=map(_rule, report["rules"])),
            "",
        ]
    for name, what in (("errors", "could not be compared"), ("not_judged", "were not judged when they were recorded")):
        if report[name]:
            parts.append(f"{_count(report[name])} {what}:")
            parts += [
                f"  {each['count']} times {each['reason']} ({', '.join(each['examples'])})" for each in report[name]
            ]
            parts.append("")
    if report["slow"]:
        parts.append(f"{len(report['slow'])} slow, the slowest:")
        parts += [f"  {each['milliseconds']} ms  {each['decision']} ({each['stage']})" for each in report["slow"][:5]]
        parts.append("")
    parts.append(_verdict(report))
    return parts


def _rule(group: dict[str, Any]) -> tuple[str, ...]:
    flips = ", ".join(_FLIPS[flip] for flip in group["flips"])
    examples = ", ".join(group["examples"])
    return (
        group["rule"],
        group["stage"],
        f"{group['change']} ({flips})",
        str(group["count"]),
        group["place"] or "",
        examples,
    )


def _count(groups: list[dict[str, Any]]) -> int:
    return sum(each["count"] for each in groups)


def _verdict(report: dict[str, Any]) -> str:
    parts = [f"{count} {_FLIPS[flip]}" for flip, count in report["flips"].items()]
    if report["other_reasons"]:
        parts.append(f"{report['other_reasons']} the same for other reasons")
    told = f": {', '.join(parts)}" if parts else ""
    return f"{report['replayed']} decisions replayed, {report['alike']} come out alike{told}"
