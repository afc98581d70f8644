"""
Owns canonical JSON (RFC 8785) and the SHA-256 digests made from it.
"""

import hashlib
import json
import re
from typing import Any, NoReturn

import rfc8785

_DOUBTFUL = re.compile(r'(?:^|":|[\[,])-?(?:\d+[.eE]|\d{16})')
"""Where compact JSON may hold a fraction, an exponent or a large integer; a text that looks so is looked at closely."""


def canonical(value: Any) -> bytes:
    """
    Return the RFC 8785 canonical JSON of a JSON value.

    Most documents here are ASCII without fractions; for those the standard encoder with sorted keys writes the very
    same bytes twenty times faster, and a property test holds the two equal. Everything else goes to rfc8785, which
    raises `rfc8785.CanonicalizationError` for what JSON cannot carry exactly (NaN, integers beyond 2**53).
    """
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        if text.isascii():
            if _DOUBTFUL.search(text):
                json.loads(text, parse_float=_refuse, parse_int=_exact)
            return text.encode()
    except _NeedsCanonicalNumbers:
        pass
    except (TypeError, ValueError):
        # A key that is no string, or NaN: rfc8785 says so with its own error.
        pass
    return rfc8785.dumps(value)


def digest(value: Any) -> str:
    """
    Return `sha256:<64 hex>` over the canonical JSON of a value.
    """
    return "sha256:" + hashlib.sha256(canonical(value)).hexdigest()


class _NeedsCanonicalNumbers(Exception):
    pass


def _refuse(_: str) -> NoReturn:
    raise _NeedsCanonicalNumbers


_LARGEST_EXACT_DIGITS = 15


def _exact(digits: str) -> int:
    if len(digits) > _LARGEST_EXACT_DIGITS:
        raise _NeedsCanonicalNumbers
    return 0
