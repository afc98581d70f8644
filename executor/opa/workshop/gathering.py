"""
Owns reading authors' folders so that one broken file hides nothing: it is named, left aside, and the rest is staged.
"""

from collections.abc import Sequence
from pathlib import Path

from executor.opa.errors import PolicyRefused
from executor.opa.folder import Folder, read_folder
from executor.opa.staging import Source, is_test, refuse_overlaps, stage_author, stage_shipped
from executor.opa.workshop.documents import unreadable
from executor.opa.workshop.flaws import Flaw, refusal
from executor.opa.workshop.layout import data_files, without
from executor.opa.workshop.packages import foreign

_REQUESTS = "remediation/lib/fixture/"


def gather(shipped: Path, authors: Sequence[Path]) -> tuple[list[Source], list[Flaw]]:
    """
    Stage the shipped policies and what can be staged of the authors' folders, with what is wrong with the rest.
    """
    sources = [_beside(stage_shipped(read_folder(shipped)))]
    flaws: list[Flaw] = []
    for author in dict.fromkeys(authors):
        staged, wrong = _staged(author)
        flaws.extend(wrong)
        for source in staged:
            try:
                refuse_overlaps([*sources, source])
            except PolicyRefused as refused:
                flaws.append(refusal("folder", str(author), str(refused)))
            else:
                sources.append(source)
    return sources, flaws


def _beside(shipped: Source) -> Source:
    """
    Leave out the shipped policies' own tests, which are not the author's to run; their requests for tests stay.
    """
    kept = {path: text for path, text in shipped.files.items() if not is_test(path) or path.startswith(_REQUESTS)}
    origins = {path: origin for path, origin in shipped.origins.items() if path in kept}
    return Source(bundle=shipped.bundle, folder=shipped.folder, files=kept, origins=origins)


def _staged(author: Path) -> tuple[tuple[Source, ...], list[Flaw]]:
    try:
        folder = read_folder(author)
    except PolicyRefused as refused:
        return (), [refusal("folder", str(author), str(refused))]
    broken = _broken(folder)
    rest = without(folder, frozenset(broken))
    if broken and not rest.files:
        return (), list(broken.values())
    try:
        return stage_author(rest), list(broken.values())
    except PolicyRefused as refused:
        return (), [*broken.values(), refusal("folder", str(author), str(refused))]


def _broken(folder: Folder) -> dict[str, Flaw]:
    """
    Return what cannot be taken of a folder, by file.
    """
    found: dict[str, Flaw] = {}
    for path, content in folder.files.items():
        shown = str(folder.path / path)
        if path.endswith(".rego"):
            flaw = foreign(shown, content.decode(errors="replace"))
        elif path in data_files(folder.files):
            flaw = unreadable(shown, content)
        else:
            flaw = None
        if flaw is not None:
            found[path] = flaw
    return found
