"""
Owns running the authors' tests: which pass, which lines they reach, and with which requests they ask each rule.

The requests are taken from a copy of the rules in which each one tells, when it is evaluated, what it was asked. So the
mutation law and the timing need no fixtures beside the tests that an author writes anyway.
"""

import asyncio
import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from executor.opa.command import complaints, run_opa
from executor.opa.conventions import Package
from executor.opa.errors import OpaUnusable
from executor.opa.lint import FINDINGS, names
from executor.opa.mutation import label
from executor.opa.staging import SHIPPED, Source
from executor.opa.workshop.layout import Layout
from executor.opa.workshop.reading import Read

TOLD = "told"
"""Where the copies stand that tell what they are asked, below the working folder."""

TEST_SECONDS = 45
"""What one test may take before OPA ends it and names it; all of them together have the limit of every command."""

_MARK = "remediation-request"


@dataclass(frozen=True, slots=True)
class Ran:
    """
    One test: where it stands, what it is called, and which of its cases fail. `error` is what ended it.
    """

    place: str
    row: int
    name: str
    cases: int
    failed: tuple[str, ...]
    fails: bool
    skipped: bool
    error: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """
    How much of a file its tests reach, and the rows that they do not.
    """

    percent: float
    missed: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Results:
    """
    What one author's tests showed: coverage by place, requests by the rule's label.

    `covered` is false where tests fail: OPA tells no coverage then. `ended` is false where one raises an error, or has
    no end: such rules are asked no more.
    """

    tests: tuple[Ran, ...]
    covered: bool
    ended: bool
    coverage: Mapping[str, Coverage]
    requests: Mapping[str, Mapping[str, Any]]


async def run_tests(opa: Path, layout: Layout, authors: Sequence[Read]) -> tuple[Results, ...]:
    """
    Run every author's tests beside the shipped policies, without the site's configuration: it may switch rules off.
    """
    for author in authors:
        _write_telling(author, layout.work / TOLD)
    return tuple(await asyncio.gather(*(_results(opa, layout, author) for author in authors)))


def telling(levels: Iterable[str], rule: str) -> str:
    """
    Return what is appended to a rule so that it tells what it is asked, and says nothing else.
    """
    return "".join(
        f"\n{level} contains null if {{\n\tprint({json.dumps(_MARK)}, {json.dumps(rule)}, json.marshal(input))\n"
        "\tfalse\n}\n"
        for level in levels
    )


def told(output: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """
    Yield the rules that were asked, by their label, each with the request.
    """
    for line in output.splitlines():
        mark, _, rest = line.partition(" ")
        rule, _, text = rest.partition(" ")
        if mark != _MARK:
            continue
        try:
            request = json.loads(text)
        except ValueError:  # no input at all
            continue
        if isinstance(request, dict):
            yield rule, request


def coverage_of(report: Mapping[str, Any], bundle: str) -> dict[str, Coverage]:
    """
    Read a report of `opa test --coverage -f json`, by place.

    OPA 1.22 names a bundle's file twice, once with the bundle's folder before it again: lines that are reached stand
    under the one name, lines that are not under the other.
    """
    lines: dict[str, tuple[int, set[int]]] = {}
    for file, said in (report.get("files") or {}).items():
        place = file.removeprefix(f"{bundle}/") if file.startswith(f"{bundle}/{bundle}/{bundle}/") else file
        reached, missed = lines.setdefault(place, (0, set()))
        missed |= {
            row for each in said.get("not_covered") or [] for row in range(each["start"]["row"], each["end"]["row"] + 1)
        }
        lines[place] = (reached + said.get("covered_lines", 0), missed)
    return {
        place: Coverage(percent=round(100 * reached / ((reached + len(missed)) or 1), 1), missed=_ranges(missed))
        for place, (reached, missed) in lines.items()
    }


def _ranges(rows: Iterable[int]) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for row in sorted(rows):
        if found and row == found[-1][1] + 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return tuple(found)


def _write_telling(author: Read, onto: Path) -> None:
    levels = {
        path: (label(own), sorted(names(author.policies.modules[path]) & set(FINDINGS)))
        for own, path in author.policies.rules.items()
    }
    for path, content in author.source.files.items():
        place = onto / author.source.bundle / path
        place.parent.mkdir(parents=True, exist_ok=True)
        rule, said = levels.get(path, ("", []))
        place.write_bytes(content + telling(said, rule).encode())


async def _results(opa: Path, layout: Layout, author: Read) -> Results:
    tested, covered = await asyncio.gather(
        _test(opa, layout, author.source, f"{TOLD}/{author.source.bundle}"),
        _test(opa, layout, author.source, author.source.bundle, "--coverage"),
    )
    tests = tuple(map(_ran, tested or []))
    passed = not any(each.fails or each.error for each in tests)
    if passed and not isinstance(covered, Mapping):
        raise OpaUnusable(f"opa tells no coverage of {author.source.folder}, although all of its tests pass")
    stages = {label(own): own for own in author.policies.rules}
    return Results(
        tests=tests,
        covered=passed,
        ended=not any(each.error for each in tests),
        coverage=coverage_of(covered, author.source.bundle) if passed else {},
        requests=_requests(tested or [], stages),
    )


async def _test(opa: Path, layout: Layout, source: Source, place: str, *more: str) -> Any:
    only = rf"^data\.site\.{source.owner}\."
    patience = ("--timeout", f"{TEST_SECONDS}s")
    output = await run_opa(
        opa, "test", *patience, *more, "-f", "json", "-r", only, "-b", SHIPPED, place, cwd=layout.work
    )
    document = output.document()
    if document is None and not output.ok and not more:
        raise OpaUnusable(f"the tests of {source.folder} cannot be run: {complaints(output)[0].message}")
    return document


def _ran(result: Mapping[str, Any]) -> Ran:
    cases = result.get("sub_results") or {}
    error = result.get("error") or {}
    return Ran(
        place=result["location"]["file"].removeprefix(f"{TOLD}/"),
        row=result["location"]["row"],
        name=result["name"],
        cases=max(1, len(cases)),
        failed=tuple(sorted(name for name, case in cases.items() if case.get("fail"))),
        fails=bool(result.get("fail")),
        skipped=bool(result.get("skip")),
        error=str(error.get("message", "")) if isinstance(error, Mapping) else str(error),
    )


def _requests(results: Iterable[Mapping[str, Any]], rules: Mapping[str, Package]) -> dict[str, dict[str, Any]]:
    """
    Collect what each rule was asked, each request once, named after the test that first asked it.
    """
    found: dict[str, dict[str, Any]] = {rule: {} for rule in rules}
    seen: set[tuple[str, str]] = set()
    for result in results:
        for rule, request in told(_printed(result)):
            if rule not in found:
                continue
            request["stage"] = rules[rule][2]
            digest = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
            if (rule, digest) not in seen:
                seen.add((rule, digest))
                found[rule][f"{result['name']} #{len(found[rule]) + 1}"] = request
    return found


def _printed(result: Mapping[str, Any]) -> str:
    try:
        return base64.b64decode(result.get("output") or "").decode(errors="replace")
    except binascii.Error:
        return ""
