"""
What looks like a credential: by what it is called, and by its own form.
"""

import pytest

from executor.core.credentials import looks_like_a_credential

pytestmark = pytest.mark.requirement("ACT-2", "DRY-3")

NAMES = ["DB_PASSWORD", "PGPASSWORD", "db.passwd", "SMTP_PASS", "API_TOKEN", "apiKey", "STRIPE_SECRET", "SECRET2"]
NAMES += ["AWS_SECRET_ACCESS_KEY", "PRIVATE_KEY", "signing-key", "CLIENT_CREDENTIALS", "MYSQL_PWD", "JWT"]
VALUES = {
    "a private key": "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
    "a key of a cloud": "AKIAABCDEFGHIJKLMNOP",
    "a token of a code host": "ghp_" + "a" * 36,
    "a token of a chat": "xoxb-1234567890-abcdef",
    "a signed token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.sig",
    "a header": "Bearer abcdefgh12345678",
    "an address with a password": "postgres://shop:hunter2@db:5432/shop",
    "a connection string": "Server=db;User=sa;Password=hunter2;",
}
HARMLESS = {
    "LOG_LEVEL": "debug",
    "DB_PASSWORD_FILE": "/run/secrets/db",
    "SECRET_NAME": "db",
    "TOKEN_TTL_SECONDS": "300",
    "PASSWORD_MIN_LENGTH": "12",
    "MONKEY": "chimp",
    "KEYBOARD": "qwerty",
    "COMPASS": "north",
    "BYPASS_CACHE": "true",
    "DATABASE_URL": "postgres://db:5432/shop",
    "API_KEY": "",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_gives_it_away(name: str) -> None:
    assert looks_like_a_credential(name, "x")


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_its_form_gives_it_away_whatever_it_is_called(value: str) -> None:
    assert looks_like_a_credential("GREETING", value)


@pytest.mark.parametrize(("name", "value"), HARMLESS.items())
def test_what_only_sounds_so_passes(name: str, value: str) -> None:
    assert not looks_like_a_credential(name, value)
