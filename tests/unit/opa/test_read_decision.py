"""
Only a well-formed allow allows: each way in which an answer can be unclear, and the code under which it is denied.
"""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from executor.core.policy import Catalogue, Effect, Rule, Stage
from executor.core.verdict import read_decision

REVISION = {"remediation": "sha256:a", "site/acme": "sha256:b"}
CATALOGUE = Catalogue(
    revision=REVISION,
    roots={"remediation": ("remediation",), "site/acme": ("site/acme",)},
    rules=(
        Rule("replica_limit", Stage.PREFLIGHT, "Too many", "…", "ask for fewer", "policies/x.rego", 6),
        Rule("acme/freeze", Stage.PREFLIGHT, "Frozen", "…", "wait", "acme/y.rego", 7),
        Rule("image_tag", Stage.DRY_RUN, "No tag", "…", "name a tag", "policies/z.rego", 8),
    ),
)
FINDING = {"code": "replica_limit", "message": "30 is above 20", "path": "/replicas"}


def an_answer(**differing: Any) -> dict[str, Any]:
    result = {
        "effect": "allow",
        "violations": [],
        "warnings": [],
        "approvals": [],
        "shadowed": [],
        "evaluated": ["acme/freeze", "replica_limit"],
        "stage": "preflight",
    }
    bundles = {name: {"revision": revision} for name, revision in REVISION.items()}
    return {"result": result | differing, "provenance": {"version": "1.22.2", "bundles": bundles}}


def without(document: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != key}


def code_of(body: Any) -> str:
    verdict = read_decision(body, Stage.PREFLIGHT, CATALOGUE)
    assert Effect.DENY is verdict.effect
    (said,) = verdict.violations
    assert said.remedy
    return said.code


def test_a_well_formed_allow_of_the_expected_set_allows() -> None:
    verdict = read_decision(an_answer(), Stage.PREFLIGHT, CATALOGUE)

    assert Effect.ALLOW is verdict.effect
    assert ("acme/freeze", "replica_limit") == verdict.evaluated
    assert REVISION == verdict.revision


