"""
Owns what a resource quota answers: which quota, and by how much each resource would exceed it.

Quotas give no causes, so the message is read, amount by amount:
https://kubernetes.io/docs/concepts/policy/resource-quotas/
"""

import re
from functools import partial

from executor.core.errors import Excess, QuotaExceeded, QuotaUncounted, QuotaUnspecified
from executor.core.quantity import quantity, spelled
from executor.kube.attempt import Attempt
from executor.kube.errors.explained import AMOUNT, RESOURCE, Explained, found
from executor.kube.refusal import Refusal

_NAME = r"[a-z0-9.-]{1,253}"
_AMOUNTS = rf"({RESOURCE}={AMOUNT}(?:,{RESOURCE}={AMOUNT})*)"
EXCEEDED = re.compile(rf": exceeded quota: ({_NAME}), requested: {_AMOUNTS}, used: {_AMOUNTS}, limited: {_AMOUNTS}\Z")
UNSPECIFIED = re.compile(
    rf": failed quota: ({_NAME}): must specify ({RESOURCE} for: [a-z0-9,-]+(?:; {RESOURCE} for: [a-z0-9,-]+)*)\Z"
)
UNCOUNTED = re.compile(rf": status unknown for quota: ({_NAME}), resources: ")


def exceeded(_: Attempt, refusal: Refusal) -> Explained:
    """
    Explain each resource that would be exceeded; amounts are told in the unit that was asked for.
    """
    said = found(refusal, EXCEEDED)
    quota, requested, used, limited = said.groups() if said else ("", "", "", "")
    asked, taken, allowed = (_amounts(each) for each in (requested, used, limited))
    excesses = []
    lines = []
    for resource in asked:
        excess = Excess(
            resource,
            requested=quantity(asked[resource]),
            used=quantity(taken.get(resource, "0")),
            limited=quantity(allowed.get(resource, "0")),
        )
        excesses.append(excess)
        lines.append(
            f"{resource} requested {asked[resource]}, used {taken.get(resource, '0')}, "
            f"limited {allowed.get(resource, '0')}, over by {spelled(excess.over, like=asked[resource])}"
        )
    return Explained(
        partial(QuotaExceeded, quota=quota, excesses=tuple(excesses)),
        f"quota {quota} would be exceeded: {'; '.join(lines)}",
        "Ask for less or raise the quota",
    )


def unspecified(_: Attempt, refusal: Refusal) -> Explained:
    """
    Explain a quota on something that containers do not specify.
    """
    said = found(refusal, UNSPECIFIED)
    quota, what = (said[1], said[2].replace(" for: ", " for ")) if said else ("", "")
    why = f"quota {quota} demands that its pods specify {what}"
    return Explained(partial(QuotaUnspecified, quota=quota), why, "Specify it on every container")


def uncounted(_: Attempt, refusal: Refusal) -> Explained:
    """
    Explain a quota that its controller has not seen yet.
    """
    said = found(refusal, UNCOUNTED)
    quota = said[1] if said else ""
    why = f"quota {quota} is new and what is used has not been counted yet, nothing was written"
    return Explained(partial(QuotaUncounted, quota=quota), why, "Try again in a moment")


def _amounts(text: str) -> dict[str, str]:
    return {name: amount for name, _, amount in (pair.partition("=") for pair in text.split(",") if pair)}
