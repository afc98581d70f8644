"""
Owns Kubernetes quantities: `500m`, `1.5Gi`, `2e3` as exact numbers, and numbers as the API server spells them.

Source: the grammar and the canonical form of `k8s.io/apimachinery/pkg/api/resource/quantity.go`.
"""

import re
from decimal import ROUND_UP, Context, Decimal

MAX_CHARACTERS = 64
MAX_EXPONENT = 99
"""Nobody means a longer text or a larger exponent, and a few characters of it would fill the memory with digits."""

EXACT = Context(prec=512)
"""For sums of quantities: as many digits as two of them can have."""

_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
_QUANTITY = re.compile(
    r"""(?P<sign>[+-]?)
        (?P<whole>[0-9]*)(\.(?P<fraction>[0-9]*))?
        (?P<suffix>[numkMGTPE]?|[KMGTPE]i|[eE][+-]?[0-9]+)\Z""",
    re.VERBOSE | re.ASCII,
)
_NANO = -9
_KIBI = 1024


def quantity(text: str) -> Decimal:
    """
    Return the exact number of a quantity; raises ValueError for a text that is none.

    Unlike the API server it neither rounds up to nano nor caps at 2^63-1.
    """
    found = _QUANTITY.match(text) if len(text) <= MAX_CHARACTERS else None
    if found is None or not (found["whole"] or found["fraction"]):
        raise ValueError("it is no quantity such as 500m, 2 or 1.5Gi")
    fraction, suffix = found["fraction"] or "", found["suffix"]
    unscaled = int(found["whole"] + fraction) * _KIBI ** _BINARY.get(suffix, 0)
    # Made from digits, because arithmetic on Decimals rounds.
    return Decimal(f"{found['sign']}{unscaled}e{_exponent(suffix) - len(fraction)}")


def spelled(number: Decimal, *, like: str) -> str:
    """
    Return a number as the API server would spell it in the form of another quantity: binary, decimal or exponent.

    A binary form is left for the decimal one where it would take a fraction, or is smaller than 1Ki; what is smaller
    than a nano is rounded up to one.
    """
    if not number:
        return "0"
    if like.endswith("i") and abs(number) >= _KIBI and number == number.to_integral_value(context=EXACT):
        return _binary(int(number))
    number = number.normalize(EXACT)
    if _places(number) < _NANO:
        number = number.quantize(Decimal(1).scaleb(_NANO), ROUND_UP, EXACT).normalize(EXACT)
    # The largest multiple of three that leaves no fraction.
    exponent = _places(number) // 3 * 3
    if re.search(r"[eE][+-]?[0-9]", like):
        return f"{_mantissa(number, exponent)}e{exponent}" if exponent else _mantissa(number, 0)
    exponent = min(exponent, max(_DECIMAL.values()))
    suffix = next(each for each, power in _DECIMAL.items() if power == exponent)
    return f"{_mantissa(number, exponent)}{suffix}"


def _exponent(suffix: str) -> int:
    if suffix in _DECIMAL:
        return _DECIMAL[suffix]
    if suffix in _BINARY:
        return 0
    exponent = int(suffix[1:])
    if abs(exponent) > MAX_EXPONENT:
        raise ValueError(f"its exponent is beyond {MAX_EXPONENT}")
    return exponent


def _binary(number: int) -> str:
    power = 0
    while number % _KIBI == 0 and power < len(_BINARY):
        number, power = number // _KIBI, power + 1
    return f"{number}{next((each for each, it in _BINARY.items() if it == power), '')}"


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError("it is no finite number")  # noqa: TRY004 - the type is right, the value is not
    return exponent


def _mantissa(number: Decimal, exponent: int) -> str:
    return str(int(number.scaleb(-exponent, EXACT)))
