"""
What YAML is taken: JSON in another spelling, without guesses, without code, without bombs.
"""

import json
from typing import Any

import pytest
from hypothesis import assume, given

from executor.api.bodies import JSON_TYPE, YAML_TYPE, parse
from executor.api.errors import MalformedBody
from tests.unit.api.test_json_text import VALUES


@given(VALUES)
def test_a_json_document_means_the_same_as_yaml(value: object) -> None:
    # Escaped, since YAML forbids some characters as they are; what JSON escapes in two halves, YAML does not know.
    text = json.dumps(value).encode()
    assume(b"\\ud8" not in text and b"\\udb" not in text and b"\\ud9" not in text and b"\\uda" not in text)

    assert parse(text, JSON_TYPE) == parse(text, YAML_TYPE)


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-12", -12),
        ("1.5", 1.5),
        ("1e3", 1000),
        # What YAML 1.1 would make a boolean, a date, a number of base 60 or of base 2 is a text.
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("Off", "Off"),
        ("y", "y"),
        ("2026-11-23", "2026-11-23"),
        ("2026-11-23T11:24:06Z", "2026-11-23T11:24:06Z"),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("=", "="),
        ("registry.test/web:2", "registry.test/web:2"),
        ('"1"', "1"),
        ("'true'", "true"),
        ("|\n  1\n", "1\n"),
    ],
)
def test_a_scalar_is_what_yaml_and_json_agree_on_and_else_a_text(scalar: str, value: object) -> None:
    found = parse(f"a: {scalar}\n".encode(), YAML_TYPE)["a"]

    assert (type(value), value) == (type(found), found)


@pytest.mark.parametrize("scalar", ["010", "-07", "0o17", "0x1F", "+1", ".5", "1.", ".inf", "-.INF", ".nan", "00"])
def test_what_only_some_yaml_reads_as_a_number_is_not_guessed_at(scalar: str) -> None:
    with pytest.raises(MalformedBody) as refused:
        parse(f"a: [1, {scalar}]".encode(), YAML_TYPE)

    assert [("/a/1", "ambiguous_number")] == [(each.pointer, each.code) for each in refused.value.problems]


@pytest.mark.parametrize(
    ("text", "pointer", "code"),
    [
        ("a: 1\nb: {c: 1, c: 2}", "/b/c", "duplicate_key"),
        ('a: "x\\0"', "/a", "bad_text"),
        ("a: 1e999", "/a", "out_of_range"),
        ("a: 9007199254740993", "/a", "out_of_range"),
    ],
)
@pytest.mark.requirement("PLAN-3")
def test_what_no_document_may_hold_is_refused_at_its_place(text: str, pointer: str, code: str) -> None:
    with pytest.raises(MalformedBody) as refused:
        parse(text.encode(), YAML_TYPE)

    assert [(pointer, code)] == [(problem.pointer, problem.code) for problem in refused.value.problems]


BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (char, char, b",".join([b"*%c" % (char - 1)] * 9)) for char in range(ord("b"), ord("k"))
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"a: 1\n---\nb: 2\n", "more than one YAML document (line 2, column 1)"),
        (BOMB, "too many YAML aliases"),
        (b"a: &a {" + b"".join(b"k%d: v," % n for n in range(600)) + b"}\nb: [*a, *a]", "too many YAML aliases"),
        (b"a: &a x\nb: [" + b"*a," * 21 + b"]", "too many YAML aliases"),
        (b"a: &a [*a]", "finished before it"),
        (b"a: *nowhere", "finished before it"),
        (b"a: &x {k: v}\nb: {<<: *x}", "merge keys are not taken (line 2, column 5)"),
        (b"a: !!python/object/apply:os.system [ls]", "tags are not taken (line 1, column 4)"),
        (b"a: !!binary aGVsbG8=", "tags are not taken"),
        (b"a: !!int '5'", "tags are not taken"),
        (b"a: !!timestamp 2026-11-23", "tags are not taken"),
        (b"a: !mine x", "tags are not taken"),
        (b"1: a", "a key must be a text"),
        (b"true: a", "a key must be a text"),
        (b"~: a", "a key must be a text"),
        (b"[a]: b", "a key must be a text"),
        (b"? {a: b}\n: c", "a key must be a text"),
        (b"[" * 1_000_000, "nested more than 32 levels"),
        (b"- " * 500_000, "nested more than 32 levels"),
        (b"".join(b" " * depth + b"a:\n" for depth in range(200)), "nested more than 32 levels"),
        (b"- 1\n" * 30_000, "more than 20,000 values"),
        (b"a: \x00", "a character that YAML does not allow"),
        (b'a: "\\ud800"', "invalid Unicode character escape code (line 1"),
        (b"a: [s3cret", "the body is not YAML"),
        (b"a: 'it''s3cret", "the body is not YAML"),
        (b"a: b: s3cret", "mapping values are not allowed in this context (line 1, column 5)"),
        (b"a: \xff", "the body is not UTF-8: byte 3"),
        (b"# nothing but a comment\n", "the body is empty"),
    ],
)
def test_what_is_no_plain_yaml_is_refused_with_the_place_and_without_the_content(text: bytes, said: str) -> None:
    with pytest.raises(MalformedBody) as refused:
        parse(text, YAML_TYPE)

    assert said in str(refused.value)
    assert "s3cret" not in str(refused.value)


def test_a_few_aliases_are_what_people_write() -> None:
    text = b"defaults: &limits {memory: 1Gi}\nsteps: [{limits: *limits}, {limits: *limits}]"
    limits: dict[str, Any] = {"memory": "1Gi"}

    assert {"defaults": limits, "steps": [{"limits": limits}, {"limits": limits}]} == parse(text, YAML_TYPE)
