"""
A flaw says what is wrong and what to do, whatever it was read from.
"""

import pytest

from executor.opa.workshop.flaws import Flaw, complaint, flaw, refusal
from executor.opa.workshop.packages import foreign, package_row


@pytest.mark.parametrize(
    ("said", "message", "remedy"),
    [
        ("has no test beside it: write a_test.rego", "has no test beside it", "write a_test.rego"),
        ("`# title: x` is wrong: mend it: now", "`# title: x` is wrong", "mend it: now"),
        ("simply wrong", "simply wrong", ""),
        ("package a has no title in its METADATA", "package a has no title in its METADATA", "write `# METADATA`, "),
    ],
)
def test_a_sentence_is_taken_apart(said: str, message: str, remedy: str) -> None:
    found = flaw("convention", "a.rego", 3, said)

    assert (message, True, "a.rego:3") == (found.message, found.remedy.startswith(remedy), found.place)


def test_a_refusal_is_placed_where_it_says() -> None:
    assert Flaw("/p/a.rego", 7, "package b is foreign", "write site", "shape") == refusal(
        "shape", "/p", "/p/a.rego:7: package b is foreign: write site"
    )
    assert ("/p", 0) == (refusal("folder", "/p", "policy folder /p is no folder: name one").file, 0)


@pytest.mark.parametrize(
    ("said", "known", "remedy"),
    [
        ("undefined ref: input.step.acton", ("action", "id"), "write action"),
        ("undefined ref: input.step.zzz", ("action", "id"), "known here: action, id"),
        ("undefined function http.send", (), "policies are pure"),
        ("undefined function data.site.acme.lib.f", (), "see the name and the import"),
        ("`contains` keyword is required for partial set rules", (), "this is Rego v0"),
        ("var x is unsafe", (), "give it a value first"),
        ("startswith: invalid argument(s)", (), "see which types"),
        ("something new", (), ""),
    ],
)
def test_what_the_compiler_says_comes_with_what_to_do(said: str, known: tuple[str, ...], remedy: str) -> None:
    found = complaint("a.rego", 1, said, known)

    assert (said, True, bool(remedy)) == (found.message, found.remedy.startswith(remedy), bool(found.remedy))


@pytest.mark.parametrize(
    ("package", "message"),
    [
        ("remediation", "neither replaced nor added to"),
        ("remediation.lib.kube", "neither replaced nor added to"),
        ("remediation.rules.plan.plan_size", "would replace the shipped rule plan_size"),
        ("config", "is foreign"),
        ("system.authz", "is foreign"),
        ("site", "is foreign"),
        ("site.Acme.preflight.a", "is foreign"),
    ],
)
def test_a_package_that_is_not_the_authors_is_refused_by_name(package: str, message: str) -> None:
    found = foreign("a.rego", f"# a comment\n\npackage {package}\n")

    assert found is not None
    assert (3, True, True) == (found.row, package in found.message, message in found.message)


def test_an_authors_own_package_is_taken() -> None:
    assert foreign("a.rego", "package site.acme.preflight.a # mine\n") is None
    assert 1 == package_row("nothing")
