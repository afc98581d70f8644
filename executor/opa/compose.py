"""
Owns the way from folders to a policy set: read, stage, check, test, pack; anything doubtful is refused by name.
"""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from executor.core.policy import Catalogue
from executor.opa.archive import bundle_bytes
from executor.opa.beside import shipped_beside
from executor.opa.command import LIMIT_SECONDS, Complaint, Output, complaints, run_opa
from executor.opa.errors import PolicyRefused
from executor.opa.folder import read_folder
from executor.opa.inventory import Place, Places, read_rules, refuse_empty_stages, refuse_entrypoints
from executor.opa.memo import Memo
from executor.opa.policy_set import PolicySet, keep_set, kept_set
from executor.opa.revision import revision, set_key
from executor.opa.staging import CONFIG, MANIFEST, SHIPPED, Source, refuse_overlaps, stage_author, stage_shipped

CAPABILITIES, SCHEMAS, WHOLE = "capabilities.json", "schemas", "whole"
PATIENCE = ("--timeout", f"{LIMIT_SECONDS:.0f}s")
"""OPA itself gives up a test after five seconds, which one of ours may need where others want the processor too."""

CHECK_WHOLE = (
    *("check", "--strict", "-f", "json"),
    *("--schema", f"../{SCHEMAS}", "--capabilities", f"../{CAPABILITIES}", "-b", SHIPPED),
)
TEST_WHOLE = ("test", *PATIENCE, "-f", "json", "--capabilities", f"../{CAPABILITIES}", "-b", SHIPPED)
"""What is asked of the shipped policies for themselves, in a folder of their own."""

MEMO = "checked"
"""The folder beside the sets that remembers what was found good."""


async def compose(opa: Path, *, shipped: Path, authors: Sequence[Path], onto: Path) -> PolicySet:
    """
    Return the set made from the shipped policies and the authors' folders; raises PolicyRefused with the reason.

    `onto` keeps the sets; one that was checked before, to the byte, is not checked again.
    """
    # In a thread: while folders are read and written, an active set has questions to answer.
    sources, vocabulary, key, kept = await asyncio.to_thread(_gathered, opa, shipped, authors, onto)
    if kept is not None:
        return kept
    async with _work_folder(onto.parent) as work:
        beside = await asyncio.to_thread(shipped_beside, sources[0], sources[1:])
        await asyncio.to_thread(_write, sources, beside, vocabulary, work)
        catalogue = await _checked(sources, beside, vocabulary, work=work, memo=Memo(onto.parent / MEMO, opa), opa=opa)
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


@asynccontextmanager
async def _work_folder(state: Path) -> AsyncIterator[Path]:
    folder = _made_below(state)
    try:
        yield folder
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _made_below(state: Path) -> Path:
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Path(tempfile.mkdtemp(prefix=".making-", dir=state))


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


def _write(sources: Sequence[Source], beside: Source, vocabulary: Mapping[str, bytes], work: Path) -> None:
    """
    Lay the bundles out side by side, the shipped one without the tests that nobody needs there.
    """
    placed = {
        f"{source.bundle}/{path}": content
        for source in (beside, *sources[1:])
        for path, content in source.files.items()
    }
    _write_files({**placed, **vocabulary}, work)
    for source in sources:
        (work / "built" / source.bundle).parent.mkdir(parents=True, exist_ok=True)


def _write_files(files: Mapping[str, bytes], work: Path) -> None:
    for folder in {(work / path).parent for path in files}:
        folder.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        (work / path).write_bytes(content)


async def _checked(
    sources: Sequence[Source], beside: Source, vocabulary: Mapping[str, bytes], *, work: Path, memo: Memo, opa: Path
) -> Catalogue:
    """
    Run all commands side by side, then judge in the order in which a person would mend.

    The shipped policies are checked and tested for themselves, which is remembered, and their tests are left out of
    what is done for authors' folders.
    """
    shipped = sources[0]
    rules_of = [source for source in sources if source.bundle != CONFIG]
    revisions = dict(sorted((source.bundle, revision(source.served)) for source in sources))
    over = (shipped.files, vocabulary)
    if not all(memo.knows(*words, over=over) for words in (CHECK_WHOLE, TEST_WHOLE)):
        await asyncio.to_thread(_write_files, shipped.files, work / WHOLE / SHIPPED)
    whole, check, inspected, tested = await asyncio.gather(
        memo.run(*CHECK_WHOLE, cwd=work / WHOLE, over=over),
        _check(opa, sources, work),
        asyncio.gather(*(_inspect(memo, source, work) for source in (beside, *rules_of[1:]))),
        asyncio.gather(
            memo.run(*TEST_WHOLE, cwd=work / WHOLE, over=over),
            *(_test(memo, source, beside, vocabulary, work) for source in rules_of[1:] if source.tested),
        ),
    )
    places = _places(sources)
    _accept(whole, places)
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
    await asyncio.to_thread(_pack, sources, revisions, work / "built")
    return Catalogue(revision=revisions, roots={source.bundle: (source.bundle,) for source in sources}, rules=rules)


def _pack(sources: Sequence[Source], revisions: Mapping[str, str], built: Path) -> None:
    for source in sources:
        (built / source.bundle).write_bytes(bundle_bytes(source.served, revisions[source.bundle]))


async def _inspect(memo: Memo, source: Source, work: Path) -> Output:
    return await memo.run("inspect", "-a", "-f", "json", source.bundle, cwd=work, over=(source.files,))


async def _check(opa: Path, sources: Sequence[Source], work: Path) -> Output:
    bundles = [source.bundle for source in sources]
    vocabulary = ("--schema", SCHEMAS, "--capabilities", CAPABILITIES)
    return await run_opa(opa, "check", "--strict", "-f", "json", *vocabulary, "-b", *bundles, cwd=work)


async def _test(memo: Memo, source: Source, beside: Source, vocabulary: Mapping[str, bytes], work: Path) -> Output:
    """
    Run one owner's tests beside the shipped rules, without the site's configuration: it may switch tested rules off.
    """
    words = (*PATIENCE, "-f", "json", "--capabilities", CAPABILITIES, "-r", rf"^data\.site\.{source.owner}\.")
    bundles = (source.bundle, SHIPPED)
    return await memo.run("test", *words, "-b", *bundles, cwd=work, over=(source.files, beside.files, vocabulary))


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
