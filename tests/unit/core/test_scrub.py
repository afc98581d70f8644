"""
What of a log or an event is taken out, form by form, and what stays.
"""

import base64

import pytest

from executor.core.scrub import SCRUBBED, scrub

pytestmark = pytest.mark.requirement("ACT-2", "DRY-3")

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"
KEY = "\n".join(["-----BEGIN RSA PRIVATE KEY-----", "Zm9v" * 16, "YmFy" * 16, "cXV4", "-----END RSA PRIVATE KEY-----"])


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("password=hunter2 user=ada", "hunter2"),
        ("DB_PASSWORD=hunter2", "hunter2"),
        ("db.passwd = hunter2", "hunter2"),
        ("password: hunter2 with spaces", "hunter2 with spaces"),
        ("password: [hunter2", "hunter2"),
        ('{"password":"hunt,er2","user":"ada"}', "hunt,er2"),
        ('{"clientSecret": "hunter2"}', "hunter2"),
        (r"msg={\"password\":\"hunter2\",\"user\":\"ada\"}", "hunter2"),
        (r'"token" : "hun\"ter2"', r"hun\"ter2"),
        ("password='hunter2 x'", "hunter2 x"),
        ('password="hunter2 that is cut', "hunter2 that is cut"),
        ("secret => hunter2", "hunter2"),
        ("https://api.test/v1?token=hunter2&user=ada", "hunter2"),
        ("https://maps.test/?key=hunter2", "hunter2"),
        ("X-Api-Key: hunter2", "hunter2"),
        ("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "wJalrXUtnFEMI"),
        ("Authorization: Bearer abcdef.123456", "abcdef"),
        ("authorization: Custom abc def", "abc def"),
        ('curl -H "Authorization: Bearer abcdef123456" x', "abcdef123456"),
        ('"Authorization":"Basic YWRhOmh1bnRlcjI="', "YWRhOmh1bnRlcjI"),
        ("sent bearer abcdef123456", "abcdef123456"),
        ("Cookie: session=hunter2; other=hunter3", "hunter"),
        ("Set-Cookie: sid=hunter2; HttpOnly", "hunter2"),
        ("postgres://ada:hunter2@db.test/shop", "hunter2"),
        ("postgres://ada:hun@ter2@db.test/shop", "ter2"),
        ("redis://:hunter2@cache.test:6379", "hunter2"),
        (f"got {JWT} from ada", "eyJhbGci"),
        ("id AKIAIOSFODNN7EXAMPLE used", "AKIAIOSFODNN7EXAMPLE"),
        ("using wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY now", "wJalrXUtnFEMI"),
        ("remote: ghp_abcdefghijklmnopqrstuvwxyz0123456789", "ghp_"),
        ("hook xoxb-123456789012-abcdefghijkl", "xoxb"),
        (f"loaded\n{KEY}\nready", "Zm9v"),
        (KEY.replace("\n", "\\n"), "Zm9v"),
        (KEY.rpartition("\n")[0], "cXV4"),
        (KEY.partition("\n")[2], "cXV4"),
        ("\n".join(f"2026-11-23T11:24:06.123456789Z {line}" for line in KEY.splitlines()[1:3]), "Zm9v"),
    ],
)
def test_no_credential_of_a_known_form_is_left(text: str, secret: str) -> None:
    scrubbed = scrub(text)

    assert secret not in scrubbed
    assert SCRUBBED in scrubbed


@pytest.mark.parametrize(
    "text",
    [
        'MountVolume.SetUp failed for volume "config" : secret "db" not found',
        "failed to sync secret cache: timed out waiting for the condition",
        "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available",
        "http://shop.test:8080/path?email=ada@shop.test answered 503",
        "the password was wrong, 2 tries left",
        'Back-off pulling image "registry.test/web@sha256:' + "0123456789abcdef" * 4 + '"',
        "author: ada; assigned node-1; keys listed; monkey=banana",
        "2026-11-23T11:24:06Z GET /orders/550e8400-e29b-41d4-a716-446655440000 200 12ms",
        base64.b64encode(b"short").decode(),
    ],
)
def test_what_operators_read_logs_for_stays(text: str) -> None:
    assert text == scrub(text)


def test_the_rest_of_a_line_and_the_other_lines_stay() -> None:
    assert f"user=ada password={SCRUBBED} host=db" == scrub("user=ada password=hunter2 host=db")
    assert f"one\npassword: {SCRUBBED}\nthree" == scrub("one\npassword: two\nthree")
    assert f"postgres://ada:{SCRUBBED}@db.test/shop" == scrub("postgres://ada:hunter2@db.test/shop")
