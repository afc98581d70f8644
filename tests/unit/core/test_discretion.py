"""
A plan without the values of Secrets that it was submitted with: what is kept, what is shown, and by which digest.
"""

import json
from typing import Any

import pytest

from executor.core.discretion import discreet
from executor.core.fingerprint import is_fingerprint
from tests.plans import a_plan, a_step, cordon, scale
from tests.unit.core.documents import read

pytestmark = pytest.mark.requirement("DRY-3")

KEY = b"a key of the executor"
VALUE = "aHVudGVyMg=="
OTHER = "c3RhcGxl"


def secret(value: str, *, name: str = "db") -> dict[str, Any]:
    return a_step("patch", "Secret", name, {"type": "merge", "patch": {"data": {"password": value}}})


def test_values_are_fingerprints_in_the_plan_and_told_by_them_beside_it() -> None:
    plan, values = discreet(read(a_plan(scale("web"), secret(VALUE), cordon())), KEY)

    ((mark, value),) = values.items()
    assert is_fingerprint(mark)
    assert VALUE == value
    assert mark == plan.step("db").parameters["patch"]["data"]["password"]
    assert VALUE not in json.dumps(plan.model_dump(mode="json"))


def test_what_is_no_secrets_is_left_as_it_was() -> None:
    document = a_plan(
        scale("web"), a_step("patch", "ConfigMap", "db", {"type": "merge", "patch": {"data": {"a": VALUE}}})
    )

    assert (read(document), {}) == discreet(read(document), KEY)


def test_a_step_about_no_object_hides_nothing() -> None:
    document = a_plan({"id": "tell", "action": "notify", "parameters": {"message": "done"}})

    assert (read(document), {}) == discreet(read(document), KEY)


def test_the_values_of_every_step_are_kept() -> None:
    _, values = discreet(read(a_plan(secret(VALUE), secret(OTHER, name="cache"))), KEY)

    assert {VALUE, OTHER} == set(values.values())


@pytest.mark.requirement("PLAN-5")
def test_equal_plans_have_one_digest_and_other_values_another_one() -> None:
    def digest(value: str) -> str:
        return discreet(read(a_plan(secret(value))), KEY)[0].digest

    assert digest(VALUE) == digest(VALUE)
    assert digest(VALUE) != digest(OTHER)


def test_the_digest_does_not_let_a_guess_of_the_value_be_confirmed() -> None:
    """
    Whoever reads it has neither the value nor the key.
    """
    document = read(a_plan(secret(VALUE)))

    assert document.digest != discreet(document, KEY)[0].digest
    assert discreet(document, b"another key")[0].digest != discreet(document, KEY)[0].digest


def test_a_value_that_looks_like_a_fingerprint_is_concealed_like_any_other() -> None:
    """
    Else the fingerprint of another Secret, which everybody may read, would be revealed in this one.
    """
    _, seen = discreet(read(a_plan(secret(VALUE))), KEY)
    (mark,) = seen

    plan, values = discreet(read(a_plan(secret(mark, name="copy"))), KEY)

    assert [mark] == list(values.values())
    assert mark != plan.step("copy").parameters["patch"]["data"]["password"]
