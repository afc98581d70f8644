"""
Owns the `Warning` headers of an answer (RFC 7234, section 5.5, of which Kubernetes uses code 299).
"""

import re
from collections.abc import Iterable

MAX_CHARACTERS = 1000

_WARNING = re.compile(r'299 \S+ "((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")


def warnings_of(headers: Iterable[str]) -> tuple[str, ...]:
    """
    Return the texts of warnings, each once, in the order they came.
    """
    found = (
        _ESCAPED.sub(r"\1", match[1])[:MAX_CHARACTERS] for header in headers for match in _WARNING.finditer(header)
    )
    return tuple(dict.fromkeys(found))
