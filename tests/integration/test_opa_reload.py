"""
Policies that change while the gate is asked: a good set takes over, a bad one leaves everything as it was and is told.
"""

import asyncio
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from executor.core.loading import Attempt, Outcome
from executor.core.policy import Effect
from executor.opa.gate import OpaGate
from tests.fakes.inputs import an_input
from tests.fakes.opa_gate import serving_folders
from tests.fakes.policies import a_rule, an_author_folder, write
from tests.waiting import eventually

pytestmark = pytest.mark.integration

FREEZE = "preflight/freeze/freeze.rego"
DENY_ALL = 'deny contains "frozen" if input.step'


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    """
    The folder of an author, whose rule denies the step `frozen`.
    """
    return an_author_folder(tmp_path / "acme")


async def effect(gate: OpaGate, step: str = "more") -> Effect:
    return (await gate.decide(an_input(step=step), run="run-1")).effect


async def until_told(gate: OpaGate, outcome: Outcome) -> Attempt:
    async def told() -> Attempt | None:
        last = gate.loading.attempts[-1]
        return last if last.outcome is outcome and len(gate.loading.attempts) > 1 else None

    return await eventually(told)


@pytest.mark.requirement("GATE-9")
async def test_a_changed_rule_judges_without_a_restart(tmp_path: Path, acme: Path) -> None:
    told: list[Attempt] = []
    async with serving_folders(tmp_path, acme, told=told) as gate:
        before = dict(gate.catalogue.revision)
        assert Effect.ALLOW is await effect(gate)

        an_author_folder(acme, body=DENY_ALL)
        await until_told(gate, Outcome.LOADED)
        decision = await gate.decide(an_input(), run="run-1")

    assert (Effect.DENY, ["acme/freeze"]) == (decision.effect, [said.code for said in decision.violations])
    assert before["remediation"] == decision.revision["remediation"]
    assert before["site/acme"] != decision.revision["site/acme"]
    assert [(Outcome.LOADED, decision.revision)] == [(attempt.outcome, attempt.revision) for attempt in told]
    assert told[0].duration_seconds > 0


@pytest.mark.requirement("GATE-9")
async def test_a_rule_that_is_added_and_one_that_is_removed_are_noticed(tmp_path: Path, acme: Path) -> None:
    async with serving_folders(tmp_path, acme) as gate:
        an_author_folder(acme, rule="another", body=DENY_ALL)
        await until_told(gate, Outcome.LOADED)
        with_it = await effect(gate)
        shutil.rmtree(acme / "preflight" / "another")

        async def allowed() -> bool:
            return await effect(gate) is Effect.ALLOW

        await eventually(allowed)

    assert Effect.DENY is with_it


async def test_a_changed_shipped_rule_is_noticed_too(tmp_path: Path) -> None:
    async with serving_folders(tmp_path) as gate:
        rule = tmp_path / "policies" / "remediation" / "rules" / "preflight" / "name_limit" / "name_limit.rego"
        rule.write_text(rule.read_text() + '\ndeny contains "no more" if input.step.id == "more"\n')
        await until_told(gate, Outcome.LOADED)

        assert Effect.DENY is await effect(gate)


async def test_a_folder_that_was_merely_touched_is_no_change(tmp_path: Path, acme: Path) -> None:
    told: list[Attempt] = []
    async with serving_folders(tmp_path, acme, told=told) as gate:
        os.utime(acme / FREEZE)
        await gate._reloader.look()

        assert [Outcome.LOADED] == [attempt.outcome for attempt in gate.loading.attempts]
    assert [] == told


@pytest.mark.requirement("GATE-9")
async def test_no_question_is_lost_or_denied_while_sets_are_swapped(tmp_path: Path, acme: Path) -> None:
    """
    A set is swapped between two questions: each is answered by one set wholly.
    """
    async with serving_folders(tmp_path, acme) as gate:
        gate.needed_by(list)
        stop = asyncio.Event()

        async def asking() -> list[Effect]:
            found = []
            while not stop.is_set():
                found.append(await effect(gate))
            return found

        askers = [asyncio.create_task(asking()) for _ in range(5)]
        for number in range(3):
            revision = gate.catalogue.revision
            an_author_folder(acme, body=f'deny contains "frozen" if input.step.id == "frozen-{number}"')

            async def swapped(before: object = revision) -> bool:
                return gate.catalogue.revision != before

            await eventually(swapped)
        stop.set()
        answered = [answer for asker in askers for answer in await asker]

    assert {Effect.ALLOW} == set(answered)
    assert len(answered) > 50


# A bad set


def unparsable(acme: Path) -> None:
    write(acme / FREEZE, a_rule("site.acme.preflight.freeze", 'deny contains "x" if input.step.id = = "x"'))


def misspelt(acme: Path) -> None:
    write(acme / FREEZE, a_rule("site.acme.preflight.freeze", 'deny contains "x" if input.step.idd == "x"'))


def strict(acme: Path) -> None:
    write(acme / FREEZE, a_rule("site.acme.preflight.freeze", 'deny contains "x" if {\n\ty := 1\n\tinput.step\n}'))


def banned(acme: Path) -> None:
    write(acme / FREEZE, a_rule("site.acme.preflight.freeze", 'deny contains "x" if http.send({"url": "x"}).status'))


def foreign(acme: Path) -> None:
    write(acme / "preflight" / "other" / "other.rego", a_rule("remediation.rules.preflight.name_limit"))


def of_version_0(acme: Path) -> None:
    write(acme / FREEZE, 'package site.acme.preflight.freeze\n\ndeny["x"] { input.step }\n')


