"""
What is denied stays denied when something is not known.
"""

from pathlib import Path
from typing import Any

import pytest

from executor.core.policy import NamespaceInput
from executor.opa.conventions import Package
from executor.opa.mutation import Finding, Leak, exceptions, judge, label, law
from tests.policies.denials import denials
from tests.policies.denials_of_objects import denials_when_configured, site_configuration, to_be_approved
from tests.policies.opa import EXAMPLE, POLICIES, evaluate, read_policies, staged_author
from tests.policies.requests import a_request

pytestmark = pytest.mark.integration


def judged(folder: Path, requests: dict[str, Any], onto: Path, *beside: Path) -> Finding:
    """
    Put the rules of one staged folder under the law.
    """
    policies = read_policies(folder)
    module = onto / "law.rego"
    module.write_text(law(policies.rules))
    bundles = [argument for bundle in (folder, *beside) for argument in ("-b", str(bundle))]
    asked = {"requests": requests, "about": {label(rule): list(requests) for rule in policies.rules}}
    answer = evaluate("data.mutation_law", asked, *bundles, "-d", str(module))
    return judge(answer, exceptions(policies.notes, policies.rules))


@pytest.mark.timeout(300)  # tens of thousands of questions: 30 s of one processor, which others may be using
@pytest.mark.requirement("GATE-4")
@pytest.mark.requirement("POL-1")
def test_no_shipped_rule_allows_for_want_of_knowledge(tmp_path: Path) -> None:
    """
    A rule that objects to nothing before a site asks for more is put to the test under such a site's configuration.
    """
    by_default, configured = (
        judged(
            POLICIES, {case: request.model_dump(mode="json") for case, (request, _) in cases.items()}, tmp_path, *site
        )
        for cases, site in (
            (denials() | to_be_approved(), ()),
            (denials_when_configured(), (site_configuration(tmp_path / "site"),)),
        )
    )

    assert ((), ()) == (by_default.leaks, configured.leaks)
    assert set() == set(by_default.unproven) & set(configured.unproven)
    assert set() == set(by_default.unused) & set(configured.unused)


def test_the_law_finds_a_rule_that_takes_null_for_a_small_number(tmp_path: Path) -> None:
    rule = tmp_path / "careless/preflight/few/few.rego"
    rule.parent.mkdir(parents=True)
    rule.write_text(
        "# METADATA\n# title: Few\n# custom:\n#   absence_allows:\n#     - {path: /after/spec, because: none}\n"
        "package site.careless.preflight.few\n"
        'deny contains "too many" if input.after.spec.replicas > 20\n'
    )
    staged = staged_author(tmp_path / "careless", tmp_path / "staged")["site/careless"]
    request = a_request("scale", {"replicas": 50}).model_dump(mode="json")

    found = judged(
        staged, {"fifty": request, "five": a_request("scale", {"replicas": 5}).model_dump(mode="json")}, tmp_path
    )

    expected = [
        ("/after", "null"),
        ("/after", "removed"),
        ("/after/spec/replicas", "null"),
        ("/after/spec/replicas", "removed"),
    ]
    assert (
        Finding(
            leaks=tuple(Leak("preflight/careless/few", path, how, "fifty") for path, how in expected),
            unproven=(),
            unused=(),
        )
        == found
    )


def test_the_law_names_rules_that_no_request_puts_to_the_test_and_exceptions_that_excuse_nothing() -> None:
    rules: list[Package] = [("site", "acme", "preflight", "one"), ("remediation", "rules", "dry_run", "two")]
    notes = {rules[0]: {"custom": {"absence_allows": [{"path": "/after/*", "because": "a reason"}]}}}
    answer = {"objects": {"dry_run/two": ["a request"]}, "leaks": []}

    found = judge(answer, exceptions(notes, rules))

    assert Finding(leaks=(), unproven=("preflight/acme/one",), unused=(("preflight/acme/one", "/after/*"),)) == found
    assert ["preflight/acme/one", "dry_run/two"] == [label(rule) for rule in rules]


def test_the_law_holds_for_the_example_folder(tmp_path: Path) -> None:
    staged = staged_author(EXAMPLE, tmp_path / "staged")["site/acme"]
    frozen = a_request("restart", namespace=NamespaceInput(labels={"acme.example/freeze": "true"}, annotations={}))
    requests = {"restart while frozen": frozen.model_dump(mode="json")}

    assert Finding(leaks=(), unproven=(), unused=()) == judged(staged, requests, tmp_path, POLICIES)
