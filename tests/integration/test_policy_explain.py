"""
Why a decision is as it is: the rule, its place, its facts on the recorded input, and the inputs it reads.
"""

from pathlib import Path

import pytest

from executor.core.policy import Effect, Violation
from executor.core.verdict import Verdict
from executor.opa.binary import find_opa
from executor.opa.choosing import composed
from executor.opa.explaining import explain
from tests.fakes.inputs import an_input
from tests.fakes.policies import a_shipped_folder, an_author_folder
from tests.fakes.recorded import a_recorded

pytestmark = [pytest.mark.integration, pytest.mark.requirement("POL-8")]

BODY = """\
deny contains "frozen" if not _passes

_passes if _harmless(input.step.action)

_passes if _limit > count(input.step.parameters)

_limit := 0 if input.run.name

_harmless(action) if action == input.target.kind
"""


async def test_each_rule_that_objected_tells_its_facts_and_the_inputs_behind_them(tmp_path: Path) -> None:
    shipped, author = a_shipped_folder(tmp_path / "shipped"), an_author_folder(tmp_path / "acme", body=BODY)
    policies = await composed(tmp_path / "state", [author], shipped=shipped)
    verdict = Verdict(
        Effect.DENY,
        (Violation(code="acme/freeze", message="frozen"),),
        evaluated=("acme/freeze", "name_limit"),
        revision=policies.catalogue.revision,
    )
    decision = a_recorded("d1", an_input(), verdict)

    (found,) = await explain(find_opa(), decision, policies)
    every = await explain(find_opa(), decision, policies, every=True)

    assert ("acme/freeze", "Steps by name", "name the step otherwise") == (
        found["rule"],
        found["title"],
        found["remedy"],
    )
    assert [{"level": "deny", "message": "frozen"}] == found["said"]
    assert {"_passes": (False, None), "_limit": (True, 0)} == {
        fact["fact"]: (fact["holds"], fact["value"]) for fact in found["facts"]
    }
    assert ["acme/preflight/freeze/freeze.rego:10", "acme/preflight/freeze/freeze.rego:14"] == [
        fact["place"] for fact in found["facts"]
    ]
    assert {
        "/step/action": "scale",
        "/step/parameters": {"replicas": 3},
        "/run/name": "more-checkout",
        "/target/kind": "Deployment",
    } == {read["path"]: read["value"] for read in found["inputs"]}
    assert ["acme/freeze", "name_limit"] == [rule["rule"] for rule in every]
    assert [] == every[1]["said"]
