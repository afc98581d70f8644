"""
Quantities are exact: they are what arithmetic says, as the client library reads them too, and survive being spelled.
"""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kubernetes.utils.quantity import parse_quantity

from executor.core.quantity import EXACT, quantity, spelled

pytestmark = pytest.mark.requirement("GATE-12")

FACTORS = {
    **{suffix: Fraction(10) ** (3 * power) for power, suffix in enumerate(["n", "u", "m", "", *"kMGTPE"], start=-3)},
    **{f"{prefix}i": Fraction(1024) ** power for power, prefix in enumerate("KMGTPE", start=1)},
    **{
        f"{e}{sign}{power}": Fraction(10) ** int(f"{sign}{power}")
        for e in "eE"
        for sign in ("", "+", "-")
        for power in (0, 7)
    },
}

signs = st.sampled_from(["", "+", "-"])
wholes = st.integers(0, 10**24).map(str)
fractions = st.text("0123456789", max_size=12)
suffixes = st.sampled_from(sorted(FACTORS))


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, Fraction]:
    """
    Draw a quantity and the number that it is.
    """
    sign, whole, fraction, suffix = draw(signs), draw(wholes), draw(fractions), draw(suffixes)
    number = Fraction(int(f"{whole}{fraction}"), 10 ** len(fraction)) * FACTORS[suffix]
    return f"{sign}{whole}{'.' if fraction else ''}{fraction}{suffix}", -number if sign == "-" else number


@given(texts())
def test_a_quantity_is_its_number_times_its_suffix(drawn: tuple[str, Fraction]) -> None:
    text, number = drawn

    assert number == Fraction(quantity(text))


@given(st.integers(0, 10**9), st.sampled_from(["n", "u", "m", "", *"kMGTPE", *(f"{it}i" for it in "KMGTPE")]))
def test_the_client_library_reads_the_same(count: int, suffix: str) -> None:
    """
    It rounds to 28 digits, so only shorter ones can be compared.
    """
    theirs = parse_quantity(f"{count}{suffix}")  # type: ignore[no-untyped-call]  # the library has no types

    assert theirs == quantity(f"{count}{suffix}")


@given(texts(), texts())
def test_a_number_that_is_spelled_is_read_as_the_same_number(
    one: tuple[str, Fraction], other: tuple[str, Fraction]
) -> None:
    number = quantity(one[0]).quantize(Decimal("1e-9"), context=EXACT)

    assert number == quantity(spelled(number, like=other[0]))


@given(texts())
def test_what_is_spelled_is_spelled_the_same_again(drawn: tuple[str, Fraction]) -> None:
    text = spelled(quantity(drawn[0]), like=drawn[0])

    assert text == spelled(quantity(text), like=text)
