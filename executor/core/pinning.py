"""
Owns what a policy that changes during a run means for it: which sets are asked, and which of two answers holds.

A run keeps the revision it started with. Before a write the active set has its say too, so that a freeze bites at once,
and so that a rule that was relaxed meanwhile cannot let through what the run was not accepted under. What was written
is verified and put back by the rules under which it was written.
"""

from dataclasses import replace

from executor.core.policy import Effect, Stage, Violation
from executor.core.verdict import Verdict, refusal

BEFORE_A_WRITE = frozenset({Stage.PLAN, Stage.PREFLIGHT, Stage.DRY_RUN})
"""The stages at which the active set and the one a run started with are both asked."""

_STRICTNESS = {Effect.ALLOW: 0, Effect.REQUIRE_APPROVAL: 1, Effect.DENY: 2}
_CODE = "policy_revision"
_START_AGAIN = "look at what the run has done, then submit the plan again: it is judged by the policy of now"


def stricter(active: Verdict, pinned: Verdict) -> Verdict:
    """
    Return the answer that holds where both sets were asked.

    Where they say the same, the active set's is told: its rules are the ones that people find in the folders. Of two
    that want approval each must have what it wants, so the other's wishes are added.
    """
    if active.effect is pinned.effect:
        further = tuple(wanted for wanted in pinned.approvals if wanted not in active.approvals)
        return replace(active, approvals=(*active.approvals, *further)) if active.effect is not Effect.DENY else active
    if _STRICTNESS[active.effect] > _STRICTNESS[pinned.effect]:
        return _with_remark(active, f"the policy was changed since this run started; before, it said {pinned.effect}")
    return _with_remark(
        pinned, f"this run is held to the policy it started with; the one that is active now says {active.effect}"
    )


def beyond_reach(stage: Stage, active: Verdict) -> Verdict:
    """
    Return what holds where the set a run started with cannot be had any more: nothing new is written.

    What was written must not be stranded, so at `verify` and `rollback` the active set's answer holds, with a remark.
    """
    if stage not in BEFORE_A_WRITE:
        return _with_remark(
            active,
            f"the policy this run started with cannot be had any more; stage {stage} was judged by the active one",
        )
    if active.effect is Effect.DENY:
        return active
    return refusal(
        _CODE, "the policy this run started with cannot be had any more", _START_AGAIN, revision=active.revision
    )


def _with_remark(verdict: Verdict, message: str) -> Verdict:
    remark = Violation(code=_CODE, message=message, title="The policy changed during the run", remedy=None)
    return replace(verdict, warnings=(*verdict.warnings, remark))
