"""
The test that a recorded decision becomes: the same each time, and about nothing that is not beside it.
"""

import pytest

from executor.core.capture import captured, name_of_test
from executor.core.policy import Violation
from tests.fakes.batches import a_decision

pytestmark = pytest.mark.requirement("POL-5")


def text_of(*codes: str) -> str:
    violations = [Violation(code=code, message=f"because of {code}") for code in codes]
    decision = a_decision("D-1").model_copy(update={"violations": violations})
    return captured(decision, name="d_1", owner="acme", rule="freeze", stage="preflight", config={})


def test_the_same_decision_gives_the_same_test_in_whatever_order_it_was_told() -> None:
    assert text_of("acme/freeze", "replica_ceiling") == text_of("replica_ceiling", "acme/freeze")


def test_it_expects_what_shipped_rules_and_the_owner_said_and_no_words() -> None:
    text = text_of("acme/freeze", "beta/other", "replica_ceiling")

    assert '{"acme/freeze", "replica_ceiling"}' in text
    assert "beta" not in text
    assert "because" not in text


def test_where_only_another_owner_objected_the_rules_beside_it_allow() -> None:
    text = text_of("beta/other")

    assert 'answer.effect == "allow"' in text
    assert "answer.violations} == set()" in text


def test_it_is_called_after_the_decision_or_as_somebody_says() -> None:
    assert "d_1" == name_of_test(a_decision("D-1"))
    assert "frozen_shop" == name_of_test(a_decision("D-1"), "frozen_shop")
    for name in ("", "Frozen", "a-b", "../x", "é"):
        with pytest.raises(ValueError, match="lower-case letters"):
            name_of_test(a_decision("D-1"), name)
