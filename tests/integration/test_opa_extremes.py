"""
What is too slow, too many or too large: rules that never end, five hundred rules, inputs of two megabytes.
"""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from executor.core.policy import Effect, Stage
from tests.fakes.inputs import an_input
from tests.fakes.opa_gate import serving_folders
from tests.fakes.policies import an_author_folder
from tests.waiting import eventually

pytestmark = [
    pytest.mark.integration,
    pytest.mark.requirement("GATE-4"),
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]

ENDLESS = """\
deny contains "late" if {
	input.step.id == "endless"
	many := numbers.range(1, 3000)
	some a in many
	some b in many
	some c in many
	(a + b) + c < 0
}"""


def processor_seconds(folder: Path) -> float:
    """
    Return the time that the OPA which serves below a folder has computed so far.
    """
    (owner,) = (folder / "state" / "opa").glob("child-*/owner.json")
    pid = json.loads(owner.read_text())["child"]
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / 100


async def test_a_rule_that_never_ends_is_a_denial_within_the_limit_and_opa_answers_on(tmp_path: Path) -> None:
    acme = an_author_folder(tmp_path / "acme", body=ENDLESS)
    async with serving_folders(tmp_path, acme, timeout_seconds=1) as gate:
        async with asyncio.timeout(30):
            slow = await asyncio.gather(*(gate.decide(an_input(step="endless"), run=None) for _ in range(4)))

        async def answers() -> bool:
            return (await gate.decide(an_input(), run=None)).allowed

        await eventually(answers)

        seen: list[tuple[float, float]] = []

        async def rests() -> bool:
            # A rule that goes on computes all the time that has gone by since an earlier look.
            now = (asyncio.get_running_loop().time(), processor_seconds(tmp_path))
            seen.append(now)
            earlier = [each for each in seen if now[0] - each[0] >= 0.5]
            return bool(earlier) and now[1] - earlier[-1][1] < 0.25

        await eventually(rests)

    assert {"policy_timeout"} == {said.code for decision in slow for said in decision.violations}
    assert {Effect.DENY} == {decision.effect for decision in slow}
    assert all(1 <= decision.duration_seconds < 10 for decision in slow)


async def test_others_are_judged_while_a_rule_never_ends(tmp_path: Path) -> None:
    acme = an_author_folder(tmp_path / "acme", body=ENDLESS)
    async with serving_folders(tmp_path, acme, timeout_seconds=5) as gate:
        slow = asyncio.create_task(gate.decide(an_input(step="endless"), run=None))
        others = [await gate.decide(an_input(), run=None) for _ in range(20)]

        assert not slow.done()
        slow.cancel()
    assert {Effect.ALLOW} == {decision.effect for decision in others}


async def test_five_hundred_rules_are_loaded_and_all_of_them_are_asked(tmp_path: Path) -> None:
    for number in range(500):
        an_author_folder(
            tmp_path / "acme", rule=f"rule_{number}", body=f'deny contains "no" if input.step.id == "step-{number}"'
        )
    async with serving_folders(tmp_path, tmp_path / "acme") as gate:
        allowed = await gate.decide(an_input(), run=None)
        denied = await gate.decide(an_input(step="step-499"), run=None)

    assert (Effect.ALLOW, 501) == (allowed.effect, len(allowed.evaluated))
    assert ["acme/rule_499"] == [said.code for said in denied.violations]
    assert "acme/preflight/rule_499/rule_499.rego:6" == denied.violations[0].rule


@pytest.mark.parametrize("stage", [Stage.PREFLIGHT, Stage.DRY_RUN])
async def test_an_input_of_two_megabytes_is_judged(tmp_path: Path, stage: Stage) -> None:
    acme = an_author_folder(
        tmp_path / "acme", stage=stage, body='deny contains "too much" if count(input.after.data.text) > 2000000'
    )
    async with serving_folders(tmp_path, acme) as gate:
        decision = await gate.decide(an_input(stage=stage, after={"data": {"text": "é" * 2**21}}), run=None)

    assert ["acme/freeze"] == [said.code for said in decision.violations]


async def test_a_rule_without_an_answer_for_some_inputs_is_refused(tmp_path: Path) -> None:
    """
    Where the rule is not defined, nobody knows what it would have said: it must be a set for every input.
    """
    acme = an_author_folder(tmp_path / "acme")
    async with serving_folders(tmp_path, acme) as gate:
        an_author_folder(acme, body='deny := {"no"} if input.step.id == "denied"')

        async def refused() -> str | None:
            return None if gate.loading.refused is None else gate.loading.refused.reason

        reason = await eventually(refused)

    assert "(missing: acme/freeze)" in reason
