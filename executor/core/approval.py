"""
Owns what people are asked to approve: what is wanted of whom, until when, and how it reads.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from executor.core.people import people
from executor.core.policy import Approval, Decision, Effect

UNAVAILABLE = "approval_unavailable"
"""Why a step ends where a rule wants an approval and nobody can be waited for: a denial."""

_TOLD = 3
"""How many wanted approvals a sentence names; all of them are in the run's document."""


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """
    What a run waits or waited for; `answer` is None while nobody has answered.
    """

    digest: str
    approvals: tuple[Mapping[str, Any], ...]
    requested_at: str
    expires_at: str
    answer: Literal["given", "refused", "expired"] | None = None
    answered_at: str | None = None
    caller: str | None = None
    comment: str | None = None

    def as_json(self) -> dict[str, Any]:
        """
        Return it as a run's document shows it.
        """
        return {
            "digest": self.digest,
            "approvals": [dict(each) for each in self.approvals],
            "requested_at": self.requested_at,
            "expires_at": self.expires_at,
            "answer": self.answer,
            "answered_at": self.answered_at,
            "caller": self.caller,
            "comment": self.comment,
        }


def wanted(decisions: Iterable[Decision]) -> list[dict[str, Any]]:
    """
    Return every approval that decisions want, each with the decision and the step (None: the plan) it is about.
    """
    return [
        {**approval.model_dump(mode="json"), "decision": decision.id, "step": decision.step}
        for decision in decisions
        if decision.effect is Effect.REQUIRE_APPROVAL
        for approval in decision.approvals
    ]


def asked(approvals: Sequence[Mapping[str, Any]]) -> str:
    """
    Return what is wanted of whom, in one line.
    """
    told = [
        f"{_about(each)}{each['code']}: {each['message']} (approval by {people(each['count'], each['groups'])})"
        for each in approvals[:_TOLD]
    ]
    more = len(approvals) - _TOLD
    return " · ".join([*told, f"and {more} more"] if more > 0 else told)


def awaited(approvals: Sequence[Mapping[str, Any]], *, run: str, expires_at: str) -> str:
    """
    Return what a waiting run says of itself: what is wanted of whom, until when, and what can be done.
    """
    return (
        f"waits for approval until {expires_at} and expires then; nothing was written. {asked(approvals)}. "
        f"Approval cannot be given in this version yet; to end the wait: remediate reject {run} --reason …"
    )


def unavailable(decision: Decision, *, because: str) -> str:
    """
    Return why a decision that wants an approval denies here: rule, what it saw, why nobody is waited for, what to do.
    """
    told = " · ".join(_wanted(each) for each in decision.approvals)
    return f"{UNAVAILABLE}: {told}; nobody can be waited for here: {because}"


def _wanted(approval: Approval) -> str:
    remedy = f"; {approval.remedy}" if approval.remedy else ""
    return f"{approval.code}: {approval.message} (approval by {people(approval.count, approval.groups)}{remedy})"


def _about(approval: Mapping[str, Any]) -> str:
    return f"step {approval['step']}: " if approval["step"] is not None else ""
