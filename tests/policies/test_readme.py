"""
The policy in the README is what it says: it is taken beside the shipped ones, and its test passes and can fail.
"""

import re
from pathlib import Path

import pytest

from executor.core.policy import Stage
from executor.opa import PolicyRefused
from executor.opa.binary import find_opa
from executor.opa.compose import compose
from executor.opa.shipped import shipped_policies

README = Path(__file__).parents[2] / "README.md"

pytestmark = pytest.mark.integration


def _folder(place: Path, rule: str, test: str) -> Path:
    folder = place / "acme" / "preflight" / "change_freeze"
    folder.mkdir(parents=True)
    (folder / "change_freeze.rego").write_text(rule)
    (folder / "change_freeze_test.rego").write_text(test)
    return place / "acme"


def _blocks() -> tuple[str, str]:
    rule, test = re.findall(r"```rego\n(.*?)```", README.read_text(), re.DOTALL)
    return rule, test


@pytest.mark.requirement("POL-1")
async def test_the_rule_of_the_readme_is_taken_with_its_title_and_remedy(tmp_path: Path) -> None:
    author = _folder(tmp_path, *_blocks())

    policies = await compose(find_opa(), shipped=shipped_policies(), authors=[author], onto=tmp_path / "sets")

    rule = policies.catalogue.rule(Stage.PREFLIGHT, "acme/change_freeze")
    assert rule is not None
    assert "No remediation while the shop is frozen" == rule.title
    assert rule.remedy.startswith("wait for the end of the freeze")


async def test_the_test_of_the_readme_fails_when_its_rule_lets_the_frozen_pass(tmp_path: Path) -> None:
    rule, test = _blocks()
    author = _folder(tmp_path, rule.replace('== "false"', '!= "never"'), test)

    with pytest.raises(PolicyRefused, match="test_a_frozen_namespace_is_denied fails"):
        await compose(find_opa(), shipped=shipped_policies(), authors=[author], onto=tmp_path / "sets")
