"""
Owns the way from folders to a policy set: read, stage, check, test, pack; anything doubtful is refused by name.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from executor.core.policy import Catalogue
from executor.opa.archive import bundle_bytes
from executor.opa.command import LIMIT_SECONDS, Complaint, Output, complaints, run_opa
from executor.opa.errors import PolicyRefused
from executor.opa.folder import read_folder
from executor.opa.inventory import Place, Places, read_rules, refuse_empty_stages, refuse_entrypoints
from executor.opa.policy_set import PolicySet, keep_set, kept_set
from executor.opa.revision import revision, set_key
from executor.opa.staging import CONFIG, MANIFEST, Source, refuse_overlaps, stage_author, stage_shipped

CAPABILITIES, SCHEMAS = "capabilities.json", "schemas"


async def compose(opa: Path, *, shipped: Path, authors: Sequence[Path], onto: Path) -> PolicySet:
    """
    Return the set made from the shipped policies and the authors' folders; raises PolicyRefused with the reason.

    `onto` keeps the sets; one that was checked before, to the byte, is not checked again.
    """
    # In a thread: while folders are read and written, an active set has questions to answer.
    sources, vocabulary, key, kept = await asyncio.to_thread(_gathered, opa, shipped, authors, onto)
    if kept is not None:
        return kept
    with _work_folder(onto.parent) as work:
        await asyncio.to_thread(_write, sources, vocabulary, work)
        catalogue = await _checked(opa, sources, work)
        served = {f"/{staged}": _place(source, staged).file for source in sources for staged in source.origins}
        return keep_set(work / "built", catalogue, served, onto / key)


def _gathered(
    opa: Path, shipped: Path, authors: Sequence[Path], onto: Path
) -> tuple[tuple[Source, ...], dict[str, bytes], str, PolicySet | None]:
    sources = gather(shipped, authors)
    vocabulary = _vocabulary(shipped)
    key = set_key(sources, vocabulary, opa)
    return sources, vocabulary, key, kept_set(onto / key)


def gather(shipped: Path, authors: Sequence[Path]) -> tuple[Source, ...]:
    """
    Read and stage every folder.
    """
    sources = [stage_shipped(read_folder(shipped))]
    for author in dict.fromkeys(authors):
        sources.extend(stage_author(read_folder(author)))
    refuse_overlaps(sources)
    return tuple(sources)


@contextmanager
def _work_folder(state: Path) -> Iterator[Path]:
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=state) as folder:
        yield Path(folder)


def _vocabulary(shipped: Path) -> dict[str, bytes]:
    """
    Read what policies are checked against: the built-ins they may use, and the shape of their input.
    """
    try:
        schemas = {f"{SCHEMAS}/{file.name}": file.read_bytes() for file in (shipped / SCHEMAS).glob("*.json")}
        found = schemas | {CAPABILITIES: (shipped / CAPABILITIES).read_bytes()}
    except OSError as error:
        raise PolicyRefused(f"{error.filename} cannot be read: install the package again") from error
    if f"{SCHEMAS}/input.json" not in found:
        raise PolicyRefused(f"{shipped / SCHEMAS / 'input.json'} is missing: install the package again")
    return found


def _write(sources: Sequence[Source], vocabulary: Mapping[str, bytes], work: Path) -> None:
    placed = {f"{source.bundle}/{path}": content for source in sources for path, content in source.files.items()}
    for path, content in {**placed, **vocabulary}.items():
        place = work / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    for source in sources:
        (work / "built" / source.bundle).parent.mkdir(parents=True, exist_ok=True)


async def _checked(opa: Path, sources: Sequence[Source], work: Path) -> Catalogue:
    """
    Run all commands side by side, then judge in the order in which a person would mend.
    """
    rules_of = [source for source in sources if source.bundle != CONFIG]
    revisions = dict(sorted((source.bundle, revision(source.served)) for source in sources))
    check, inspected, tested = await asyncio.gather(
        _check(opa, sources, work),
        asyncio.gather(*(run_opa(opa, "inspect", "-a", "-f", "json", source.bundle, cwd=work) for source in rules_of)),
        asyncio.gather(*(_test(opa, source, work) for source in rules_of)),
    )
    places = _places(sources)
    _accept(check, places)
    for output in inspected:
        _accept(output, places)
    documents = [output.document() for output in inspected]
    rules = tuple(
        rule
        for source, document in zip(rules_of, documents, strict=True)
        for rule in read_rules(source.bundle, document, places)
    )
    refuse_entrypoints(documents, places)
    refuse_empty_stages(rules)
    for output in tested:
        _accept_tests(output, places)
    for source in sources:
        (work / "built" / source.bundle).write_bytes(bundle_bytes(source.served, revisions[source.bundle]))
    return Catalogue(revision=revisions, roots={source.bundle: (source.bundle,) for source in sources}, rules=rules)


async def _check(opa: Path, sources: Sequence[Source], work: Path) -> Output:
    bundles = [source.bundle for source in sources]
    vocabulary = ("--schema", SCHEMAS, "--capabilities", CAPABILITIES)
    return await run_opa(opa, "check", "--strict", "-f", "json", *vocabulary, "-b", *bundles, cwd=work)


async def _test(opa: Path, source: Source, work: Path) -> Output:
    """
    Run one owner's tests beside the shipped rules, without the site's configuration: it may switch tested rules off.
    """
    beside = () if source.owner is None else ("remediation", "-r", rf"^data\.site\.{source.owner}\.")
    # OPA itself gives up a test after five seconds, which one of ours may need where others want the processor too.
    patience = ("--timeout", f"{LIMIT_SECONDS:.0f}s")
    return await run_opa(
        opa, "test", *patience, "-f", "json", "--capabilities", CAPABILITIES, "-b", source.bundle, *beside, cwd=work
    )


def _places(sources: Sequence[Source]) -> dict[str, Place]:
    return {f"{source.bundle}/{staged}": _place(source, staged) for source in sources for staged in source.origins}


def _place(source: Source, staged: str) -> Place:
    origin = source.origins[staged]
    return Place(file=f"{source.folder.resolve().name}/{origin}", full=str(source.folder / origin))


def _accept(output: Output, places: Places) -> None:
    if not output.ok:
        found = complaints(output)
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise PolicyRefused(f"{_placed(found[0], places)}{more}")


def _accept_tests(output: Output, places: Places) -> None:
    results = output.document()
    if not isinstance(results, list):
        _accept(output, places)
        return
    for result in results:
        if result.get("fail") or result.get("error"):
            location = result["location"]
            name = f"{result['package'].removeprefix('data.')}.{result['name']}"
            why = "raises an error" if result.get("error") else "fails"
            raise PolicyRefused(_placed(Complaint(f"test {name} {why}", location["file"], location["row"]), places))


def _placed(complaint: Complaint, places: Places) -> str:
    """
    Say where in the author's own files it is, and help with what OPA says tersely.
    """
    message = " ".join(complaint.message.split())
    for staged in sorted(places, key=len, reverse=True):
        message = message.replace(staged, places[staged].full)
    if message.startswith("undefined function "):
        message += ", which policies may not use: they are pure, and capabilities.json lists their built-ins"
    if not complaint.file:
        return message
    full = places[complaint.file].full if complaint.file in places else complaint.file
    return f"{full}:{complaint.row}: {message}"


def copy_bundles(policies: PolicySet, onto: Path) -> None:
    """
    Copy the set's bundles into a folder, each at its name.
    """
    for bundle in policies.bundles:
        place = onto / bundle
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        shutil.copyfile(policies.folder / bundle, place)


__all__ = ["CAPABILITIES", "MANIFEST", "SCHEMAS", "compose", "copy_bundles", "gather"]
