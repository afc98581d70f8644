"""
Owns reading what a layout's modules say about themselves: their syntax trees, METADATA, rules and defaults.
"""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from executor.opa.command import complaints, run_opa
from executor.opa.conventions import Policies, package_notes
from executor.opa.errors import OpaUnusable
from executor.opa.lint import Module
from executor.opa.staging import Source
from executor.opa.workshop.configuration import Defaults
from executor.opa.workshop.documents import dig
from executor.opa.workshop.layout import Layout, data_of

_AT_ONCE = 4
_QUERY = "{path: rego.parse_module(path, text) | some path, text in input}"


@dataclass(frozen=True, slots=True)
class Read:
    """
    One author's folder: what `opa inspect -a` says of it, and its modules as conventions read them.
    """

    source: Source
    inspected: Mapping[str, Any]
    policies: Policies


async def read_authors(opa: Path, layout: Layout, aside: frozenset[str]) -> tuple[Read, ...]:
    """
    Read every author's folder; files that do not compile are left out.
    """
    modules = await _modules(opa, layout, aside)
    inspected = await asyncio.gather(*(_inspected(opa, layout.work, source) for source in layout.owned))
    return tuple(
        Read(
            source=source,
            inspected=document,
            policies=Policies(
                modules={
                    path: modules[place] for path in source.files if (place := f"{source.bundle}/{path}") in modules
                },
                notes=package_notes(document),
                defaults=defaults_of(source),
            ),
        )
        for source, document in zip(layout.owned, inspected, strict=True)
    )


async def located(opa: Path, layout: Layout, source: Source, paths: Iterable[str]) -> dict[str, Module]:
    """
    Parse some files again, with the row of everything: one process each, so only where it is needed.
    """
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(path: str) -> tuple[str, Module]:
        async with gate:
            place = f"{source.bundle}/{path}"
            output = await run_opa(opa, "parse", "--json-include", "locations", "-f", "json", place, cwd=layout.work)
        return path, output.document()

    return dict(await asyncio.gather(*map(one, paths)))


def defaults_of(source: Source) -> dict[str, Mapping[str, Any]]:
    """
    Return the parameters' defaults of a staged folder, by code.
    """
    root = source.bundle.split("/")
    prefix = f"{source.owner}/" if source.owner else ""
    found = dig(data_of(source), *root, "defaults")
    return {f"{prefix}{rule}": values for rule, values in found.items() if isinstance(values, Mapping)}


def codes_of(source: Source) -> dict[str, Mapping[str, Any]]:
    """
    Return every rule's code in a staged folder, by the folder it is in, with the defaults of its parameters.
    """
    rules = f"{source.bundle}/rules" if source.owner is None else source.bundle
    prefix = f"{source.owner}/" if source.owner else ""
    found: dict[str, Mapping[str, Any]] = {}
    for path in source.served:
        parts = path.removeprefix(f"{rules}/").split("/")
        if path.startswith(f"{rules}/") and path.endswith(".rego") and len(parts) == 3:  # noqa: PLR2004 - stage/rule/file
            found[prefix + parts[1]] = {}
    return {**found, **defaults_of(source)}


def known_parameters(sources: Sequence[Source]) -> Defaults:
    """
    Return what a configuration may set: every code with its parameters.
    """
    return {code: values for source in sources for code, values in codes_of(source).items()}


async def _modules(opa: Path, layout: Layout, aside: frozenset[str]) -> dict[str, Module]:
    texts = {
        place: (layout.work / place).read_text(errors="replace")
        for source in layout.owned
        for path in source.files
        if path.endswith(".rego") and (place := f"{source.bundle}/{path}") not in aside
    }
    if not texts:
        return {}
    (layout.work / "texts.json").write_text(json.dumps(texts))
    output = await run_opa(opa, "eval", "-i", "texts.json", "-f", "json", _QUERY, cwd=layout.work)
    answer = output.document()
    if not output.ok or not isinstance(answer, dict) or "result" not in answer:
        raise OpaUnusable(f"opa does not parse what it compiled: {complaints(output)[0].message}")
    modules: dict[str, Module] = answer["result"][0]["expressions"][0]["value"]
    return modules


async def _inspected(opa: Path, work: Path, source: Source) -> Mapping[str, Any]:
    output = await run_opa(opa, "inspect", "-a", "-f", "json", source.bundle, cwd=work)
    document = output.document()
    if not output.ok or not isinstance(document, dict):
        raise OpaUnusable(f"opa does not inspect what it compiled: {complaints(output)[0].message}")
    return document
