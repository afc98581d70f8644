"""
A recorded decision becomes a test beside a rule: green on the set that decided, red when the rule says otherwise.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from executor.core.policy import Decision, Effect, Stage
from executor.core.verdict import Verdict
from executor.opa import OpaSetupError, PolicyRefused
from executor.opa.binary import find_opa
from executor.opa.capturing import capture
from executor.opa.choosing import composed
from executor.opa.policy_set import PolicySet
from executor.opa.serving import OwnOpas
from tests.fakes.batches import a_decision
from tests.fakes.inputs import an_input
from tests.fakes.policies import a_config_folder, a_shipped_folder, an_author_folder
from tests.fakes.recorded import a_recorded
from tests.policies.opa import opa

pytestmark = [pytest.mark.integration, pytest.mark.requirement("POL-5")]


async def decided(folder: Path, policies: PolicySet, **request: Any) -> Decision:
    """
    Ask a set that is served.
    """
    asked = an_input(**request)
    served = await OwnOpas(folder / "opas", timeout_seconds=20).serve(policies)
    try:
        verdict: Verdict = await served.judge(asked.model_dump(mode="json"), asked.stage)
    finally:
        await served.close()
    return a_recorded("01kavx3c9q", asked, verdict, at="2026-11-23T11:24:06.942Z")


def rego_files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.rego"))


async def test_a_captured_denial_is_a_test_that_holds_now_and_fails_when_the_rule_is_gone(tmp_path: Path) -> None:
    shipped, author = a_shipped_folder(tmp_path / "shipped"), an_author_folder(tmp_path / "acme")
    # An owner whose rules are not beside the captured test, and a configuration that it rests on.
    other = an_author_folder(tmp_path / "beta", owner="beta", rule="too", body='deny contains "no" if input.step.id')
    config = a_config_folder(tmp_path / "config")
    policies = await composed(tmp_path / "state", [author, other, config], shipped=shipped)
    decision = await decided(tmp_path, policies, step="frozen", after={"text": 'é " \\ 🚀 {x}'})
    assert {"acme/freeze", "beta/too"} == {each.code for each in decision.violations}

    file = await capture(find_opa(), decision, into=[author], policies=policies)

    assert author / "preflight/freeze/freeze_01kavx3c9q_captured_test.rego" == file
    text = file.read_text()
    assert "beta" not in text
    assert "name_limit" in text, "the configuration of that time is in it"
    formatted = opa("fmt", "-d", "--fail", str(file))
    assert (0, "") == (formatted.returncode, formatted.stdout)
    # Composing runs each owner's tests beside the shipped rules alone.
    await composed(tmp_path / "state", [author, other, config], shipped=shipped)
    an_author_folder(tmp_path / "acme", body='deny contains "frozen" if input.step.id == "ice"')
    with pytest.raises(PolicyRefused, match="test_captured_01kavx3c9q fails"):
        await composed(tmp_path / "state", [author, other, config], shipped=shipped)


async def test_a_captured_allow_stands_beside_a_rule_of_its_stage_under_the_name_given(tmp_path: Path) -> None:
    shipped, author = a_shipped_folder(tmp_path / "shipped"), an_author_folder(tmp_path / "acme")
    an_author_folder(tmp_path / "acme", stage="dry_run", rule="late")
    policies = await composed(tmp_path / "state", [author], shipped=shipped)
    decision = await decided(tmp_path, policies, stage=Stage.DRY_RUN)
    assert Effect.ALLOW is decision.effect

    file = await capture(find_opa(), decision, into=[author], policies=policies, name="ordinary")
    text = file.read_text()

    assert author / "dry_run/late/late_ordinary_captured_test.rego" == file
    assert 'answer.effect == "allow"' in text
    await composed(tmp_path / "state", [author], shipped=shipped)
    with pytest.raises(OpaSetupError, match="exists already"):
        await capture(find_opa(), decision, into=[author], policies=policies, name="ordinary")
    assert text == file.read_text()
    file.unlink()
    assert text == (await capture(find_opa(), decision, into=[author], policies=policies, name="ordinary")).read_text()


async def test_a_captured_test_holds_the_recorded_input_and_no_more(tmp_path: Path) -> None:
    shipped, author = a_shipped_folder(tmp_path / "shipped"), an_author_folder(tmp_path / "acme")
    policies = await composed(tmp_path / "state", [author], shipped=shipped)
    decision = await decided(tmp_path, policies, after={"kind": "Secret", "data": {"password": "hmac-sha256:0f3a"}})

    file = await capture(find_opa(), decision, into=[author], policies=policies)
    text = file.read_text()

    start = text.index("\n_01kavx3c9q := ") + len("\n_01kavx3c9q := ")
    found = opa("eval", "-f", "json", text[start:])
    assert decision.input == json.loads(found.stdout)["result"][0]["expressions"][0]["value"]


async def test_what_cannot_be_captured_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    shipped, author = a_shipped_folder(tmp_path / "shipped"), an_author_folder(tmp_path / "acme")
    policies = await composed(tmp_path / "state", [author], shipped=shipped)
    before = rego_files(tmp_path)
    own = a_decision("d1").model_copy(
        update={"violations": [a_decision("d1").violations[0].model_copy(update={"code": "policy_timeout"})]}
    )

    with pytest.raises(OpaSetupError, match="the executor's own"):
        await capture(find_opa(), own, into=[author], policies=policies)
    with pytest.raises(OpaSetupError, match="--into"):
        await capture(find_opa(), a_decision("d1"), into=[], policies=policies)
    with pytest.raises(OpaSetupError, match="lower-case letters"):
        await capture(find_opa(), a_decision("d1"), into=[author], policies=policies, name="../../x")
    assert before == rego_files(tmp_path)
