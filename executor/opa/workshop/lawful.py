"""
Owns putting authors' rules under the mutation law, by the requests with which their own tests ask them.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from executor.opa.command import Complaint, complaints, run_opa
from executor.opa.conventions import Package
from executor.opa.lint import names
from executor.opa.mutation import Finding, exceptions, judge, label, law
from executor.opa.staging import SHIPPED
from executor.opa.workshop.layout import Layout
from executor.opa.workshop.reading import Read

REQUESTS_PER_RULE = 10
"""Of the requests that a rule denies, so many of the smallest: each is asked again for every field it has."""

_RULES_AT_ONCE = 200
_PROCESSES = 2


@dataclass(frozen=True, slots=True)
class Leak:
    """
    What a rule denies, and denies no longer when `path` of the request is missing. `how`: removed, null, or both.
    """

    path: str
    how: str
    request: str


@dataclass(frozen=True, slots=True)
class Lawful:
    """
    What the law found about one rule. `requests` were denied and put to the test; none at all proves nothing.

    `error` is what the rule raised when something was missing: OPA then answers nothing, which is a denial, but not one
    that says why.
    """

    requests: int = 0
    leaks: tuple[Leak, ...] = ()
    unused: tuple[str, ...] = ()
    objects: bool = True
    error: Complaint | None = None

    @property
    def holds(self) -> bool:
        """
        Tell if the rule was put to the test and did not allow for want of knowledge.
        """
        return not self.leaks and not self.unused and self.error is None and (self.requests > 0 or not self.objects)


Requests = Mapping[str, Mapping[str, Any]]
"""Label of a rule → name → request."""


async def put_under_the_law(opa: Path, layout: Layout, author: Read, requests: Requests) -> dict[str, Lawful]:
    """
    Return what the law finds about each rule of an author, by its label.
    """
    objecting = sorted(own for own, path in author.policies.rules.items() if _objects(author, path))
    chunks = [objecting[n : n + _RULES_AT_ONCE] for n in range(0, len(objecting), _RULES_AT_ONCE)]
    gate = asyncio.Semaphore(_PROCESSES)

    async def of(rules: Sequence[Package]) -> dict[str, Lawful]:
        try:
            async with gate:
                return await _law_of(opa, layout, author, rules, requests)
        except _Raised as raised:
            if len(rules) == 1:
                return {label(rules[0]): Lawful(error=raised.complaint)}
        middle = len(rules) // 2  # one of many raised it; which one is found by halves
        return await of(rules[:middle]) | await of(rules[middle:])

    found = await asyncio.gather(*map(of, chunks))
    silent = {label(own): Lawful(objects=False) for own in author.policies.rules}
    return silent | {rule: lawful for each in found for rule, lawful in each.items()}


def smallest(ids: Sequence[str], requests: Mapping[str, Any]) -> list[str]:
    """
    Return the requests that are cheapest to take apart.
    """
    return sorted(ids, key=lambda each: (len(json.dumps(requests[each])), each))[:REQUESTS_PER_RULE]


class _Raised(Exception):
    """
    A rule raised an error; of many rules in one evaluation, any may have.
    """

    def __init__(self, complaint: Complaint) -> None:
        super().__init__(complaint.message)
        self.complaint = complaint


def _objects(author: Read, path: str) -> bool:
    return bool(names(author.policies.modules[path]) & {"deny", "require_approval"})


async def _law_of(
    opa: Path, layout: Layout, author: Read, rules: Sequence[Package], requests: Requests
) -> dict[str, Lawful]:
    name = f"law-{'-'.join(rules[0])}-{len(rules)}"
    (layout.work / f"{name}.rego").write_text(law(rules))
    beside = ("-b", SHIPPED, "-b", author.source.bundle, "-d", f"{name}.rego")
    asked = {label(own): requests.get(label(own), {}) for own in rules}

    async def ask(query: str, chosen: Mapping[str, Sequence[str]]) -> Any:
        (layout.work / f"{name}.json").write_text(json.dumps(_question(asked, chosen)))
        output = await run_opa(
            opa, "eval", "-f", "json", "--strict-builtin-errors", "-i", f"{name}.json", *beside, query, cwd=layout.work
        )
        answer = output.document()
        if not output.ok or not isinstance(answer, dict) or "result" not in answer:
            raise _Raised(complaints(output)[0])
        return answer["result"][0]["expressions"][0]["value"]

    objects = await ask("data.mutation_law.objects", {rule: list(ids) for rule, ids in asked.items()})
    denied = {rule: [each.removeprefix(f"{rule} ") for each in objects.get(rule, [])] for rule in asked}
    chosen = {rule: smallest(ids, asked[rule]) for rule, ids in denied.items()}
    finding = judge(await ask("data.mutation_law", chosen), exceptions(author.policies.notes, rules))
    return {rule: _lawful(rule, finding, len(ids)) for rule, ids in chosen.items()}


def _question(asked: Requests, chosen: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    return {
        "requests": {f"{rule} {each}": asked[rule][each] for rule, ids in chosen.items() for each in ids},
        "about": {rule: [f"{rule} {each}" for each in ids] for rule, ids in chosen.items()},
    }


def _lawful(rule: str, finding: Finding, requests: int) -> Lawful:
    found: dict[str, tuple[set[str], str]] = {}
    for leak in finding.leaks:
        if leak.rule == rule:
            found.setdefault(leak.path, (set(), leak.request.removeprefix(f"{rule} ")))[0].add(leak.how)
    return Lawful(
        requests=requests,
        leaks=tuple(Leak(path, " or ".join(sorted(hows)), request) for path, (hows, request) in sorted(found.items())),
        unused=tuple(pattern for each, pattern in finding.unused if each == rule),
    )