@pytest.mark.requirement("GATE-4")
@pytest.mark.parametrize(
    ("expected", "body"),
    {
        "no body": ("policy_undefined", None),
        "an empty object": ("policy_undefined", {}),
        "a list": ("policy_undefined", [an_answer()]),
        "a bare true": ("policy_undefined", True),
        "a null result": ("policy_undefined", an_answer() | {"result": None}),
        "a bare allow": ("policy_malformed", an_answer() | {"result": True}),
        "an allow by another name": ("policy_malformed", an_answer() | {"result": {"allow": True}}),
        "another effect": ("policy_malformed", an_answer(effect="allowed")),
        "a boolean effect": ("policy_malformed", an_answer(effect=True)),
        "an unknown key": ("policy_malformed", an_answer(reason="…")),
        "no violations": ("policy_malformed", an_answer() | {"result": without(an_answer()["result"], "violations")}),
        "no shadowed": ("policy_malformed", an_answer() | {"result": without(an_answer()["result"], "shadowed")}),
        "no stage": ("policy_malformed", an_answer() | {"result": without(an_answer()["result"], "stage")}),
        "violations as an object": ("policy_malformed", an_answer(violations={})),
        "a violation without code": ("policy_malformed", an_answer(effect="deny", violations=[{"message": "no"}])),
        "a violation that is text": ("policy_malformed", an_answer(effect="deny", violations=["no"])),
        "evaluated as text": ("policy_malformed", an_answer(evaluated="replica_limit")),
        "a shadow of no level": ("policy_malformed", an_answer(shadowed=[FINDING])),
        "a shadow of another level": ("policy_malformed", an_answer(shadowed=[FINDING | {"level": "no"}])),
        "an allow with violations": ("policy_malformed", an_answer(violations=[FINDING])),
        "an allow with approvals": ("policy_malformed", an_answer(approvals=[FINDING])),
        "a deny without violations": ("policy_malformed", an_answer(effect="deny")),
        "an approval without approvals": ("policy_malformed", an_answer(effect="require_approval")),
        "another stage": ("policy_malformed", an_answer(stage="rollback")),
        "stage null": ("policy_malformed", an_answer(stage=None)),
        "no provenance": ("policy_revision", without(an_answer(), "provenance")),
        "provenance without bundles": ("policy_revision", an_answer() | {"provenance": {}}),
        "provenance that is text": ("policy_revision", an_answer() | {"provenance": "sha256:a"}),
        "a bundle missing": (
            "policy_revision",
            an_answer() | {"provenance": {"bundles": {"remediation": {"revision": "sha256:a"}}}},
        ),
        "an older bundle": (
            "policy_revision",
            an_answer()
            | {
                "provenance": {
                    "bundles": {"remediation": {"revision": "sha256:0"}, "site/acme": {"revision": "sha256:b"}}
                }
            },
        ),
        "revisions swapped": (
            "policy_revision",
            an_answer()
            | {
                "provenance": {
                    "bundles": {"remediation": {"revision": "sha256:b"}, "site/acme": {"revision": "sha256:a"}}
                }
            },
        ),
        "a bundle too many": (
            "policy_revision",
            an_answer()
            | {"provenance": {"bundles": an_answer()["provenance"]["bundles"] | {"other": {"revision": "sha256:c"}}}},
        ),
        "a bundle too many, without revision": (
            "policy_revision",
            an_answer() | {"provenance": {"bundles": an_answer()["provenance"]["bundles"] | {"other": {}}}},
        ),
        "a bundle that is text": (
            "policy_revision",
            an_answer() | {"provenance": {"bundles": dict(REVISION)}},
        ),
        "a rule missing": ("policy_inventory", an_answer(evaluated=["replica_limit"])),
        "no rule at all": ("policy_inventory", an_answer(evaluated=[])),
        "a rule too many": ("policy_inventory", an_answer(evaluated=["acme/freeze", "replica_limit", "other"])),
        "a rule of another stage": ("policy_inventory", an_answer(evaluated=["acme/freeze", "image_tag"])),
    }.values(),
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_unclear_answer_is_denied_under_its_own_code(expected: str, body: Any) -> None:
    assert expected == code_of(body)


def test_the_rules_that_were_missing_are_named() -> None:
    verdict = read_decision(an_answer(evaluated=["replica_limit"]), Stage.PREFLIGHT, CATALOGUE)

    assert "acme/freeze" in verdict.violations[0].message


def test_a_denial_is_explained_from_the_catalogue() -> None:
    verdict = read_decision(an_answer(effect="deny", violations=[FINDING]), Stage.PREFLIGHT, CATALOGUE)

    assert Effect.DENY is verdict.effect
    (said,) = verdict.violations
    assert ("Too many", "ask for fewer", "policies/x.rego:6") == (said.title, said.remedy, said.rule)
    assert ("30 is above 20", "/replicas") == (said.message, said.path)


def test_a_wanted_approval_names_how_many_of_whom_and_the_rule() -> None:
    approval = {"code": "replica_limit", "message": "ask", "path": None, "count": 2, "groups": ["sre"]}

    verdict = read_decision(an_answer(effect="require_approval", approvals=[approval]), Stage.PREFLIGHT, CATALOGUE)

    (wanted,) = verdict.approvals
    assert Effect.REQUIRE_APPROVAL is verdict.effect
    assert ("replica_limit", 2, ["sre"]) == (wanted.code, wanted.count, wanted.groups)
    assert ("Too many", "policies/x.rego:6") == (wanted.title, wanted.rule)


def test_warnings_are_passed_on_and_do_not_deny() -> None:
    verdict = read_decision(an_answer(warnings=[FINDING]), Stage.PREFLIGHT, CATALOGUE)

    assert (Effect.ALLOW, ["replica_limit"]) == (verdict.effect, [said.code for said in verdict.warnings])


@pytest.mark.requirement("POL-7")
def test_what_a_rule_in_shadow_said_is_kept_with_its_level_and_does_not_deny() -> None:
    verdict = read_decision(an_answer(shadowed=[FINDING | {"level": "deny"}]), Stage.PREFLIGHT, CATALOGUE)

    (said,) = verdict.shadowed
    assert (Effect.ALLOW, ()) == (verdict.effect, verdict.violations)
    assert ("replica_limit", "deny", "30 is above 20") == (said.code, said.level, said.message)
    assert ("Too many", "policies/x.rego:6") == (said.title, said.rule)


BUSY_MACHINE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.requirement("GATE-4")
@BUSY_MACHINE
@given(JSON)
def test_nothing_that_json_can_say_allows(body: Any) -> None:
    assert Effect.DENY is read_decision(body, Stage.PREFLIGHT, CATALOGUE).effect


@pytest.mark.requirement("GATE-4")
@BUSY_MACHINE
@given(key=st.sampled_from(sorted(an_answer()["result"])), value=JSON)
def test_no_other_value_of_any_key_of_an_allow_allows(key: str, value: Any) -> None:
    original = an_answer()["result"][key]
    # Warnings may be any findings, and a list may be in another order; neither changes what is allowed.
    if value != original and key != "warnings":
        assert Effect.DENY is read_decision(an_answer(**{key: value}), Stage.PREFLIGHT, CATALOGUE).effect
