"""
Owns `test`: all that `check` does, and then what the authors' tests show: one report, per rule and in all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from executor.opa.workshop.checking import Checked, check
from executor.opa.workshop.flaws import Flaw
from executor.opa.workshop.judging import RuleReport, flaws_of_law, flaws_of_tests, report, uncovered
from executor.opa.workshop.lawful import Lawful, put_under_the_law
from executor.opa.workshop.running import run_tests
from executor.opa.workshop.timing import time_rules


@dataclass(frozen=True, slots=True)
class Trial:
    """
    Everything that is wrong, and one report per rule; `ran` is false when the tests could not be run.
    """

    flaws: tuple[Flaw, ...]
    rules: tuple[RuleReport, ...]
    ran: bool

    def as_json(self) -> dict[str, Any]:
        """
        Return the report for programs.
        """
        return {
            "ok": not self.flaws,
            "ran": self.ran,
            "rules": [each.as_json() for each in self.rules],
            "problems": [each.as_json() for each in self.flaws],
        }


async def try_out(
    opa: Path, *, shipped: Path, authors: Sequence[Path], work: Path, threshold: float = 100.0, bench: bool = True
) -> Trial:
    """
    Check authors' folders and run their tests beside the shipped policies; `work` is empty.
    """
    checked = await check(opa, shipped=shipped, authors=authors, work=work)
    if not checked.runs:
        return Trial(checked.flaws, (), ran=False)
    return await _tested(opa, checked, threshold, bench=bench)


async def _tested(opa: Path, checked: Checked, threshold: float, *, bench: bool) -> Trial:
    layout, places = checked.layout, checked.layout.places
    results = await run_tests(opa, layout, checked.authors)
    requests = {rule: asked for each in results for rule, asked in each.requests.items()}
    asked = [read for read, result in zip(checked.authors, results, strict=True) if result.ended]
    laws: dict[str, Lawful] = {}
    for read in asked:
        laws |= await put_under_the_law(opa, layout, read, requests)
    times = await time_rules(opa, layout, asked, requests) if bench and asked else {}
    flaws = [*checked.flaws]
    rules: list[RuleReport] = []
    for read, result in zip(checked.authors, results, strict=True):
        flaws.extend(flaws_of_tests(result, places))
        flaws.extend(uncovered(read, result, threshold, places))
        flaws.extend(flaws_of_law(read, laws, places))
        rules.extend(report(read, result, laws, times, places))
    return Trial(tuple(sorted(set(flaws))), tuple(rules), ran=True)
