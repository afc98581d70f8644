"""
Owns `check`: everything that is wrong with authors' folders, at once, without running a test.
"""

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from executor.core.policy import Rule
from executor.opa.command import complaints, run_opa
from executor.opa.conventions import Policies, problems
from executor.opa.errors import OpaUnusable, PolicyRefused
from executor.opa.inventory import read_rules, refuse_entrypoints
from executor.opa.staging import CONFIG, SHIPPED
from executor.opa.workshop.compiling import ASIDE, Compiled, compile_all
from executor.opa.workshop.configuration import misconfigured
from executor.opa.workshop.documents import rows, together
from executor.opa.workshop.flaws import Flaw, flaw, refusal
from executor.opa.workshop.gathering import gather
from executor.opa.workshop.layout import Layout, data_files, lay_out
from executor.opa.workshop.packages import package_row
from executor.opa.workshop.reading import Read, known_parameters, located, read_authors

_LOCATED = 40
"""So many files with problems are parsed again for their rows; who has more begins with these."""


_AGAIN = re.compile(r"has no title in its METADATA$|^stage \S+ is not asked$")


@dataclass(frozen=True, slots=True)
class Checked:
    """
    Authors' folders as they were staged, and what is wrong with them. `runs` tells if their tests can be run.
    """

    layout: Layout
    authors: tuple[Read, ...]
    rules: tuple[Rule, ...]
    flaws: tuple[Flaw, ...]
    runs: bool


async def check(opa: Path, *, shipped: Path, authors: Sequence[Path], work: Path) -> Checked:
    """
    Return everything that is wrong with the authors' folders beside the shipped policies; `work` is empty.
    """
    sources, flaws = gather(shipped, authors)
    layout = lay_out(sources, shipped, work)
    compiled = await compile_all(opa, layout)
    read, unformatted = await asyncio.gather(
        read_authors(opa, layout, compiled.aside), _unformatted(opa, layout, compiled)
    )
    rules, misshapen = _rules(read, layout, whole=not flaws and not compiled.flaws)
    conventional = [found for each in read for found in await _unconventional(opa, layout, each)]
    if flaws or compiled.flaws:  # what is not there reads no parameter
        conventional = [each for each in conventional if not each.message.endswith("is read by no rule")]
    found = [*flaws, *compiled.flaws, *unformatted, *misshapen, *conventional, *_misconfigured(layout)]
    runs = not flaws and not compiled.flaws and not misshapen
    return Checked(layout, read, rules, _once(found), runs)


def _once(flaws: Sequence[Flaw]) -> tuple[Flaw, ...]:
    """
    Leave out what a convention says again of a package that could not be loaded.
    """
    refused = {each.file for each in flaws if each.kind == "shape"}
    return tuple(sorted(each for each in set(flaws) if each.file not in refused or not _AGAIN.search(each.message)))


async def _unformatted(opa: Path, layout: Layout, compiled: Compiled) -> list[Flaw]:
    """
    Return what `opa fmt` would change; it stops at a file that is no Rego, so it is given none.
    """
    files = {
        f"{ASIDE}/{place}" if place in compiled.aside else place: shown.full
        for place, shown in layout.places.items()
        if place.endswith(".rego") and not place.startswith(f"{SHIPPED}/") and place not in compiled.unparsed
    }
    if not files:
        return []
    output = await run_opa(opa, "fmt", "--fail", "--list", *files, cwd=layout.work)
    named = [files[line] for line in output.stdout.decode().splitlines() if line in files]
    if not output.ok and not named:
        raise OpaUnusable(f"opa does not format what it parsed: {complaints(output)[0].message}")
    return [Flaw(file, 0, "the file is not formatted", f"opa fmt --write {file}", "format") for file in named]


def _rules(read: Sequence[Read], layout: Layout, *, whole: bool) -> tuple[tuple[Rule, ...], list[Flaw]]:
    """
    Return the rules that the router would find, and what is wrong with the packages it would not.

    Where files were set aside (not `whole`), a folder without rules is not told from one whose rules do not compile.
    """
    places = layout.places
    rules: list[Rule] = []
    flaws: list[Flaw] = []
    for each in read:
        folder = str(each.source.folder)
        for name, files in sorted((each.inspected.get("namespaces") or {}).items()):
            alone = {**each.inspected, "namespaces": {name: files}}
            try:
                rules.extend(read_rules(each.source.bundle, alone, places))
            except PolicyRefused as refused:
                if "holds no rules" not in str(refused):
                    flaws.append(refusal("shape", folder, str(refused)))
        if whole and not each.policies.rules and not flaws:
            said = "the folder holds no rules: write <stage>/<rule>/<rule>.rego (`remediate policy new` makes one)"
            flaws.append(refusal("shape", folder, said))
        flaws.extend(_entrypoints(each, layout))
    return tuple(rules), flaws


def _entrypoints(read: Read, layout: Layout) -> Iterator[Flaw]:
    for entry in read.inspected.get("annotations") or []:
        try:
            refuse_entrypoints([{"annotations": [entry]}], layout.places)
        except PolicyRefused as refused:
            if "is declared an entrypoint" in str(refused):
                yield refusal("shape", str(read.source.folder), str(refused))


async def _unconventional(opa: Path, layout: Layout, read: Read) -> list[Flaw]:
    first = problems(read.policies)
    texts = read.policies.modules
    marked = list(dict.fromkeys(each.file for each in first if each.file in texts))[:_LOCATED]
    again = await located(opa, layout, read.source, marked)
    policies = Policies({**texts, **again}, read.policies.notes, read.policies.defaults)
    found: list[Flaw] = []
    for each in problems(policies):
        place = layout.places.get(f"{read.source.bundle}/{each.file}")
        text = read.source.files.get(each.file, b"").decode(errors="replace")
        file = place.full if place else str(read.source.folder / "defaults")
        said = _as_people_know_it(each.message, read, layout)
        found.append(flaw("convention", file, each.row or (package_row(text) if place else 0), said))
    return found


def _as_people_know_it(said: str, read: Read, layout: Layout) -> str:
    """
    Name files in a message by where the author has them.
    """
    for staged in sorted(read.source.origins, key=len, reverse=True):
        if staged in said:
            return said.replace(staged, layout.places[f"{read.source.bundle}/{staged}"].full)
    return said


def _misconfigured(layout: Layout) -> Iterator[Flaw]:
    known = known_parameters(layout.sources)
    for source in layout.authors:
        if source.bundle != CONFIG:
            continue
        for path, content in data_files(source.files).items():
            file = str(source.folder / source.origins[path])
            yield from misconfigured(file, together({path: content}), rows(path, content), known)
