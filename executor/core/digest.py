"""
Owns canonical JSON (RFC 8785) and the SHA-256 digests made from it.
"""

import hashlib
import json
from typing import Any, NoReturn

import rfc8785

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical(value: Any) -> bytes:
    """
    Return the RFC 8785 canonical JSON of a JSON value.

    Nearly all documents here are ASCII with whole numbers; for those the standard encoder with sorted keys writes the
    very same bytes twenty times faster, and a property test holds the two equal. Everything else goes to rfc8785, which
    raises `rfc8785.CanonicalizationError` for what JSON cannot carry exactly (NaN, integers beyond 2**53).
    """
    try:
        text = _ENCODER.encode(value)
        if text.isascii():
            return _with_whole_numbers(text).encode()
    except _NeedsReference:
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


def _with_whole_numbers(text: str) -> str:
    """
    Return JSON whose numbers are spelled as RFC 8785 has it, `600.0` as `600`; raises _NeedsReference.

    Reading the text to look at its numbers is far cheaper than any search in it.
    """
    try:
        _INTEGERS.decode(text)
    except _Fraction:
        return _ENCODER.encode(_WHOLE_NUMBERS.decode(text))
    return text


class _NeedsReference(Exception):
    pass


class _Fraction(Exception):
    pass


def _refused(_: str) -> NoReturn:
    raise _Fraction


_LARGEST_EXACT_DIGITS = 15


def _exact(digits: str) -> int:
    if len(digits) > _LARGEST_EXACT_DIGITS:
        raise _NeedsReference
    return int(digits)


def _whole(number: str) -> int:
    whole, _, fraction = number.partition(".")
    if fraction != "0":
        raise _NeedsReference
    return _exact(whole)


# Made once: making a decoder takes as long as it takes to read a small document.
_INTEGERS = json.JSONDecoder(parse_float=_refused, parse_int=_exact)
_WHOLE_NUMBERS = json.JSONDecoder(parse_float=_whole, parse_int=_exact)
