"""
Every action that changes an object in place, on a real API server: it succeeds, it is denied, and it is put back.
"""

import secrets

import pytest

from executor.core.diff import diff
from executor.core.target import Target
from tests.integration.actions.local_cases import CASES, MARK, Case
from tests.integration.actions.local_stage import Stage, held
from tests.plans import a_plan
from tests.serving import Caller

pytestmark = [pytest.mark.integration, pytest.mark.requirement("ACT-2"), pytest.mark.requirement("DRY-1")]

cases = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def a_name() -> str:
    return f"it-{secrets.token_hex(4)}"


@cases
async def test_it_is_done_and_seen_to_arrive(case: Case, caller: Caller, stage: Stage) -> None:
    target = await case.arrange(stage, a_name())

    async with stage.playing(case.part, target):
        run = await caller.run_of(a_plan(stage.step(case.action, target, case.parameters, id="it")))
    live = await stage.live(target)
    await tidy(stage, target)

    assert "succeeded" == run["phase"], run["message"]
    [step] = run["steps"]
    assert ("applied", "verified") == (step["actuation"], step["verification"])
    assert case.reversible is step["reversible"]
    assert {} == case.missed(live)


@pytest.mark.requirement("GATE-1")
@pytest.mark.parametrize(
    "case",
    [each for each in CASES.values() if not each.on_a_node],
    ids=[name for name, each in CASES.items() if not each.on_a_node],
)
async def test_it_is_not_done_in_a_protected_namespace(case: Case, caller: Caller, protected: Stage) -> None:
    target = await case.arrange(protected, a_name())
    before = held(await protected.live(target))

    run = await caller.run_of(a_plan(protected.step(case.action, target, case.parameters, id="it")))
    after = held(await protected.live(target))
    await protected.gone(target)

    assert "denied" == run["phase"], run["message"]
    assert "protected_namespaces" in run["message"]
    assert before == after


@pytest.mark.requirement("GATE-1")
@pytest.mark.parametrize(
    "case",
    [each for each in CASES.values() if each.refused is not None],
    ids=[name for name, each in CASES.items() if each.refused is not None],
)
async def test_a_control_plane_node_stays_in_service_and_in_its_role(case: Case, caller: Caller, stage: Stage) -> None:
    target = await case.arrange(stage, a_name())
    await stage.edit(target, {"metadata": {"labels": {MARK: ""}}})
    before = held(await stage.live(target))

    run = await caller.run_of(a_plan(stage.step(case.action, target, case.refused, id="it")))
    after = held(await stage.live(target))
    await stage.gone(target)

    assert "denied" == run["phase"], run["message"]
    assert "control_plane_node" in run["message"]
    assert before == after


@pytest.mark.requirement("ROLL-7")
@cases
async def test_it_is_put_back_when_a_later_step_fails(case: Case, caller: Caller, stage: Stage) -> None:
    target = await case.arrange(stage, a_name())
    before = await stage.live(target)
    plan = a_plan(stage.step(case.action, target, case.parameters, id="it"), stage.failing("it"))

    async with stage.playing(case.part, target):
        run = await caller.run_of(plan)
    after = await stage.live(target)
    await tidy(stage, target)

    if case.reversible:
        assert "rolled_back" == run["phase"], run["message"]
        assert "restored" == run["steps"][0]["phase"]
        assert () == diff(held(before), held(after))
        assert held(before) == held(after)
    else:
        assert "degraded" == run["phase"], run["message"]
        assert ["it"] == [each["step"] for each in run["rollback"]["residue"]]
        assert "irreversible" in run["rollback"]["residue"][0]["why"]


async def tidy(stage: Stage, target: Target) -> None:
    """
    Delete what other tests would see.
    """
    if target.namespace != stage.namespace:
        await stage.gone(target)
