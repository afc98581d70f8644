"""
Canonical JSON equals that of the reference implementation, for every JSON value.
"""

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from executor.core.digest import canonical, digest
from tests.properties.strategies import MOST_EXACT, json_values, texts

pytestmark = pytest.mark.requirement("PLAN-5")


@given(json_values)
def test_canonical_json_is_that_of_the_reference(value: object) -> None:
    assert rfc8785.dumps(value) == canonical(value)  # type: ignore[arg-type]  # its types are narrower than JSON


@given(json_values)
def test_canonical_json_means_the_same_value(value: object) -> None:
    """
    Read back, large whole floats are integers that no program need carry exactly: those have no canonical form.
    """
    text = canonical(value)
    again = json.loads(text, parse_int=lambda digits: int(digits) if abs(int(digits)) <= MOST_EXACT else float(digits))

    assert text == canonical(again)


@given(st.dictionaries(texts, json_values, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_count(value: dict[str, object], order: object) -> None:
    items = list(value.items())
    order.shuffle(items)  # type: ignore[attr-defined]  # Hypothesis gives a Random

    assert digest(value) == digest(dict(items))


@given(st.integers() | st.floats())
def test_a_number_has_the_canonical_form_of_the_reference_or_none(number: float) -> None:
    try:
        expected = rfc8785.dumps([number])
    except rfc8785.CanonicalizationError:
        with pytest.raises(rfc8785.CanonicalizationError):
            canonical([number])
    else:
        assert expected == canonical([number])
