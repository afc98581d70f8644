"""
Owns how what tests show of rules reads: one line per rule.
"""

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from executor.cli.render.tables import table
from executor.opa.workshop.judging import RuleReport


def rule_reports(rules: Sequence[RuleReport]) -> RenderableType:
    """
    Return the table of rules.
    """
    return table("RULE", "STAGE", "TESTS", "COVERAGE", "TIME", "LAW", rows=[_row(each) for each in rules])


def totals(rules: Sequence[RuleReport]) -> str:
    """
    Return what was shown in all, when nothing is wrong.
    """
    cases, captured = sum(each.cases for each in rules), sum(each.captured for each in rules)
    of_decisions = f", {captured} captured from decisions" if captured else ""
    return f"ok: {_many(len(rules), 'rule')}, {_many(cases, 'case')}{of_decisions}; nothing is wrong"


def _row(rule: RuleReport) -> tuple[str | Text, ...]:
    tests = f"{rule.cases - rule.failed}/{rule.cases}"
    held = rule.law in {"holds", "not asked"}
    return (
        rule.code,
        rule.stage,
        Text(tests, style="red" if rule.failed or not rule.cases else ""),
        "-" if rule.coverage is None else f"{rule.coverage:g} %",
        Text(_time(rule), style="yellow" if rule.slow else ""),
        Text(rule.law, style="" if held else "red"),
    )


def _time(rule: RuleReport) -> str:
    if rule.microseconds is None:
        return "-"
    return f"{rule.microseconds:.0f} µs" + (" slow" if rule.slow else "")


def _many(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
