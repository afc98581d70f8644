"""
Owns the fingerprint that stands for a value of a Secret wherever the value must not be seen.

Equal values have equal fingerprints, so a diff still shows *that* they differ. The fingerprint is keyed (HMAC-SHA-256,
RFC 2104), so that short secrets cannot be guessed from it.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator

from executor.core.model import Json

_HEX_DIGITS = 32
_FINGERPRINT = re.compile(rf"fingerprint:[0-9a-f]{{{_HEX_DIGITS}}}")


def fingerprint(value: str, key: bytes) -> str:
    """
    Return `fingerprint:<32 hex>` of a text; for what a Secret keeps in `data`, of the base64 text.
    """
    # JSON can spell a lone surrogate, which strict UTF-8 cannot.
    text = value.encode("utf-8", "surrogatepass")
    return "fingerprint:" + hmac.new(key, text, hashlib.sha256).hexdigest()[:_HEX_DIGITS]


def is_fingerprint(value: Json) -> bool:
    """
    Tell if a JSON value is a text of the very form of a fingerprint.
    """
    return isinstance(value, str) and _FINGERPRINT.fullmatch(value) is not None


def fingerprints_in(document: Json) -> frozenset[str]:
    """
    Return every text of a document that has the form of a fingerprint, wherever it stands.
    """
    return frozenset(text for text in _texts(document) if is_fingerprint(text))


def _texts(document: Json) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict):
        for value in document.values():
            yield from _texts(value)
    elif isinstance(document, (list, tuple)):
        for value in document:
            yield from _texts(value)
