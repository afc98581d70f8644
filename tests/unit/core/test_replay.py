"""
What a flip is, whose doing it is, and what cannot be compared.
"""

from typing import Any

import pytest

from executor.core.policy import Approval, Decision, Effect, Violation
from executor.core.replay import Change, Kind, compared, misshapen
from executor.core.replay_report import Outcome, report
from tests.fakes.batches import a_decision
from tests.fakes.inputs import an_input

pytestmark = pytest.mark.requirement("POL-6")


def answered(*denying: str, approving: tuple[str, ...] = (), count: int = 1) -> Decision:
    """
    Make an answer out of the rules that object and those that want an approval.
    """
    approvals = [Approval(code=code, message="m", count=count, groups=[], rule=f"{code}.rego:1") for code in approving]
    effect = Effect.DENY if denying else Effect.REQUIRE_APPROVAL if approvals else Effect.ALLOW
    violations = [Violation(code=code, message="m", rule=f"{code}.rego:1") for code in denying]
    return a_decision("d1").model_copy(update={"effect": effect, "violations": violations, "approvals": approvals})


ALLOWED, DENIED, APPROVAL = answered(), answered("a"), answered(approving=("p",))


@pytest.mark.parametrize(
    ("recorded", "again", "kind", "changes"),
    [
        (ALLOWED, ALLOWED, Kind.ALIKE, set()),
        (ALLOWED, DENIED, Kind.ALLOW_TO_DENY, {("a", "denies")}),
        (DENIED, ALLOWED, Kind.DENY_TO_ALLOW, {("a", "no longer denies")}),
        (ALLOWED, APPROVAL, Kind.NEW_APPROVAL, {("p", "asks for approval")}),
        (APPROVAL, ALLOWED, Kind.APPROVAL_GONE, {("p", "no longer asks for approval")}),
        (APPROVAL, DENIED, Kind.APPROVAL_TO_DENY, {("a", "denies"), ("p", "no longer asks for approval")}),
        (DENIED, APPROVAL, Kind.DENY_TO_APPROVAL, {("a", "no longer denies"), ("p", "asks for approval")}),
        (APPROVAL, answered(approving=("p",), count=2), Kind.APPROVAL_CHANGED, {("p", "asks for another approval")}),
        (DENIED, answered("b"), Kind.ALIKE, {("a", "no longer denies"), ("b", "denies")}),
    ],
)
def test_a_changed_effect_is_a_flip_and_names_the_rules_behind_it(
    recorded: Decision, again: Decision, kind: Kind, changes: set[tuple[str, str]]
) -> None:
    found = compared(recorded, again)

    assert kind is found.kind
    assert changes == {(change.rule, change.change) for change in found.changes}
    assert all(change.place == f"{change.rule}.rego:1" for change in found.changes)


def test_what_the_executor_decided_itself_is_no_flip() -> None:
    assert Kind.NOT_JUDGED is compared(answered("policy_timeout"), ALLOWED).kind
    assert Kind.NOT_JUDGED is compared(answered("approval_unavailable"), ALLOWED).kind


def test_a_set_that_cannot_answer_is_an_error_and_no_flip() -> None:
    found = compared(ALLOWED, answered("policy_error"))

    assert (Kind.ERROR, "policy_error: m") == (found.kind, found.reason)


def shaped(**changed: Any) -> dict[str, Any]:
    return {**an_input().model_dump(mode="json"), **changed}


def test_an_input_of_today_fits_and_one_of_another_version_says_where_it_does_not() -> None:
    earlier = {key: value for key, value in shaped().items() if key != "history"}
    later = shaped(step={**shaped()["step"], "s3cret": "s3cret"})

    assert misshapen(shaped()) is None
    assert "recorded by another version: the input lacks /history" == misshapen(earlier)
    assert "recorded by another version: the input's /step/s3cret does not fit (extra_forbidden)" == misshapen(later)
    assert "does not fit" in str(misshapen({}))
    assert "value-of-it" not in str(misshapen(shaped(now=["value-of-it"])))


def outcome(name: str, recorded: Decision, again: Decision, milliseconds: float = 1.0) -> Outcome:
    comparison = compared(recorded, again)
    return Outcome(name, recorded.at, "r1", "a", "preflight", "deployment/shop/web", comparison, milliseconds)


def test_a_report_counts_flips_and_groups_them_by_rule() -> None:
    flips = [outcome(f"d{n}", ALLOWED, DENIED) for n in range(5)]
    rest = [outcome("d5", DENIED, ALLOWED), outcome("d6", ALLOWED, ALLOWED, 60.0), outcome("d7", DENIED, DENIED)]

    found = report([*flips, *rest], revision={"remediation": "sha256:1"}, slow_milliseconds=50)

    assert not found["proven"]
    assert (8, 2, {"allow_to_deny": 5, "deny_to_allow": 1}) == (found["replayed"], found["alike"], found["flips"])
    assert [("a", "denies", 5, ["d0", "d1", "d2"]), ("a", "no longer denies", 1, ["d5"])] == [
        (group["rule"], group["change"], group["count"], group["examples"]) for group in found["rules"]
    ]
    assert ["d6"] == [each["decision"] for each in found["slow"]]
    assert [f"d{n}" for n in range(6)] == [each["decision"] for each in found["flipped"]]


@pytest.mark.parametrize(
    ("recorded", "again", "proven"),
    [
        (ALLOWED, ALLOWED, True),
        (DENIED, answered("b"), True),
        (answered("policy_error"), ALLOWED, True),
        (ALLOWED, DENIED, False),
        (ALLOWED, answered("policy_error"), False),
    ],
)
def test_only_flips_and_errors_keep_a_change_from_being_proven(
    recorded: Decision, again: Decision, *, proven: bool
) -> None:
    found = report([outcome("d1", recorded, again)], revision={}, slow_milliseconds=50)

    assert proven is found["proven"]


def test_changes_are_told_in_one_order() -> None:
    found = compared(answered("b", "a"), answered("d", "c"))

    assert [Change(code, word, f"{code}.rego:1") for code, word in (
        ("a", "no longer denies"), ("b", "no longer denies"), ("c", "denies"), ("d", "denies"),
    )] == list(found.changes)  # fmt: skip
