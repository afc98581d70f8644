"""
Owns the digests of policy content: a bundle's revision, and the key under which a checked set is kept.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from executor.core.policy import ASKED_STAGES
from executor.opa.staging import Source

_OWN_CODE = Path(__file__).resolve().parent


def revision(files: Mapping[str, bytes]) -> str:
    """
    Return `sha256:<64 hex>` over relative paths and bytes: the same content has the same revision everywhere.
    """
    return f"sha256:{digest_over(sorted(files.items()))}"


def set_key(sources: Iterable[Source], vocabulary: Mapping[str, bytes], opa: Path) -> str:
    """
    Return a key over everything that a check of the set rests on.

    Its files and tests, schema and built-ins, OPA itself, the stages that are asked, and the code that checks.
    """
    executable = opa.resolve().stat()
    parts: list[tuple[str, bytes]] = [
        ("opa", f"{opa.resolve()} {executable.st_size} {executable.st_mtime_ns}".encode()),
        ("stages", " ".join(ASKED_STAGES).encode()),
        *((f"code/{file.name}", file.read_bytes()) for file in sorted(_OWN_CODE.glob("*.py"))),
        *((f"vocabulary/{path}", content) for path, content in sorted(vocabulary.items())),
    ]
    for source in sources:
        parts.append(("bundle", f"{source.bundle} {source.folder}".encode()))
        parts.extend((f"origin/{place}", origin.encode()) for place, origin in sorted(source.origins.items()))
        parts.extend(sorted(source.files.items()))
    return digest_over(parts)


def digest_over(parts: Iterable[tuple[str, bytes]]) -> str:
    """
    Return 64 hex digits over named parts, in their order.
    """
    hashed = hashlib.sha256()
    for path, content in parts:
        # Lengths first: no two lists of files can run together into the same bytes.
        hashed.update(f"{len(path.encode())}:{len(content)}:{path}".encode())
        hashed.update(content)
    return hashed.hexdigest()
