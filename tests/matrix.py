"""
Owns the coverage matrix: requirements by test tier, from the markers that tests carry.

    python -m tests.matrix                      print it; exit 1 for a requirement without a test, or an unknown marker
    python -m tests.matrix --tests DIR --requirements FILE

Markers are read from pytest's own collection, so that those of modules, classes and parameters count, and a test file
that cannot be collected fails the matrix rather than being left out.
"""

import argparse
import contextlib
import io
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TIERS: Mapping[str, str] = {
    "unit": "unit",
    "properties": "property",
    "contract": "contract",
    "policies": "policy",
    "integration": "integration",
    "faults": "integration",
    "e2e": "e2e",
    "bench": "bench",
}
"""Folder under tests → tier, in the order of the columns."""


@dataclass(frozen=True, slots=True)
class Shown:
    """
    One test that says it shows a requirement.
    """

    requirement: str
    tier: str
    test: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """
    All requirements with what shows them.
    """

    statements: Mapping[str, str]
    shown: Sequence[Shown]

    @property
    def without_test(self) -> list[str]:
        """
        Return the requirements that no test shows.
        """
        met = {each.requirement for each in self.shown}
        return [requirement for requirement in self.statements if requirement not in met]

    @property
    def unknown(self) -> list[str]:
        """
        Return the tests whose marker names no requirement, as `test: marker`.
        """
        return sorted(
            {f"{each.test}: {each.requirement}" for each in self.shown if each.requirement not in self.statements}
        )

    def table(self) -> str:
        """
        Return the matrix as text, a count of tests in each cell.
        """
        tiers = list(dict.fromkeys(TIERS.values()))
        width = max(map(len, self.statements), default=0)
        lines = [" ".join([f"{'':{width}}", *tiers])]
        for requirement, statement in self.statements.items():
            counts = [self._count(requirement, tier) for tier in tiers]
            cells = [f"{count or '.':>{len(tier)}}" for count, tier in zip(counts, tiers, strict=True)]
            lines.append(" ".join([f"{requirement:{width}}", *cells, "", statement]))
        return "\n".join(lines)

    def _count(self, requirement: str, tier: str) -> int:
        return sum(each.requirement == requirement and each.tier == tier for each in self.shown)


class Collector:
    """
    A pytest plugin that keeps the markers of every test that is collected.
    """

    def __init__(self, root: Path) -> None:
        self.shown: list[Shown] = []
        self._root = root

    def pytest_collection_modifyitems(self, items: Iterable[pytest.Item]) -> None:
        """
        Note each requirement once per test.
        """
        for item in items:
            tier = tier_of(item.path.relative_to(self._root))
            named = dict.fromkeys(name for marker in item.iter_markers("requirement") for name in marker.args)
            self.shown += [Shown(name, tier, item.nodeid) for name in named]


def tier_of(path: Path) -> str:
    """
    Return the tier of a test file by its folder; files elsewhere are unit tests.
    """
    return TIERS.get(path.parts[0], "unit")


def requirements(file: Path) -> dict[str, str]:
    """
    Return requirement → statement; raises ValueError for one that lacks its statement or source.
    """
    rows = tomllib.loads(file.read_text(encoding="utf-8"))
    for requirement, row in rows.items():
        if set(row) != {"statement", "source"} or not all(row.values()):
            raise ValueError(f"{file.name}: {requirement} needs exactly a statement and a source")
    return {requirement: row["statement"] for requirement, row in rows.items()}


def collected(tests: Path) -> list[Shown]:
    """
    Return what the tests of a folder say they show; raises RuntimeError when they cannot all be collected.
    """
    collector, told = Collector(tests.resolve()), io.StringIO()
    with contextlib.redirect_stdout(told):
        code = pytest.main(["--collect-only", "-qq", "-p", "no:cacheprovider", str(tests)], plugins=[collector])
    if code != pytest.ExitCode.OK:
        raise RuntimeError(f"pytest cannot collect {tests.name} (exit code {int(code)}):\n{told.getvalue()}")
    return collector.shown


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Print the matrix, and what is wrong with it; return the exit code.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description="Requirements by test tier.")
    parser.add_argument("--tests", type=Path, default=HERE)
    parser.add_argument("--requirements", type=Path, default=HERE / "requirements.toml")
    chosen = parser.parse_args(arguments)
    try:
        matrix = Matrix(requirements(chosen.requirements), collected(chosen.tests))
    except (RuntimeError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{matrix.table()}\n")
    faults = [f"{requirement}: no test shows it" for requirement in matrix.without_test]
    faults += [f"{unknown} names no requirement of {chosen.requirements.name}" for unknown in matrix.unknown]
    sys.stderr.write("".join(f"{fault}\n" for fault in faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
