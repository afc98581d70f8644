"""
Owns reading a policy folder from disk: only what OPA would load, nothing from outside it, and not without bound.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from executor.opa.errors import PolicyRefused

DATA_NAMES = frozenset({"data.json", "data.yaml", "data.yml"})
"""OPA reads data from files of these names only."""

FILE_LIMIT, BYTE_LIMIT, DEPTH_LIMIT = 5_000, 32 * 1024 * 1024, 24


@dataclass(frozen=True, slots=True)
class Folder:
    """
    A folder's policy files by their relative path, and the relative paths of what was left aside.
    """

    path: Path
    files: dict[str, bytes]
    ignored: tuple[str, ...]


def read_folder(path: Path) -> Folder:
    """
    Read all policy files. Links are followed inside the folder (as mounted ConfigMaps have them), never out of it.
    """
    root = _resolved(path)
    files: dict[str, bytes] = {}
    ignored: list[str] = []
    total = 0
    for relative in _walk(root, path):
        if not _is_policy(relative):
            ignored.append(str(relative))
            continue
        files[str(relative)] = content = _content(root, path, relative)
        total += len(content)
        if len(files) > FILE_LIMIT or total > BYTE_LIMIT:
            raise PolicyRefused(
                f"policy folder {path} is too large (more than {FILE_LIMIT} files or {BYTE_LIMIT // 1024**2} MiB): "
                "name the folder that holds only policies"
            )
    return Folder(path=path, files=dict(sorted(files.items())), ignored=tuple(sorted(ignored)))


def _resolved(path: Path) -> Path:
    try:
        root = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise PolicyRefused(
            f"policy folder {path} cannot be read ({_reason(error)}): correct EXECUTOR_POLICY_PATHS"
        ) from error
    if not root.is_dir():
        raise PolicyRefused(
            f"policy folder {path} is no folder: EXECUTOR_POLICY_PATHS takes folders, no files or bundles"
        )
    return root


def _walk(root: Path, shown: Path) -> Iterator[PurePosixPath]:
    seen = 0
    stack = [PurePosixPath()]
    while stack:
        folder = stack.pop()
        for name in _names(root / folder, shown / folder):
            relative = folder / name
            _stays_inside(root, shown, relative)
            seen += 1
            if seen > 4 * FILE_LIMIT or len(relative.parts) > DEPTH_LIMIT:
                raise PolicyRefused(
                    f"policy folder {shown} is too large or too deep at {relative}: name a smaller folder"
                )
            if (root / relative).is_dir():
                stack.append(relative)
            else:
                yield relative


def _names(folder: Path, shown: Path) -> list[str]:
    try:
        names = sorted(entry.name for entry in folder.iterdir())
    except OSError as error:
        raise PolicyRefused(f"policy folder {shown} cannot be read ({_reason(error)}): make it readable") from error
    return [name for name in names if not name.startswith(".") or name == ".manifest"]


def _stays_inside(root: Path, shown: Path, relative: PurePosixPath) -> None:
    try:
        target = (root / relative).resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise PolicyRefused(f"{shown / relative} cannot be read ({_reason(error)}): remove or repair it") from error
    if not target.is_relative_to(root):
        raise PolicyRefused(
            f"{shown / relative} is a link that leaves the policy folder: copy the file into the folder"
        )


def _is_policy(relative: PurePosixPath) -> bool:
    return relative.suffix == ".rego" or relative.name in DATA_NAMES or relative == PurePosixPath(".manifest")


def _content(root: Path, shown: Path, relative: PurePosixPath) -> bytes:
    place = root / relative
    if not place.is_file():
        raise PolicyRefused(f"{shown / relative} is no regular file: remove it from the policy folder")
    try:
        with place.open("rb") as file:
            return file.read(BYTE_LIMIT + 1)
    except OSError as error:
        raise PolicyRefused(f"{shown / relative} cannot be read ({_reason(error)}): make it readable") from error


def _reason(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or "the links in it form a loop"
