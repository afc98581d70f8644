"""
Which labels a selector selects, and the selector that a text says.
"""

from typing import Any

import pytest

from executor.core.facts import selector_of, selects

pytestmark = pytest.mark.requirement("GATE-12")

LABELS = {"app": "web", "tier": "front"}


def expression(operator: str, *values: str, key: str = "app") -> dict[str, Any]:
    return {"matchExpressions": [{"key": key, "operator": operator, "values": list(values)}]}


SELECTORS: dict[str, tuple[dict[str, Any] | None, bool]] = {
    "absent": (None, False),
    "empty": ({}, True),
    "empty inside": ({"matchLabels": None, "matchExpressions": None}, True),
    "a label": ({"matchLabels": {"app": "web"}}, True),
    "another value": ({"matchLabels": {"app": "api"}}, False),
    "a label it lacks": ({"matchLabels": {"zone": ""}}, False),
    "all labels": ({"matchLabels": LABELS}, True),
    "one of two": ({"matchLabels": {**LABELS, "app": "api"}}, False),
    "in": (expression("In", "api", "web"), True),
    "in others": (expression("In", "api"), False),
    "in, without the key": (expression("In", "x", key="zone"), False),
    "not in": (expression("NotIn", "api"), True),
    "not in its own": (expression("NotIn", "web"), False),
    "not in, without the key": (expression("NotIn", "x", key="zone"), True),
    "exists": (expression("Exists"), True),
    "exists, without the key": (expression("Exists", key="zone"), False),
    "does not exist": (expression("DoesNotExist", key="zone"), True),
    "does not exist, but does": (expression("DoesNotExist"), False),
    "an operator of the future": (expression("Gt", "1"), True),
    "label and expression": ({"matchLabels": {"app": "web"}, **expression("NotIn", "front", key="tier")}, False),
}


@pytest.mark.parametrize(("selector", "selected"), SELECTORS.values(), ids=SELECTORS)
def test_a_selector_selects_as_the_api_server_does(selector: dict[str, Any] | None, *, selected: bool) -> None:
    assert selected is selects(selector, LABELS)


TEXTS = {
    "equal": ("app=web", True),
    "equal, spelled twice": ("app == web", True),
    "another value": ("app=api", False),
    "unequal": ("app!=api", True),
    "unequal to its own": ("app!=web", False),
    "in": ("app in (api, web)", True),
    "not in": ("app notin (api,web)", False),
    "exists": ("app", True),
    "exists, without the key": ("zone", False),
    "does not exist": ("!zone", True),
    "an empty value": ("app=", False),
    "all terms": ("app=web,tier in (front,back),!zone", True),
    "one of two": ("app=web,tier=back", False),
    "a qualified key": ("example.com/app=web", False),
}


@pytest.mark.parametrize(("text", "selected"), TEXTS.values(), ids=TEXTS)
def test_a_text_selects_what_it_says(text: str, *, selected: bool) -> None:
    assert selected is selects(selector_of(text), LABELS)


@pytest.mark.parametrize("text", ["", ",", "app=web,", "app>1", "app in web", "app=a=b", "=web", "app web"])
def test_a_text_that_says_no_selector_selects_nothing(text: str) -> None:
    assert selector_of(text) is None
