"""
Owns what authors' folders are checked and tested beside: the shipped policies, without the tests that weigh most.
"""

from collections.abc import Sequence
from dataclasses import replace

from executor.opa.staging import Source, is_test, package_of


def shipped_beside(shipped: Source, authors: Sequence[Source]) -> Source:
    """
    Return the shipped policies with those of their test files alone that authors take something from: their fixtures.
    """
    tests = {path: content for path, content in shipped.files.items() if is_test(path)}
    said = b"\n".join(content for author in authors for content in author.files.values())
    taken: dict[str, bytes] = {}
    while more := {
        path: content for path, content in tests.items() if path not in taken and _takes_from(said, content)
    }:
        taken |= more
        said += b"\n".join(more.values())
    return replace(shipped, files=dict(sorted((shipped.served | taken).items())))


def _takes_from(said: bytes, test: bytes) -> bool:
    package = package_of(test)
    return bool(package) and package.encode() in said
