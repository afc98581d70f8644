"""
Owns how folders are laid out for `opa`: each staged as the service stages it, in a working folder, with a way back.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from executor.opa.compose import CAPABILITIES, SCHEMAS
from executor.opa.folder import Folder
from executor.opa.inventory import Place
from executor.opa.staging import MANIFEST, Source
from executor.opa.workshop.documents import together


@dataclass(frozen=True, slots=True)
class Layout:
    """
    Staged folders in a working folder: the shipped policies, and the authors' beside them.
    """

    work: Path
    shipped: Source
    authors: tuple[Source, ...]

    @property
    def sources(self) -> tuple[Source, ...]:
        """
        Return all staged folders, the shipped policies first.
        """
        return (self.shipped, *self.authors)

    @property
    def owned(self) -> tuple[Source, ...]:
        """
        Return the authors' folders that hold rules, not those of configuration.
        """
        return tuple(source for source in self.authors if source.owner is not None)

    @property
    def bundles(self) -> list[str]:
        """
        Return the bundles' places, below the working folder.
        """
        return [source.bundle for source in self.sources]

    @property
    def places(self) -> dict[str, Place]:
        """
        Return where people know each file, by its place below the working folder.
        """
        return {
            f"{source.bundle}/{staged}": Place(file=origin, full=str(source.folder / origin))
            for source in self.sources
            for staged, origin in source.origins.items()
        }


def lay_out(sources: Sequence[Source], vocabulary: Path, work: Path) -> Layout:
    """
    Write staged folders and what they are checked against; the first one is the shipped policies.
    """
    for source in sources:
        for path, content in source.files.items():
            place = work / source.bundle / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
    shutil.copytree(vocabulary / SCHEMAS, work / SCHEMAS)
    shutil.copyfile(vocabulary / CAPABILITIES, work / CAPABILITIES)
    return Layout(work=work, shipped=sources[0], authors=tuple(sources[1:]))


def data_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """
    Return the data files among staged ones.
    """
    return {path: content for path, content in files.items() if not path.endswith(".rego") and path != MANIFEST}


def data_of(source: Source) -> dict[str, object]:
    """
    Return the data of a staged folder whose data files can be read.
    """
    return together(data_files(source.files))


def without(folder: Folder, paths: frozenset[str]) -> Folder:
    """
    Return a folder without some of its files.
    """
    kept = {path: content for path, content in folder.files.items() if path not in paths}
    return Folder(path=folder.path, files=kept, ignored=folder.ignored)
