"""
What a policy that changes during a run means for it: of two answers the stricter one holds.
"""

import pytest

from executor.core.pinning import BEFORE_A_WRITE, beyond_reach, stricter
from executor.core.policy import Approval, Effect, Stage, Violation
from executor.core.verdict import Verdict

NEW, OLD = {"remediation": "sha256:new"}, {"remediation": "sha256:old"}
EFFECTS = tuple(Effect)
STRICTNESS = (Effect.ALLOW, Effect.REQUIRE_APPROVAL, Effect.DENY)


def a_verdict(effect: Effect, revision: dict[str, str], *codes: str) -> Verdict:
    said = [Violation(code=code, message="no") for code in codes]
    return Verdict(
        effect=effect,
        violations=tuple(said) if effect is Effect.DENY else (),
        approvals=tuple(Approval(**each.model_dump(), count=1, groups=[]) for each in said)
        if effect is Effect.REQUIRE_APPROVAL
        else (),
        revision=revision,
    )


@pytest.mark.requirement("GATE-9")
@pytest.mark.parametrize("active", EFFECTS)
@pytest.mark.parametrize("pinned", EFFECTS)
def test_the_stricter_effect_holds(active: Effect, pinned: Effect) -> None:
    answer = stricter(a_verdict(active, NEW, "new"), a_verdict(pinned, OLD, "old"))

    assert max(active, pinned, key=STRICTNESS.index) is answer.effect
    assert (NEW if STRICTNESS.index(active) >= STRICTNESS.index(pinned) else OLD) == answer.revision


@pytest.mark.parametrize(("active", "pinned"), [(Effect.ALLOW, Effect.DENY), (Effect.DENY, Effect.ALLOW)])
def test_where_the_sets_differ_the_decision_says_so(active: Effect, pinned: Effect) -> None:
    (remark,) = stricter(a_verdict(active, NEW, "new"), a_verdict(pinned, OLD, "old")).warnings

    assert "policy_revision" == remark.code
    assert "allow" in remark.message


def test_where_both_want_approval_each_has_what_it_wants() -> None:
    both = stricter(
        a_verdict(Effect.REQUIRE_APPROVAL, NEW, "owners", "security"),
        a_verdict(Effect.REQUIRE_APPROVAL, OLD, "owners", "network"),
    )

    assert ["owners", "security", "network"] == [wanted.code for wanted in both.approvals]


@pytest.mark.parametrize("stage", sorted(BEFORE_A_WRITE))
@pytest.mark.parametrize("active", EFFECTS)
@pytest.mark.requirement("GATE-9")
def test_without_the_pinned_set_nothing_new_is_written(stage: Stage, active: Effect) -> None:
    answer = beyond_reach(stage, a_verdict(active, NEW, "frozen"))

    assert Effect.DENY is answer.effect
    assert ["frozen" if active is Effect.DENY else "policy_revision"] == [said.code for said in answer.violations]


def test_the_denial_says_what_to_do() -> None:
    (said,) = beyond_reach(Stage.PREFLIGHT, a_verdict(Effect.ALLOW, NEW)).violations

    assert "the policy this run started with cannot be had any more" == said.message
    assert said.remedy is not None
    assert "submit the plan again" in said.remedy


@pytest.mark.parametrize("stage", sorted(set(Stage) - BEFORE_A_WRITE))
@pytest.mark.parametrize("active", EFFECTS)
@pytest.mark.requirement("GATE-9")
def test_without_the_pinned_set_what_was_written_is_judged_by_the_active_one(stage: Stage, active: Effect) -> None:
    answer = beyond_reach(stage, a_verdict(active, NEW, "frozen"))

    assert active is answer.effect
    assert ["policy_revision"] == [said.code for said in answer.warnings]
    assert f"stage {stage} was judged by the active one" in answer.warnings[0].message
