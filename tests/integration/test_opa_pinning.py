"""
Runs whose policy changes under them: what the set they started with says still holds, and a newer one has its say too.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from executor.core.loading import Outcome
from executor.core.pinning import BEFORE_A_WRITE
from executor.core.policy import ASKED_STAGES, Decision, Effect, Stage
from executor.opa.gate import OpaGate
from executor.opa.policy_set import SETS_KEPT
from executor.opa.shelf import EARLIER_SERVED
from tests.fakes.inputs import an_input
from tests.fakes.opa_gate import serving_folders
from tests.fakes.policies import an_author_folder
from tests.waiting import eventually

pytestmark = [pytest.mark.integration, pytest.mark.requirement("GATE-9")]

OPEN = 'deny contains "frozen" if input.step.id == "frozen"'
FROZEN = 'deny contains "the site is frozen" if input.step'


def write_rule(folder: Path, body: str) -> Path:
    """
    Write the author's rule at every stage.
    """
    for stage in ASKED_STAGES:
        an_author_folder(folder, stage=stage, body=body)
    return folder


async def changed(gate: OpaGate, folder: Path, body: str) -> dict[str, str]:
    """
    Change the rule, and return the revision that judges then.
    """
    before = gate.catalogue.revision
    write_rule(folder, body)

    async def swapped() -> bool:
        return gate.catalogue.revision != before

    await eventually(swapped)
    return dict(gate.catalogue.revision)


async def asked(gate: OpaGate, stage: Stage, pinned: Mapping[str, str]) -> Decision:
    return await gate.decide(an_input(stage=stage), run="run-1", pinned=pinned)


def children(folder: Path) -> int:
    """
    Count the OPAs that are served.
    """
    return len(list((folder / "state" / "opa").glob("child-*")))


async def until_served(folder: Path, count: int) -> None:
    async def served() -> bool:
        return children(folder) == count

    await eventually(served)


@pytest.mark.parametrize("stage", ASKED_STAGES)
async def test_a_freeze_bites_before_a_write_and_not_when_something_is_put_back(tmp_path: Path, stage: Stage) -> None:
    acme = write_rule(tmp_path / "acme", OPEN)
    async with serving_folders(tmp_path, acme) as gate:
        pinned = dict(gate.catalogue.revision)
        newer = await changed(gate, acme, FROZEN)
        decision = await asked(gate, stage, pinned)

    if stage in BEFORE_A_WRITE:
        assert (Effect.DENY, newer) == (decision.effect, decision.revision)
        assert ["acme/freeze"] == [said.code for said in decision.violations]
        assert ["the policy was changed since this run started; before, it said allow"] == [
            said.message for said in decision.warnings
        ]
    else:
        assert (Effect.ALLOW, pinned, []) == (decision.effect, decision.revision, decision.warnings)


@pytest.mark.parametrize("stage", ASKED_STAGES)
async def test_a_rule_that_was_relaxed_still_holds_for_runs_that_started_under_it(tmp_path: Path, stage: Stage) -> None:
    acme = write_rule(tmp_path / "acme", FROZEN)
    async with serving_folders(tmp_path, acme) as gate:
        pinned = dict(gate.catalogue.revision)
        newer = await changed(gate, acme, OPEN)
        of_the_run = await asked(gate, stage, pinned)
        of_a_new_run = await asked(gate, stage, newer)

    assert (Effect.DENY, pinned) == (of_the_run.effect, of_the_run.revision)
    assert (Effect.ALLOW, newer) == (of_a_new_run.effect, of_a_new_run.revision)


async def test_after_a_restart_with_other_rules_a_run_is_held_to_those_it_started_with(tmp_path: Path) -> None:
    acme = write_rule(tmp_path / "acme", FROZEN)
    async with serving_folders(tmp_path, acme) as gate:
        pinned = dict(gate.catalogue.revision)
    write_rule(acme, OPEN)
    async with serving_folders(tmp_path, acme) as gate:
        with capture_logs() as logs:
            before_a_write = await asked(gate, Stage.DRY_RUN, pinned)
            put_back = await asked(gate, Stage.ROLLBACK, pinned)
        served = children(tmp_path)

    assert (Effect.DENY, pinned) == (before_a_write.effect, before_a_write.revision)
    assert (Effect.DENY, pinned) == (put_back.effect, put_back.revision)
    assert 1 == [entry["action"] for entry in logs].count("policy_set_served_again")
    assert 2 == served


async def test_without_the_set_a_run_started_with_it_writes_nothing_more_and_is_not_stranded(tmp_path: Path) -> None:
    acme = write_rule(tmp_path / "acme", OPEN)
    gone = {"remediation": "sha256:" + "0" * 64}
    async with serving_folders(tmp_path, acme) as gate:
        with capture_logs() as logs:
            decisions = {stage: await asked(gate, stage, gone) for stage in ASKED_STAGES}

    for stage, decision in decisions.items():
        if stage in BEFORE_A_WRITE:
            assert (Effect.DENY, ["policy_revision"]) == (decision.effect, [said.code for said in decision.violations])
        else:
            assert (Effect.ALLOW, ["policy_revision"]) == (decision.effect, [said.code for said in decision.warnings])
    assert 1 == [entry["action"] for entry in logs].count("policy_set_gone")


async def test_a_kept_set_that_was_spoilt_is_not_served(tmp_path: Path) -> None:
    acme = write_rule(tmp_path / "acme", OPEN)
    async with serving_folders(tmp_path, acme) as gate:
        pinned = dict(gate.catalogue.revision)
    write_rule(acme, FROZEN)
    (kept,) = (tmp_path / "state" / "opa" / "sets").iterdir()
    (kept / "site" / "acme").chmod(0o600)
    (kept / "site" / "acme").write_bytes(b"spoilt")
    async with serving_folders(tmp_path, acme) as gate:
        decision = await asked(gate, Stage.ROLLBACK, pinned)

    assert gate.catalogue.revision == decision.revision


async def test_an_earlier_set_is_stopped_when_no_unfinished_run_needs_it(tmp_path: Path) -> None:
    acme = write_rule(tmp_path / "acme", OPEN)
    async with serving_folders(tmp_path, acme) as gate:
        in_use = [dict(gate.catalogue.revision)]
        gate.needed_by(lambda: in_use)
        await changed(gate, acme, FROZEN)
        await gate._reloader.look()
        while_needed = children(tmp_path)
        in_use.clear()
        await until_served(tmp_path, 1)

    assert 2 == while_needed
    assert 0 == children(tmp_path)


async def test_an_earlier_set_is_not_stopped_under_a_question(tmp_path: Path) -> None:
    acme = write_rule(tmp_path / "acme", OPEN)
    async with serving_folders(tmp_path, acme) as gate:
        pinned = dict(gate.catalogue.revision)
        gate.needed_by(list)
        with gate._shelf.active.held() as earlier:
            await changed(gate, acme, FROZEN)
            await gate._reloader.look()
            verdict = await earlier.judge(an_input().model_dump(mode="json"), Stage.PREFLIGHT)
        await until_served(tmp_path, 1)

    assert (Effect.ALLOW, pinned) == (verdict.effect, verdict.revision)


async def test_what_unfinished_runs_need_stays_on_disk_and_is_served_again_when_asked_for(tmp_path: Path) -> None:
    """
    More revisions are in use than OPAs are kept running, and than sets are kept for their own sake.
    """
    acme = write_rule(tmp_path / "acme", FROZEN)
    async with serving_folders(tmp_path, acme) as gate:
        in_use = [dict(gate.catalogue.revision)]
        gate.needed_by(lambda: in_use)
        for number in range(max(EARLIER_SERVED, SETS_KEPT) + 2):
            newer = await changed(gate, acme, f'deny contains "x" if input.step.id == "frozen-{number}"')
            in_use.append(newer)
        await until_served(tmp_path, 1 + EARLIER_SERVED)

        decisions = [await asked(gate, Stage.PREFLIGHT, pinned) for pinned in in_use]

    assert [Effect.DENY, *[Effect.ALLOW] * (len(in_use) - 1)] == [decision.effect for decision in decisions]
    assert in_use[0] == decisions[0].revision


async def test_a_change_that_is_taken_back_finds_its_set_still_served(tmp_path: Path) -> None:
    acme = write_rule(tmp_path / "acme", OPEN)
    kept = Path(shutil.copytree(acme, tmp_path / "kept"))
    async with serving_folders(tmp_path, acme) as gate:
        first = gate.catalogue.revision
        await changed(gate, acme, FROZEN)
        shutil.copytree(kept, acme, dirs_exist_ok=True)

        async def back() -> bool:
            return gate.catalogue.revision == first

        await eventually(back)

        assert 2 == children(tmp_path)
        assert [Outcome.LOADED] * 3 == [attempt.outcome for attempt in gate.loading.attempts]
        assert Effect.ALLOW is (await gate.decide(an_input(), run="run-1")).effect
