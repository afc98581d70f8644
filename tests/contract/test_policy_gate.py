"""
What the engine may expect of a policy gate: of the fake, of OPA as our child, and of an OPA that others run.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from executor.core.digest import digest
from executor.core.pinning import BEFORE_A_WRITE
from executor.core.policy import ASKED_STAGES, Effect, Stage
from executor.engine.ports import PolicyGate
from executor.opa import build_bundles, open_gate
from tests.fakes.gate import FakeGate
from tests.fakes.inputs import NOW, TestClock, an_input
from tests.fakes.opa import an_external_opa
from tests.fakes.policies import a_shipped_folder, an_author_folder

APPROVAL = 'require_approval contains {"message": "ask the owners", "path": "/id"} if input.step.id == "big"'


@asynccontextmanager
async def a_fake(_: Path) -> AsyncIterator[PolicyGate]:
    gate = FakeGate()
    gate.denies("name_limit", step="denied", message="not this step")
    gate.requires_approval("acme/owners", step="big")
    yield gate


@asynccontextmanager
async def an_opa_child(folder: Path) -> AsyncIterator[PolicyGate]:
    async with open_gate(
        state_dir=folder / "state",
        policy_paths=[_owners(folder)],
        opa_url=None,
        opa_token_file=None,
        timeout_seconds=5,
        clock=TestClock(),
        shipped=a_shipped_folder(folder / "policies"),
    ) as gate:
        yield gate


@asynccontextmanager
async def an_opa_elsewhere(folder: Path) -> AsyncIterator[PolicyGate]:
    shipped, paths = a_shipped_folder(folder / "policies"), [_owners(folder)]
    await build_bundles(folder / "bundles", state_dir=folder / "builder", policy_paths=paths, shipped=shipped)
    async with (
        an_external_opa(folder / "bundles", "remediation", "site/acme") as url,
        open_gate(
            state_dir=folder / "state",
            policy_paths=paths,
            opa_url=url,
            opa_token_file=None,
            timeout_seconds=5,
            clock=TestClock(),
            shipped=shipped,
        ) as gate,
    ):
        yield gate


def _owners(folder: Path) -> Path:
    return an_author_folder(folder / "acme", stage="preflight", rule="owners", body=APPROVAL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    One for all tests here: the policy set is checked once, and found again.
    """
    return tmp_path_factory.mktemp("gate")


@pytest.fixture(
    params=[
        a_fake,
        pytest.param(an_opa_child, marks=pytest.mark.integration),
        pytest.param(an_opa_elsewhere, marks=pytest.mark.integration),
    ],
    ids=lambda param: param.__name__,
)
async def gate(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[PolicyGate]:
    async with request.param(folder) as opened:
        yield opened


@pytest.mark.parametrize("stage", ASKED_STAGES)
@pytest.mark.requirement("GATE-1")
async def test_what_no_rule_objects_to_is_allowed(gate: PolicyGate, stage: Stage) -> None:
    decision = await gate.decide(an_input(stage=stage), run="run-1")

    assert (Effect.ALLOW, []) == (decision.effect, decision.violations)
    assert decision.allowed


@pytest.mark.parametrize("stage", ASKED_STAGES)
@pytest.mark.requirement("GATE-1", "GATE-2")
async def test_what_a_rule_objects_to_is_denied_at_each_stage(gate: PolicyGate, stage: Stage) -> None:
    decision = await gate.decide(an_input(stage=stage, step="denied"), run="run-1")

    assert (Effect.DENY, ["name_limit"]) == (decision.effect, [said.code for said in decision.violations])
    assert not decision.allowed


@pytest.mark.requirement("POL-8")
async def test_a_denial_says_what_the_rule_saw_where_it_stands_and_what_to_do(gate: PolicyGate) -> None:
    decision = await gate.decide(an_input(step="denied"), run="run-1")

    (said,) = decision.violations
    assert "not this step" == said.message
    assert said.title
    assert said.remedy
    assert "policies/remediation/rules/preflight/name_limit/name_limit.rego:6" == said.rule


@pytest.mark.requirement("GATE-4")
async def test_a_wanted_approval_is_no_allow(gate: PolicyGate) -> None:
    decision = await gate.decide(an_input(step="big"), run="run-1")

    assert Effect.REQUIRE_APPROVAL is decision.effect
    assert not decision.allowed
    assert ["acme/owners"] == [approval.code for approval in decision.approvals]


@pytest.mark.requirement("GATE-8")
async def test_a_decision_tells_what_was_asked_of_which_rules_at_which_revision(gate: PolicyGate) -> None:
    request = an_input(after={"kind": "Deployment", "spec": {"replicas": 3, "ratio": 0.5}})

    decision = await gate.decide(request, run="run-1")

    assert ("run-1", "more", Stage.PREFLIGHT) == (decision.run, decision.step, decision.stage)
    assert request.model_dump(mode="json") == decision.input
    assert digest(decision.input) == decision.input_digest
    assert gate.catalogue.revision == decision.revision
    assert sorted(gate.catalogue.inventory(Stage.PREFLIGHT)) == decision.evaluated
    assert NOW == decision.at
    assert decision.duration_seconds >= 0


async def test_a_decision_survives_json(gate: PolicyGate) -> None:
    decision = await gate.decide(an_input(step="denied"), run=None)

    assert decision == type(decision).model_validate_json(decision.model_dump_json())
    assert json.loads(decision.model_dump_json())["run"] is None


async def test_each_decision_has_its_own_id(gate: PolicyGate) -> None:
    decisions = [await gate.decide(an_input(), run="run-1") for _ in range(3)]

    assert 3 == len({decision.id for decision in decisions})


async def test_readiness_is_reported_under_the_name_opa(gate: PolicyGate) -> None:
    check = await gate.check()

    assert ("opa", True) == (check.name, check.ok)


@pytest.mark.parametrize("stage", ASKED_STAGES)
async def test_the_catalogue_knows_every_rule_that_answers(gate: PolicyGate, stage: Stage) -> None:
    decision = await gate.decide(an_input(stage=stage), run="run-1")

    assert set(decision.evaluated) == set(gate.catalogue.inventory(stage))
    assert all(gate.catalogue.rule(stage, code) is not None for code in decision.evaluated)


@pytest.mark.parametrize("stage", ASKED_STAGES)
@pytest.mark.requirement("GATE-9")
async def test_a_run_that_started_with_the_active_policy_is_judged_by_it(gate: PolicyGate, stage: Stage) -> None:
    request = an_input(stage=stage, step="denied")

    decision = await gate.decide(request, run="run-1", pinned=dict(gate.catalogue.revision))

    assert (Effect.DENY, [], gate.catalogue.revision) == (decision.effect, decision.warnings, decision.revision)


@pytest.mark.parametrize("stage", ASKED_STAGES)
@pytest.mark.requirement("GATE-9")
async def test_a_run_whose_policy_is_gone_writes_nothing_more_and_is_not_stranded(
    gate: PolicyGate, stage: Stage
) -> None:
    decision = await gate.decide(an_input(stage=stage), run="run-1", pinned={"remediation": "sha256:gone"})

    if stage in BEFORE_A_WRITE:
        assert (Effect.DENY, ["policy_revision"]) == (decision.effect, [said.code for said in decision.violations])
    else:
        assert (Effect.ALLOW, ["policy_revision"]) == (decision.effect, [said.code for said in decision.warnings])


@pytest.mark.requirement("GATE-9")
async def test_what_was_loaded_first_is_no_refusal(gate: PolicyGate) -> None:
    gate.needed_by(list)

    assert gate.loading.loaded_at
    assert gate.loading.refused is None
