"""
Owns what the results of tests, coverage, law and timing mean: one line per rule, and what is wrong with it. Pure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from executor.opa.conventions import Package, code
from executor.opa.inventory import Places
from executor.opa.mutation import label
from executor.opa.staging import is_test
from executor.opa.workshop import running
from executor.opa.workshop.flaws import Flaw
from executor.opa.workshop.lawful import Lawful
from executor.opa.workshop.packages import package_row
from executor.opa.workshop.reading import Read
from executor.opa.workshop.running import Coverage, Ran, Results

SLOW_MICROSECONDS = 500.0
"""A quarter of the 2 ms that the gate has for all rules of a stage together."""

_CAPTURED = "_captured_test.rego"


@dataclass(frozen=True, slots=True)
class RuleReport:
    """
    What is known of one rule: cases of its tests, how many of them were captured from decisions, coverage, time, law.
    """

    code: str
    stage: str
    file: str
    cases: int
    failed: int
    captured: int
    coverage: float | None
    microseconds: float | None
    law: str
    law_requests: int

    @property
    def slow(self) -> bool:
        """
        Tell if the rule takes more of the gate's time than one rule should.
        """
        return self.microseconds is not None and self.microseconds > SLOW_MICROSECONDS

    def as_json(self) -> dict[str, Any]:
        """
        Return the report for programs.
        """
        return {
            "code": self.code,
            "stage": self.stage,
            "file": self.file,
            "tests": {"cases": self.cases, "failed": self.failed, "captured": self.captured},
            "coverage_percent": self.coverage,
            "microseconds": self.microseconds,
            "slow": self.slow,
            "law": self.law,
            "law_requests": self.law_requests,
        }


def report(
    read: Read, results: Results, laws: Mapping[str, Lawful], times: Mapping[str, float], places: Places
) -> Iterator[RuleReport]:
    """
    Yield a report on every rule of an author.
    """
    for own, path in sorted(read.policies.rules.items(), key=lambda each: (each[0][2], each[0])):
        tests = [each for each in results.tests if _is_about(each, f"{read.source.bundle}/{path}")]
        law = laws.get(label(own), Lawful(objects=False))
        yield RuleReport(
            code=code(own),
            stage=own[2],
            file=places[f"{read.source.bundle}/{path}"].full,
            cases=sum(each.cases for each in tests),
            failed=sum(_failures(each) for each in tests),
            captured=sum(each.cases for each in tests if each.place.endswith(_CAPTURED)),
            coverage=_coverage(results, f"{read.source.bundle}/{path}").percent if results.covered else None,
            microseconds=round(times[label(own)], 1) if label(own) in times else None,
            law=_word(law),
            law_requests=law.requests,
        )


def flaws_of_tests(results: Results, places: Places) -> Iterator[Flaw]:
    """
    Yield every test that fails, raises an error, or is skipped.
    """
    for each in results.tests:
        file = places[each.place].full if each.place in places else each.place
        if each.error:
            yield Flaw(file, each.row, *_raised(each, places), "test")
        elif each.fails:
            cases = f" for {', '.join(map(repr, each.failed))}" if each.failed else ""
            yield Flaw(
                file, each.row, f"{each.name} fails{cases}", "correct the rule, or what the test expects", "test"
            )
        elif each.skipped:
            yield Flaw(file, each.row, f"{each.name} is skipped", "name it test_… and let it run", "test")


def uncovered(read: Read, results: Results, threshold: float, places: Places) -> Iterator[Flaw]:
    """
    Yield every file of an author that its tests reach too little of, with the lines.
    """
    for path, module in read.policies.modules.items() if results.covered else ():
        if is_test(path) or not module.get("rules"):
            continue
        found = _coverage(results, f"{read.source.bundle}/{path}")
        if found.percent >= threshold:
            continue
        rows = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in found.missed)
        where = f"line{'' if rows.isdigit() else 's'} {rows}" if rows else "none of its lines"
        said = f"its tests reach {found.percent:g} % of the file" + (f", not {where}" if rows else f": {where}")
        row = found.missed[0][0] if found.missed else package_row(read.source.files[path].decode(errors="replace"))
        shown = places[f"{read.source.bundle}/{path}"].full
        yield Flaw(shown, row, said, "test what is not reached, or remove it", "coverage")


def flaws_of_law(read: Read, laws: Mapping[str, Lawful], places: Places) -> Iterator[Flaw]:
    """
    Yield every rule that allows for want of knowledge, or that nothing shows not to.
    """
    for own, path in read.policies.rules.items():
        found = laws.get(label(own), Lawful(objects=False))
        file = places[f"{read.source.bundle}/{path}"].full
        row = package_row(read.source.files[path].decode(errors="replace"))
        yield from _lawless(file, row, own, found, places)


def _lawless(file: str, row: int, own: Package, found: Lawful, places: Places) -> Iterator[Flaw]:
    if found.error is not None:
        at = places[found.error.file].full if found.error.file in places else file
        yield Flaw(
            at,
            found.error.row if found.error.file in places else row,
            f"{code(own)} raises an error when something of a request is missing: {found.error.message}",
            "ask for the type first (is_number, is_string); the gate denies then, and cannot say why",
            "law",
        )
    elif found.objects and not found.requests:
        yield Flaw(
            file,
            row,
            f"no test of {code(own)} shows something that it denies, so nothing shows what it does with less known",
            "write a test in which it objects",
            "law",
        )
    for leak in found.leaks:
        yield Flaw(
            file,
            row,
            f"{code(own)} allows what it denied ({leak.request}) when {leak.path} is {leak.how}",
            "name the good case and deny on its absence, or say why under custom.absence_allows: [{path, because}]",
            "law",
        )
    for path in found.unused:
        yield Flaw(
            file,
            row,
            f"custom.absence_allows names {path}, and no test of {code(own)} needs the exception",
            "remove it, or write the test",
            "law",
        )


def _raised(ran: Ran, places: Places) -> tuple[str, str]:
    if "deadline exceeded" in ran.error or "cancel" in ran.error:
        return f"{ran.name} does not end within {running.TEST_SECONDS} s", "bound what the rule iterates over"
    said = " ".join(ran.error.split())
    for place in [each for each in places if each in said]:
        said = said.replace(f"{running.TOLD}/{place}", places[place].full)
    return f"{ran.name} raises an error: {said}", "correct the rule"


def _is_about(ran: Ran, rule: str) -> bool:
    return PurePosixPath(ran.place).parent == PurePosixPath(rule).parent


def _failures(ran: Ran) -> int:
    return len(ran.failed) or 1 if ran.fails or ran.error else 0


def _coverage(results: Results, place: str) -> Coverage:
    return results.coverage.get(place, Coverage(percent=0.0, missed=()))


def _word(law: Lawful) -> str:
    if not law.objects:
        return "not asked"
    if law.holds:
        return "holds"
    return "broken" if law.leaks or law.error is not None else "unproven" if not law.requests else "unused exception"
