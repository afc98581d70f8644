"""
What JSON is taken: everything RFC 8259 spells and doubles carry, and nothing Python's parser would add.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.api.bodies import JSON_TYPE, parse
from executor.api.errors import MalformedBody
from executor.api.respond import json_bytes

LARGEST = 2**53 - 1
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-LARGEST, LARGEST)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_every_value_that_json_carries_arrives_as_it_was_sent(value: object) -> None:
    assert value == parse(json_bytes(value), JSON_TYPE)


@pytest.mark.parametrize(
    ("text", "pointer", "code"),
    [
        (b'{"a": {"b": 1, "b": 2}}', "/a/b", "duplicate_key"),
        (b'{"a": NaN}', "/a", "out_of_range"),
        (b'{"a": [1, Infinity]}', "/a/1", "out_of_range"),
        (b'{"a": -Infinity}', "/a", "out_of_range"),
        (b'{"a": 1e999}', "/a", "out_of_range"),
        (b'{"a": 9007199254740993}', "/a", "out_of_range"),
        (b'{"a": ' + b"9" * 5000 + b"}", "/a", "out_of_range"),
        (b'{"a": "x\\u0000y"}', "/a", "bad_text"),
        (b'{"a": "\\ud800"}', "/a", "bad_text"),
        (b'{"a": {"\\udc00": 1}}', "/a/\udc00", "bad_text"),
        (b'{"a~b": {"c/d": NaN}}', "/a~0b/c~1d", "out_of_range"),
        (b"[" * 40 + b"]" * 40, "/0" * 33, "too_deep"),
        (b"[" + b"1," * 30_000 + b"1]", "", "too_large"),
    ],
)
@pytest.mark.requirement("PLAN-3")
def test_what_json_cannot_carry_is_refused_at_its_place(text: bytes, pointer: str, code: str) -> None:
    with pytest.raises(MalformedBody) as refused:
        parse(text, JSON_TYPE)

    assert [(pointer, code)] == [(problem.pointer, problem.code) for problem in refused.value.problems]


@pytest.mark.requirement("PLAN-3")
def test_every_such_place_is_told_at_once_in_document_order() -> None:
    with pytest.raises(MalformedBody) as refused:
        parse(b'{"a": NaN, "b": {"c": 1, "c": 2}, "d": "\\u0000"}', JSON_TYPE)

    assert ["/a", "/b/c", "/d"] == [problem.pointer for problem in refused.value.problems]


@pytest.mark.parametrize("text", [b"[" * 1_000_000, b'{"a":' * 200_000, b"[" * 5_000 + b"]" * 5_000])
def test_no_depth_exhausts_the_stack(text: bytes) -> None:
    with pytest.raises(MalformedBody, match="deep"):
        parse(text, JSON_TYPE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "the body is empty"),
        (b" \r\n\t ", "the body is empty"),
        (b'{"s3cret"', "the body is not JSON: expecting ':' delimiter (line 1, column 10)"),
        (b"{} {}", "extra data"),
        (b"{'a': 1}", "expecting property name"),
        (b'{"a": "\x00"}', "invalid control character"),
        (b'{"a": 01}', "the body is not JSON"),
        (b'{"a": 1,}', "the body is not JSON"),
        (b'{"a": "\xff\xfe"}', "the body is not UTF-8: byte 7"),
        ('{"a": 1}'.encode("utf-16"), "the body is not UTF-8: byte 0"),
        ('{"a": "é"}'.encode("latin-1"), "the body is not UTF-8: byte 7"),
    ],
)
def test_what_is_no_json_is_refused_with_the_place_and_without_the_content(text: bytes, said: str) -> None:
    with pytest.raises(MalformedBody) as refused:
        parse(text, JSON_TYPE)

    assert said in str(refused.value)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "value"), [(b"3.0", 3), (b"-2e2", -200), (b"-0.0", 0), (b"0.5", 0.5), (b"1e300", 1e300)]
)
def test_a_whole_number_is_one_however_it_is_spelled(text: bytes, value: float) -> None:
    found = parse(text, JSON_TYPE)

    assert (type(value), value) == (type(found), found)


def test_a_byte_order_mark_is_not_part_of_the_document() -> None:
    assert {"a": 1} == parse(b'\xef\xbb\xbf{"a": 1}', JSON_TYPE)
