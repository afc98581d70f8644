"""
Owns what a limit range answers: which bound does not hold, and by how much.

Limit ranges give no causes and not their own name, so the message is read, bound by bound:
https://kubernetes.io/docs/concepts/policy/limit-range/
"""

import re
from decimal import Decimal
from functools import partial

from executor.core.errors import Breach, LimitRangeBreached
from executor.core.quantity import EXACT, quantity, spelled
from executor.kube.attempt import Attempt
from executor.kube.errors.explained import AMOUNT, RESOURCE, Explained
from executor.kube.refusal import Refusal

_SCOPE = r"(Container|Pod|PersistentVolumeClaim)"
_BOUND = re.compile(
    rf"(maximum|minimum) ({RESOURCE}) usage per {_SCOPE} is ({AMOUNT})"
    rf"(?:, but (limit|request) is ({AMOUNT})|\.  No (limit|request) is specified)"
)
_RATIO = re.compile(
    rf"({RESOURCE}) max limit to request ratio per {_SCOPE} is ({AMOUNT}), but "
    r"(?:provided ratio is ([0-9]{1,30}\.[0-9]{1,20})|no (limit|request) is specified or (?:limit|request) is 0)"
)


def is_breached(refusal: Refusal) -> bool:
    """
    Tell if a limit range refused.
    """
    return any(pattern.search(refusal.message) for pattern in (_BOUND, _RATIO))


def breached(_: Attempt, refusal: Refusal) -> Explained:
    """
    Explain every bound that does not hold.
    """
    bounds = [_bound(each) for each in _BOUND.finditer(refusal.message)]
    ratios = [_ratio(each) for each in _RATIO.finditer(refusal.message)]
    breaches, lines = zip(*(bounds + ratios), strict=True)
    return Explained(
        partial(LimitRangeBreached, breaches=breaches),
        f"a limit range of the namespace does not allow it: {'; '.join(lines)}",
        "Stay within it, or change the limit range",
    )


def _bound(said: re.Match[str]) -> tuple[Breach, str]:
    bound, resource, scope, allowed, measured, given, missing = said.groups()
    breach = Breach(bound, resource, scope, quantity(allowed), measured or missing, _given(given))
    line = f"{bound} {resource} per {scope} is {allowed}"
    if breach.given is None:
        return breach, f"{line}, and it has no {missing}"
    distance = spelled(abs(EXACT.subtract(breach.given, breach.allowed)), like=given)
    much = "much" if bound == "maximum" else "little"
    return breach, f"{line}, its {measured} is {given}, {distance} too {much}"


def _ratio(said: re.Match[str]) -> tuple[Breach, str]:
    resource, scope, allowed, given, missing = said.groups()
    breach = Breach("maximum ratio", resource, scope, quantity(allowed), missing or "ratio", _given(given))
    line = f"{resource} limit per {scope} may be {allowed} times its request"
    if breach.given is None:
        return breach, f"{line}, and it has no {missing}"
    return breach, f"{line}, not {breach.given.normalize():f} times"


def _given(amount: str | None) -> Decimal | None:
    return None if amount is None else quantity(amount)
