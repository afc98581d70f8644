"""
Quantities: what the API server's grammar takes is an exact number, and numbers are spelled as the server does.
"""

from decimal import Decimal

import pytest

from executor.core.quantity import quantity, spelled

pytestmark = pytest.mark.requirement("GATE-12")

GIBI = 2**30

NUMBERS = {
    "0": 0,
    "1": 1,
    "+1": 1,
    "-1": -1,
    "007": 7,
    "1.5": Decimal("1.5"),
    "1.": 1,
    ".5": Decimal("0.5"),
    "-.5": Decimal("-0.5"),
    "500m": Decimal("0.5"),
    "0.1m": Decimal("0.0001"),
    "3u": Decimal("0.000003"),
    "3n": Decimal("0.000000003"),
    "2k": 2000,
    "2M": 2 * 10**6,
    "2G": 2 * 10**9,
    "2T": 2 * 10**12,
    "2P": 2 * 10**15,
    "2E": 2 * 10**18,
    "1Ki": 1024,
    "1Mi": 2**20,
    "1.5Gi": 3 * 2**29,
    "1Ti": 2**40,
    "1Pi": 2**50,
    "1Ei": 2**60,
    "0.1Ki": Decimal("102.4"),
    "2e3": 2000,
    "2E3": 2000,
    "2e+3": 2000,
    "2e-3": Decimal("0.002"),
    "1.25e2": 125,
    "9999999999999999999999999999999999999Ei": 9999999999999999999999999999999999999 * 2**60,
}


@pytest.mark.parametrize(("text", "number"), NUMBERS.items(), ids=NUMBERS)
def test_a_quantity_is_an_exact_number(text: str, number: Decimal | int) -> None:
    assert number == quantity(text)


NONE = {
    "nothing": "",
    "a sign alone": "-",
    "a point alone": ".",
    "a suffix alone": "Gi",
    "two signs": "--1",
    "two points": "1.2.3",
    "a kilo of another spelling": "1K",
    "a kibi of another spelling": "1ki",
    "a suffix that is none": "1GB",
    "an infix": "1Gi5",
    "an exponent without digits": "1e",
    "an exponent with a fraction": "1e1.5",
    "an exponent with a suffix": "1e3k",
    "a space": "1 Gi",
    "a space around": " 1",
    "a line end": "1\n",
    "other digits": "\u0661",
    "a word": "all",
    "not a number": "NaN",
    "no end": "Infinity",
    "hexadecimal": "0x10",
    "grouped digits": "1_000",
    "an exponent that would fill the memory": "1e999999999",
    "an exponent just too large": "1e100",
    "too long a text": "1" * 65,
}


@pytest.mark.parametrize("text", NONE.values(), ids=NONE)
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"it is no quantity|its exponent is beyond"):
        quantity(text)


SPELLINGS = {
    "zero": ("0.000", "1Gi", "0"),
    "a whole binary": (str(GIBI), "1Gi", "1Gi"),
    "a part of a binary": (str(3 * GIBI // 2), "1Gi", "1536Mi"),
    "a binary without a factor": (str(GIBI + 1), "1Gi", str(GIBI + 1)),
    "less than a kibi": ("1000", "1Gi", "1k"),
    "a binary with a fraction": ("2048.5", "1Gi", "2048500m"),
    "more than exbi": (str(2**70), "1Gi", "1024Ei"),
    "a negative binary": (str(-2 * GIBI), "1Gi", "-2Gi"),
    "a fraction": ("1.5", "2", "1500m"),
    "micro": ("0.0000015", "2", "1500n"),
    "thousands": ("15000", "2", "15k"),
    "hundreds": ("1500", "2", "1500"),
    "millions": ("2000000", "2k", "2M"),
    "negative": ("-0.25", "1", "-250m"),
    "beyond exa": ("1e21", "2", "1000E"),
    "less than a nano": ("0.00000000001", "1", "1n"),
    "an exponent": ("15000", "2e3", "15e3"),
    "a negative exponent": ("0.5", "2e3", "500e-3"),
    "no exponent": ("15", "2e3", "15"),
    "exa is no exponent": ("15000", "2E", "15k"),
}


@pytest.mark.parametrize(("number", "like", "text"), SPELLINGS.values(), ids=SPELLINGS)
def test_a_number_is_spelled_as_the_api_server_does(number: str, like: str, text: str) -> None:
    assert text == spelled(Decimal(number), like=like)
