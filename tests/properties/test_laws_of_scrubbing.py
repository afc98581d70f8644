"""
Laws of taking credentials out of texts: nothing planted is left, twice is as once, and no text takes long.
"""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.core.scrub import scrub

pytestmark = pytest.mark.requirement("ACT-2", "DRY-3")

_SECRET = st.text(string.ascii_letters + string.digits, min_size=12, max_size=40).map(lambda text: f"Zq{text}7x")
_NOISE = st.text(string.ascii_letters + string.digits + " .,;:=/?&'\"\\{}[]()-_\n", max_size=60)
_URL_TEXT = st.text(string.ascii_lowercase, min_size=1, max_size=10)

_FORMS = [
    "password={}",
    "password: {}",
    '"password": "{}"',
    r"\"password\":\"{}\"",
    "DB_PASSWORD='{}'",
    "api_key={}",
    "x-api-key: {}",
    "?token={}&user=ada",
    "client_secret = {}",
    "Authorization: Bearer {}",
    "Authorization: {}",
    "bearer {}",
    "Cookie: sid={}",
    "postgres://ada:{}@db.test/shop",
    "eyJ{0}.{0}.{0}",
    "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----",
    "-----BEGIN OPENSSH PRIVATE KEY-----\n{}",
    "ghp_{0}{0}",
]


@given(st.sampled_from(_FORMS), _SECRET, _NOISE, _NOISE)
def test_a_planted_credential_is_not_left_whatever_stands_around_it(
    form: str, secret: str, before: str, after: str
) -> None:
    assert secret not in scrub(f"{before}\n{form.format(secret)}\n{after}")


@given(st.lists(st.one_of(_NOISE, st.sampled_from(_FORMS).map(lambda form: form.format("ZqabcdefghijK7x")))))
def test_scrubbing_twice_is_scrubbing_once(parts: list[str]) -> None:
    once = scrub(" ".join(parts))

    assert once == scrub(once)


@given(st.lists(st.text(string.ascii_lowercase + "     .,\n", max_size=40)))
def test_plain_words_stay_as_they_are(lines: list[str]) -> None:
    text = "\n".join(lines)

    assert text == scrub(text)


@given(
    st.lists(
        st.sampled_from(
            [
                *("password", "=", ":", '"', "\\", " ", "\n", "eyJ", ".", "://", "@", "a", "key=", "bearer", "/", "A+"),
                *("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "cookie", "[scrubbed]"),
            ]
        ),
        min_size=1,
        max_size=6,
    )
)
def test_no_text_takes_long(pieces: list[str]) -> None:
    """
    A pattern that backtracks would need minutes for one of these: the limit of every test ends it.
    """
    text = "".join(pieces)

    scrub((text * (65_536 // len(text) + 1))[:65_536])
