"""
Recorded decisions are asked again of another set: over HTTP, by the command, with an exit code that CI can go by.
"""

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from executor.core.policy import Decision, Effect, Violation
from executor.core.replay import Kind
from executor.core.replay_report import report
from executor.core.verdict import Verdict
from executor.opa import OpaSetupError
from executor.opa.choosing import composed, kept, of_decision
from executor.opa.replaying import replay
from tests.fakes.inputs import an_input
from tests.fakes.policies import a_shipped_folder, an_author_folder
from tests.fakes.recorded import a_recorded, serving_recorded
from tests.serving import REMEDIATE, seeded

pytestmark = [pytest.mark.integration, pytest.mark.requirement("POL-6")]

ALLOW = Verdict(Effect.ALLOW)
DENY = Verdict(Effect.DENY, (Violation(code="acme/freeze", message="frozen", rule="acme/freeze.rego:6"),))


async def paged(*pages: Sequence[Decision | Mapping[str, Any]]) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
    for page in pages:
        yield [each.model_dump(mode="json") if isinstance(each, Decision) else each for each in page]


async def replayed(folder: Path, *decisions: Decision | Mapping[str, Any], body: str | None = None) -> dict[str, Any]:
    """
    Replay on a small set whose author's rule denies the step `frozen`, or has another body.
    """
    shipped = a_shipped_folder(folder / "shipped")
    author = an_author_folder(folder / "acme", **({"body": body} if body else {}))
    policies = await composed(folder / "state", [author], trial=True, shipped=shipped)
    outcomes = await replay(
        paged(decisions[:2], decisions[2:]), policies, folder=folder, timeout_seconds=20, slow_milliseconds=10_000
    )
    return report(outcomes, revision=dict(policies.catalogue.revision), slow_milliseconds=10_000)


async def test_flips_of_both_directions_name_the_rule_its_place_and_decisions(tmp_path: Path) -> None:
    found = await replayed(
        tmp_path,
        a_recorded("d1", an_input(step="frozen"), ALLOW),
        a_recorded("d2", an_input(), DENY),
        a_recorded("d3", an_input(), ALLOW),
    )

    assert not found["proven"]
    assert (3, 1, {"allow_to_deny": 1, "deny_to_allow": 1}) == (found["replayed"], found["alike"], found["flips"])
    assert [("acme/freeze", "denies", ["d1"]), ("acme/freeze", "no longer denies", ["d2"])] == [
        (group["rule"], group["change"], group["examples"]) for group in found["rules"]
    ]
    assert all("freeze.rego:" in group["place"] for group in found["rules"])


async def test_what_goes_wrong_with_one_decision_takes_no_other_with_it(tmp_path: Path) -> None:
    lacking = an_input().model_dump(mode="json")
    del lacking["history"]
    strange = {"id": "d4", "stage": "preflight", "s3cret": "s3cret"}

    found = await replayed(
        tmp_path,
        a_recorded("d1", an_input(step="raises"), ALLOW),
        a_recorded("d2", lacking, ALLOW),
        a_recorded("d3", an_input(), ALLOW),
        strange,
        a_recorded("d5", an_input(), Verdict(Effect.DENY, (Violation(code="policy_timeout", message="late"),))),
        body='deny contains "late" if {\n'
        '\tinput.step.id == "raises"\n\ttime.parse_rfc3339_ns(input.run.reason) > 0\n}\n',
    )

    reasons = {each["examples"][0]: each["reason"] for each in found["errors"]}
    assert {"d1", "d2", "d4"} == set(reasons)
    assert reasons["d1"].startswith("policy_error: OPA could not evaluate the policy (500, eval_builtin_error at acme/")
    assert "recorded by another version: the input lacks /history" == reasons["d2"]
    assert "recorded by another version: the decision's" in reasons["d4"]
    assert ["policy_timeout"] == [each["reason"] for each in found["not_judged"]]
    assert (5, 1, {}, False) == (found["replayed"], found["alike"], found["flips"], found["proven"])


async def test_a_set_that_was_kept_is_found_by_the_beginning_of_a_revision(tmp_path: Path) -> None:
    shipped, state = a_shipped_folder(tmp_path / "shipped"), tmp_path / "state"
    first = await composed(state, [an_author_folder(tmp_path / "acme")], shipped=shipped)
    second = await composed(
        state, [an_author_folder(tmp_path / "acme", body='deny contains "no"')], trial=True, shipped=shipped
    )
    of_acme, of_both = (first.catalogue.revision[bundle] for bundle in ("site/acme", "remediation"))

    assert first == await kept(state, of_acme.removeprefix("sha256:")[:12])
    assert second == await of_decision(state, second.catalogue.revision, [], shipped=shipped)
    with pytest.raises(OpaSetupError, match="2 sets that are kept have revision"):
        await kept(state, of_both)
    with pytest.raises(OpaSetupError, match="no set with revision"):
        await kept(state, "0123456789")
    with pytest.raises(OpaSetupError, match="first 6 digits"):
        await kept(state, "0")


def remediate(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [REMEDIATE, "policy", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )


async def test_the_command_fetches_what_was_recorded_and_its_exit_code_tells_of_flips(
    tmp_path: Path, policy_sets: Path
) -> None:
    state = seeded(tmp_path / "state", policy_sets)
    # The shipped policies allow this input.
    denied = a_recorded("d1", an_input(), DENY)
    allowed = [a_recorded(f"d{n}", an_input(), ALLOW) for n in range(2, 260)]
    async with serving_recorded(tmp_path, [denied, *allowed]) as served:
        environment = {**served, "EXECUTOR_STATE_DIR": str(state)}
        flipped = await asyncio.to_thread(remediate, environment, "replay", "-o", "json")
        shown = await asyncio.to_thread(remediate, environment, "replay", "--since", "1h")
        nothing = await asyncio.to_thread(remediate, environment, "replay", "--since", "2999-01-01T00:00:00Z")
        wrong = await asyncio.to_thread(remediate, environment, "replay", "--since", "yesterday")

    assert 1 == flipped.returncode, flipped.stderr
    found = json.loads(flipped.stdout)
    assert (259, {"deny_to_allow": 1}) == (found["replayed"], found["flips"])
    assert ["d1"] == [each["decision"] for each in found["flipped"]]
    assert 1 == shown.returncode
    assert "259 decisions replayed, 258 come out alike: 1 deny → allow" in shown.stdout
    assert (0, "no decision was found: is --since far enough back?\n") == (nothing.returncode, nothing.stderr)
    assert 2 == wrong.returncode
    assert "/query/since" in wrong.stderr

    file = tmp_path / "decisions.jsonl"
    file.write_text("".join(f"{each.model_dump_json()}\n" for each in (denied, allowed[0])))
    alone = remediate({"EXECUTOR_STATE_DIR": str(state)}, "replay", "--from", str(file), "-o", "json")
    assert (1, 2) == (alone.returncode, json.loads(alone.stdout)["replayed"]), alone.stderr
    file.write_text("s3cret\n")
    spoilt = remediate({"EXECUTOR_STATE_DIR": str(state)}, "replay", "--from", str(file))
    assert 2 == spoilt.returncode
    assert "s3cret" not in spoilt.stderr


def test_kinds_that_are_no_flips_are_these() -> None:
    assert {Kind.ALIKE, Kind.NOT_JUDGED, Kind.ERROR} == {kind for kind in Kind if not kind.is_flip}
