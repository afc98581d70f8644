"""
What no log line holds.
"""

from typing import Any

import pytest

from executor.telemetry.masking import MASK, masked


@pytest.mark.parametrize(
    "key",
    [
        "token", "Token", "access_token", "EXECUTOR_TOKEN", "authorization", "Authorization", "secret", "client_secret",
        "password", "passwd", "credentials", "cookie", "Set-Cookie", "api_key", "apikey", "private_key", "kubeconfig",
    ],
)  # fmt: skip
def test_a_value_whose_key_names_a_secret_is_masked_wherever_it_stands(key: str) -> None:
    record = {key: "s3cret", "deep": [{"more": {key: ["s3cret", {"a": "s3cret"}]}}]}

    assert {key: MASK, "deep": [{"more": {key: MASK}}]} == masked(record)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("sent Authorization: Bearer s3cret, got 401", "sent Authorization: Bearer ***, got 401"),
        ('{"header": "bearer s3cret"}', '{"header": "bearer ***"}'),
        ("authorization: Basic czNjcmV0 was refused", "authorization: Basic *** was refused"),
        ("basic checks first", "basic checks first"),
        ("postgresql://user:s3cret@db/executor is gone", "postgresql://user:***@db/executor is gone"),
        ("the bearer of news", "the bearer *** news"),
        ("https://db.test:8080/x is fine", "https://db.test:8080/x is fine"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_a_token_or_password_inside_a_text_is_masked(said: str, shown: str) -> None:
    assert shown == masked(said)


def test_what_is_no_secret_stays_as_it_is() -> None:
    record: dict[str, Any] = {"run": "r", "step": None, "attempts": 2, "ok": True, "token": None, "paths": ["/a", "/b"]}

    assert record == masked(record)


def test_a_value_that_holds_itself_ends() -> None:
    endless: dict[str, Any] = {"name": "x"}
    endless["self"] = endless

    assert "x" == masked(endless)["name"]