def failing(acme: Path) -> None:
    write(
        acme / "preflight" / "freeze" / "freeze_test.rego",
        "package site.acme.preflight.freeze_test\n\ntest_x if 1 > 2\n",
    )


def invalid_json(acme: Path) -> None:
    write(acme / "config" / "data.json", '{\n  "rules": {\n}')


def invalid_yaml(acme: Path) -> None:
    write(acme / "config" / "data.yaml", "rules:\n  freeze: {mode: 'off'\n")


def half_written(acme: Path) -> None:
    text = (acme / FREEZE).read_text()
    write(acme / FREEZE, text[: -len(' "frozen"\n')])


def emptied(acme: Path) -> None:
    (acme / FREEZE).write_text("")


def vanished(acme: Path) -> None:
    shutil.rmtree(acme)


def without_rules(acme: Path) -> None:
    (acme / FREEZE).unlink()


def unreadable(acme: Path) -> None:
    (acme / FREEZE).unlink()
    (acme / FREEZE).symlink_to("nowhere")


def no_file(acme: Path) -> None:
    (acme / FREEZE).unlink()
    os.mkfifo(acme / FREEZE)


def the_same_package_twice(acme: Path) -> None:
    write(acme / "preflight" / "second" / "second.rego", "package site.acme.preflight.freeze\n\nfact := 1\n")


def without_deny(acme: Path) -> None:
    write(acme / FREEZE, a_rule("site.acme.preflight.freeze", 'denies contains "x" if input.step'))


def endless_for_the_proof(acme: Path) -> None:
    write(acme / FREEZE, a_rule("site.acme.preflight.freeze", ENDLESS.replace("CONDITION", "true")))


ENDLESS = """\
deny contains "late" if {
	CONDITION
	many := numbers.range(1, 3000)
	some a in many
	some b in many
	some c in many
	(a + b) + c < 0
}"""

BAD: dict[str, tuple[Callable[[Path], None], str]] = {
    "a syntax error": (unparsable, r"acme/preflight/freeze/freeze\.rego:8: "),
    "a misspelt field of the input": (
        misspelt,
        r"acme/preflight/freeze/freeze\.rego:8: undefined ref: input\.step\.idd",
    ),
    "what --strict forbids": (strict, r"acme/preflight/freeze/freeze\.rego:9: assigned var y unused"),
    "a banned built-in": (banned, r"freeze\.rego:8: undefined function http\.send, which policies may not use"),
    "a shipped rule's package": (
        foreign,
        r"other\.rego:6: package remediation\.rules\.preflight\.name_limit is foreign",
    ),
    "the syntax of version 0": (of_version_0, r"acme/preflight/freeze/freeze\.rego:3: "),
    "a failing test": (failing, r"freeze_test\.rego:3: test site\.acme\.preflight\.freeze_test\.test_x fails"),
    "a data file that is no JSON": (invalid_json, r"acme/config/data\.json"),
    "a data file that is no YAML": (invalid_yaml, r"acme/config/data\.yaml"),
    "a half-written file": (half_written, r"acme/preflight/freeze/freeze\.rego:\d+: "),
    "an emptied file": (emptied, r"acme/preflight/freeze/freeze\.rego:1: no package is declared"),
    "a folder that vanished": (vanished, r"policy folder .*acme cannot be read \(No such file or directory\)"),
    "no rules": (without_rules, r"policy folder .*acme holds no rules and no configuration"),
    "a link to nowhere": (unreadable, r"freeze\.rego cannot be read \(No such file or directory\)"),
    "something that is no file": (no_file, r"freeze\.rego is no regular file"),
    "one package in two folders": (
        the_same_package_twice,
        r"second\.rego:1: package site\.acme\.preflight\.freeze is defined in .*freeze\.rego too",
    ),
    "a rule without deny": (without_deny, r"not every rule of stage preflight was evaluated \(missing: acme/freeze\)"),
    "a rule that never ends": (endless_for_the_proof, r"OPA did not answer within 2 s"),
}


@pytest.mark.parametrize(("spoil", "reason"), BAD.values(), ids=BAD)
@pytest.mark.requirement("GATE-9")
async def test_a_bad_set_keeps_the_old_one_and_says_where_and_why(
    tmp_path: Path, acme: Path, spoil: Callable[[Path], None], reason: str
) -> None:
    kept = Path(shutil.copytree(acme, tmp_path / "kept"))
    told: list[Attempt] = []
    async with serving_folders(tmp_path, acme, told=told, timeout_seconds=2) as gate:
        revision = gate.catalogue.revision

        with capture_logs() as logs:
            spoil(acme)
            refused = await until_told(gate, Outcome.REFUSED)
            while_refused = await effect(gate, "frozen"), await effect(gate), (await gate.check())

        shutil.rmtree(acme, ignore_errors=True)
        shutil.copytree(kept, acme)
        good_again = await until_told(gate, Outcome.UNCHANGED)
        after = await gate.check()

    assert (Effect.DENY, Effect.ALLOW, True) == (*while_refused[:2], while_refused[2].ok)
    assert "a newer policy set was refused" in while_refused[2].message
    assert revision == gate.catalogue.revision

    assert [refused, good_again] == told
    said = next(entry for entry in logs if entry["action"] == "policy_refused")
    assert ("error", refused.reason) == (said["log_level"], said["reason"])
    assert re.search(reason, refused.reason), refused.reason
    assert "\n" not in refused.reason
    assert (True, "OPA answers with the expected revision") == (after.ok, after.message)
    assert gate.loading.refused is None
