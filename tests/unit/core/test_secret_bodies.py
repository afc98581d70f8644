"""
A document that makes or changes a Secret, in the form in which the API server keeps Secrets.
"""

from typing import Any

import pytest

from executor.core.secret_bodies import in_base64

BODIES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a text": ({"stringData": {"a": "x"}}, {"data": {"a": "eA=="}}),
    "a text over base64": (
        {"stringData": {"a": "x"}, "data": {"a": "eQ==", "b": "eQ=="}},
        {"data": {"a": "eA==", "b": "eQ=="}},
    ),
    "a text that is not ASCII": ({"stringData": {"a": "ä"}}, {"data": {"a": "w6Q="}}),
    "base64 of several lines": ({"data": {"a": "eHh4\r\neHh4\n"}}, {"data": {"a": "eHh4eHh4"}}),
    "a removed entry": ({"data": {"a": None}}, {"data": {"a": None}}),
    "all data removed": ({"data": None}, {"data": None}),
    "a removed text, which is never kept": ({"stringData": {"a": None}, "type": "x"}, {"type": "x"}),
    "texts beside removed data": ({"data": None, "stringData": {"a": "x"}}, {"data": {"a": "eA=="}}),
    "what is no text": ({"stringData": {"a": 1}}, {"stringData": {"a": 1}}),
    "texts of another shape": ({"stringData": "x"}, {"stringData": "x"}),
    "nothing of the kind": ({"metadata": {"name": "db"}}, {"metadata": {"name": "db"}}),
}


@pytest.mark.parametrize(("body", "expected"), BODIES.values(), ids=BODIES)
def test_texts_stand_in_base64_under_data(body: dict[str, Any], expected: dict[str, Any]) -> None:
    assert expected == in_base64(body)
