"""
Owns reading JSON strictly: what the standard parser lets through but JSON (RFC 8259, I-JSON) does not carry is refused.
"""

import json
import math

from executor.api.errors import MalformedBody
from executor.api.tree import LARGEST_EXACT, Refused, mapping
from executor.core.model import Json

_LONGEST_EXACT = len(str(-LARGEST_EXACT))
TOO_BIG = Refused("out_of_range", "a number beyond what JSON carries exactly (±2^53 for whole numbers)")
NO_NUMBER = Refused("out_of_range", "not a number that JSON knows")


def parse_json(text: str) -> Json:
    """
    Return the value a JSON text spells, with `Refused` and `Doubled` in it; raises MalformedBody.
    """
    try:
        return json.loads(
            text, object_pairs_hook=mapping, parse_int=whole, parse_float=fraction, parse_constant=lambda _: NO_NUMBER
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise MalformedBody(f"the body is not JSON: {error.msg.lower()} ({where})") from None
    except RecursionError:
        raise MalformedBody("the body is nested too deep to be read") from None


def whole(digits: str) -> int | Refused:
    """
    Return a whole number, or a refusal where doubles cannot hold it exactly (and before int() takes long over it).
    """
    if len(digits) > _LONGEST_EXACT:
        return TOO_BIG
    number = int(digits)
    return number if abs(number) <= LARGEST_EXACT else TOO_BIG


def fraction(text: str) -> float | Refused:
    """
    Return a fraction, or a refusal where it overflows to infinity.

    `3.0` is the whole number 3: JSON Schema and RFC 8785 know one kind of number only.
    """
    number = float(text)
    if not math.isfinite(number):
        return TOO_BIG
    return int(number) if number.is_integer() and abs(number) <= LARGEST_EXACT else number
