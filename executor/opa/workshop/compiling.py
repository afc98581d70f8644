"""
Owns compiling a layout: strictly, against the input's schema, with the built-ins that policies may use.

The compiler stops at the first kind of error. What it names is set aside and the rest is compiled again, so that an
author sees all of it at once.
"""

from dataclasses import dataclass
from pathlib import Path

from executor.opa.command import Complaint, complaints, run_opa
from executor.opa.compose import CAPABILITIES, SCHEMAS
from executor.opa.errors import OpaUnusable
from executor.opa.workshop.flaws import Flaw, complaint
from executor.opa.workshop.layout import Layout

_ROUNDS = 12
"""More than the compiler has stages."""

_MISSING = ("undefined function data.", "undefined ref: data.")
"""What a later round may say because an earlier one set a file aside."""


ASIDE = "aside"
"""Where files that do not compile are moved to, below the working folder."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """
    What does not compile; its files, by their place below the working folder, and which of them are no Rego at all.
    """

    flaws: tuple[Flaw, ...]
    aside: frozenset[str]
    unparsed: frozenset[str]


async def compile_all(opa: Path, layout: Layout) -> Compiled:
    """
    Compile until nothing new is named. What does not compile is in the folder `aside` afterwards.
    """
    flaws: list[Flaw] = []
    aside: set[str] = set()
    unparsed: set[str] = set()
    for _ in range(_ROUNDS):
        found = await _compile(opa, layout)
        here = {each.file for each in found if (layout.work / each.file).is_file() and _is_an_authors(each, layout)}
        flaws.extend(_flaw(each, layout) for each in found if not (aside and each.message.startswith(_MISSING)))
        unparsed |= {each.file for each in found if each.code == "rego_parse_error"}
        if not here:
            return Compiled(tuple(dict.fromkeys(flaws)), frozenset(aside), frozenset(unparsed))
        for place in here:
            (layout.work / ASIDE / place).parent.mkdir(parents=True, exist_ok=True)
            (layout.work / place).rename(layout.work / ASIDE / place)
        aside |= here
    raise OpaUnusable("`opa check` names other files again and again: check the policy folders one by one")


async def _compile(opa: Path, layout: Layout) -> tuple[Complaint, ...]:
    output = await run_opa(
        opa,
        *("check", "--strict", "-f", "json", "--max-errors", "1000"),
        *("--schema", SCHEMAS, "--capabilities", CAPABILITIES),
        *("-b", *layout.bundles),
        cwd=layout.work,
    )
    return () if output.ok else complaints(output)


def _is_an_authors(found: Complaint, layout: Layout) -> bool:
    return any(found.file.startswith(f"{source.bundle}/") for source in layout.authors)


def _flaw(found: Complaint, layout: Layout) -> Flaw:
    place = layout.places.get(found.file)
    return complaint(place.full if place else found.file, found.row, found.message, found.known)
