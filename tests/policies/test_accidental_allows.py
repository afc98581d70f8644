"""
The ways in which a rule in Rego comes to allow by accident, as far as policies stop them themselves.

What the gate stops (no result, a missing bundle, another revision) is tested where the gate is.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from executor.opa.conventions import problems
from tests.policies.opa import POLICIES, decisions, evaluate, opa, read_policies, staged_author
from tests.policies.requests import a_request

pytestmark = [pytest.mark.integration, pytest.mark.requirement("GATE-4")]

RULE = "site.acme.preflight.rule"


def a_rule(onto: Path, body: str, *, stage: str = "preflight", package: str = RULE) -> Path:
    """
    Stage an author's folder with one rule.
    """
    place = onto / "acme" / stage / "rule"
    place.mkdir(parents=True)
    (place / "rule.rego").write_text(
        "# METADATA\n# title: Rule\n# description: It judges.\n# custom:\n#   solution: ask less\n"
        f"package {package}\n\n{body}\n"
    )
    (place / "rule_test.rego").write_text(f"package {package}_test\n\ntest_it if true\n")
    return staged_author(onto / "acme", onto / "staged")["site/acme"]


def decided(bundle: Path) -> dict[str, Any]:
    """
    Ask about a scale that nothing shipped objects to.
    """
    answer: dict[str, Any] = decisions({"it": a_request("scale", {"replicas": 5}).model_dump(mode="json")}, bundle)[
        "it"
    ]
    return answer


def said(bundle: Path) -> list[str]:
    return [problem.message for problem in problems(read_policies(bundle))]


@pytest.mark.parametrize(
    "body",
    ["deny if true", "deny := false", 'deny := {"message": "no"}', 'deny := ["no"]', "deny := 7", 'warn := "no"'],
)
def test_a_rule_that_answers_with_no_set_denies_and_is_reported(tmp_path: Path, body: str) -> None:
    rule = a_rule(tmp_path, body)

    answer = decided(rule)

    assert "deny" == answer["effect"]
    assert "malformed_rule" in {each["code"] for each in answer["violations"]}
    assert ["must be a set of findings" in message for message in said(rule)] == [True]


@pytest.mark.parametrize("name", ["denies", "deyn", "violation"])
def test_a_misspelt_deny_is_not_among_the_evaluated_and_is_reported(tmp_path: Path, name: str) -> None:
    rule = a_rule(tmp_path, f'{name} contains "no"')

    assert "acme/rule" not in decided(rule)["evaluated"]
    assert ["says nothing that the router reads: deny, warn, require_approval"] == said(rule)


@pytest.mark.parametrize("stage", ["prefligt", "apply", "restore"])
def test_a_rule_in_a_stage_that_is_not_asked_is_not_evaluated_and_is_reported(tmp_path: Path, stage: str) -> None:
    rule = a_rule(tmp_path, 'deny contains "no"', stage=stage, package=f"site.acme.{stage}.rule")

    assert "acme/rule" not in decided(rule)["evaluated"]
    assert [f"stage {stage} is not asked: use one of plan, preflight, dry_run, verify, rollback"] == said(rule)


@pytest.mark.parametrize(
    "negation",
    [
        'not startswith(input.after.metadata.labels.team, "a")',
        'not input.after.metadata.labels.team in {"a"}',
        "not input.after.metadata.labels.team == {input.after.spec.absent}",
        "not _is_small(input.after.spec.absent)",
        'not _known != "a"',
        "not _sizes[input.after.spec.absent]",
        "count([1 | some x in [1]; not x < input.after.spec.absent]) > 0",
        "every x in [1] { not x < input.after.spec.absent }",
    ],
)
def test_a_negation_that_vanishes_with_its_argument_is_reported(tmp_path: Path, negation: str) -> None:
    helpers = "_is_small(x) if x < 3\n\n_known := input.after.spec.absent\n\n_sizes := {1: 2}"
    rule = a_rule(tmp_path, f'deny contains "no" if {{\n\t{negation}\n}}\n\n{helpers}')

    assert "allow" == decided(rule)["effect"], "OPA has changed: the trap is gone"
    assert ["is undefined, not true, when part of it is missing" in message for message in said(rule)] == [True]


@pytest.mark.parametrize(
    "negation",
    [
        "not _known",
        "not input.after.spec.absent",
        "some x in [5]; not _is_small(x)",
        "not input.after.spec.absent == 3",
        "not input.after.spec.absent == _known",
    ],
)
def test_a_negation_that_holds_is_not_reported(tmp_path: Path, negation: str) -> None:
    helpers = "_is_small(x) if x < 3\n\n_known := input.after.spec.absent"
    rule = a_rule(tmp_path, f'deny contains "no" if {{ {negation} }}\n\n{helpers}')

    assert "deny" == decided(rule)["effect"]
    assert [] == said(rule)


def test_a_message_of_something_undefined_keeps_the_denial_as_a_template_and_loses_it_in_sprintf(
    tmp_path: Path,
) -> None:
    template = a_rule(tmp_path / "template", 'deny contains $"no {input.after.spec.absent}"')
    sprintf = a_rule(tmp_path / "sprintf", 'deny contains sprintf("no %v", [input.after.spec.absent])')

    assert ["no <undefined>"] == [each["message"] for each in decided(template)["violations"]]
    assert [] == said(template)
    assert "allow" == decided(sprintf)["effect"]
    assert ["sprintf of something undefined" in message for message in said(sprintf)] == [True]


def test_a_rule_that_asks_the_gate_does_not_load(tmp_path: Path) -> None:
    rule = a_rule(tmp_path, 'deny contains "no" if data.remediation.decision.effect == "deny"')

    done = opa("check", "-b", str(POLICIES), str(rule))

    assert 1 == done.returncode
    assert "recursive" in done.stderr


def test_a_folder_cannot_add_to_a_shipped_package(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    (bundle / "more.rego").write_text("package remediation.rules.preflight.replica_ceiling\n\n_within if true\n")
    (bundle / ".manifest").write_text(json.dumps({"roots": ["site/acme"], "rego_version": 1}))

    done = opa("check", "-b", str(POLICIES), str(bundle))

    assert 1 == done.returncode
    assert "manifest roots [site/acme] do not permit" in done.stderr


def test_a_stage_without_rules_is_denied() -> None:
    request = a_request("scale", {"replicas": 5}).model_dump(mode="json") | {"stage": "apply"}

    answer = decisions({"it": request})["it"]

    assert ("deny", ["no_rules"]) == (answer["effect"], [each["code"] for each in answer["violations"]])


def test_a_parameter_of_the_wrong_type_denies_and_raises_nothing() -> None:
    request = a_request("set_image", {"images": {"app": "nginx:1.27"}}).model_dump(mode="json")
    dry = request | {"stage": "dry_run"}
    defaults: dict[str, Any] = json.loads((POLICIES / "remediation/defaults/data.json").read_text())
    wrong_values: list[Any] = [None, {}, [None], [7], "7", True]
    wrong = [
        {rule: {"params": {name: value}}}
        for rule, parameters in defaults.items()
        for name in parameters
        for value in wrong_values
    ]
    query = (
        "[decision.effect | some rules in input.rules; some request in input.requests; "
        "decision := data.remediation.decision with input as request with data.config.rules as rules]"
    )

    effects = evaluate(query, {"rules": wrong, "requests": [request, dry]}, "-b", str(POLICIES))

    assert 2 * len(wrong) == len(effects)
