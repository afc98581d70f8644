"""
Owns why a controller cannot create pods, out of the API server's refusal that its condition quotes.

Only refusals whose form is known are passed on, cut: any other may hold the pod's own values, such as its environment.
Sources of the forms: apiserver, pkg/admission/plugin/resourcequota; kubernetes, plugin/pkg/admission/limitranger and
serviceaccount; pod-security-admission; apiserver, pkg/admission/plugin/policy and webhook.
"""

import re

from executor.core.health.reading import Condition
from executor.core.health.wording import because, cut, one_line, said

_QUOTA = re.compile(r"exceeded quota: ([^,\s]{1,253}), requested: (\S+), used: (\S+), limited: (\S+)")
_QUOTA_DEMANDS = re.compile(r"failed quota: ([^:\s]{1,253}): must specify (\S+)")
_LIMIT_RANGE = re.compile(
    r"(?:minimum|maximum) \S+ usage per \w+ is [^\s,]+?"
    r"(?:, but (?:request|limit) is [^\s,\]]+|\. No (?:request|limit) is specified)"
)
_WEBHOOK_FAILED = re.compile(r'failed calling webhook "([^"]{1,253})"')
_QUOTED = (
    re.compile(r'violates PodSecurity "[^"]*": .*'),
    re.compile(r"serviceaccount \"[^\"]*\" not found"),
    re.compile(r"no PriorityClass with name \S+ was found"),
    re.compile(r'admission webhook "[^"]{1,253}" denied the request.*'),
    re.compile(r"(?:Validating|Mutating)AdmissionPolicy '[^']*' with binding '[^']*' denied request.*"),
)


def why_not_created(failure: Condition) -> str:
    """
    Return the sentence about a true condition ReplicaFailure.
    """
    what = "removed" if failure.reason == "FailedDelete" else "created"
    why = _known(one_line(failure.message))
    if why is None:
        return f"pods cannot be {what}{because(failure.reason)}; the events of its ReplicaSet say why"
    return f"pods cannot be {what}{because(failure.reason)}: {why}"


def _known(message: str) -> str | None:
    if quota := _QUOTA.search(message):
        return _exceeded(quota)
    if demands := _QUOTA_DEMANDS.search(message):
        return f"quota {demands[1]} demands that {cut(demands[2])} be specified"
    if webhook := _WEBHOOK_FAILED.search(message):
        return f'admission webhook "{webhook[1]}" could not be asked'
    if limit := _LIMIT_RANGE.search(message):
        return f"limit range: {cut(limit[0])}"
    return next((said(found[0]) for form in _QUOTED if (found := form.search(message))), None)


def _exceeded(quota: re.Match[str]) -> str:
    requested, used, limited = (_amounts(each) for each in quota.groups()[1:])
    numbers = "; ".join(
        f"{what} {amount} asked for, {used.get(what, '?')} of {limited.get(what, '?')} used"
        for what, amount in requested.items()
    )
    return f"quota {quota[1]} is exceeded: {cut(numbers)}"


def _amounts(listed: str) -> dict[str, str]:
    return {name: amount for name, _, amount in (pair.partition("=") for pair in listed.split(","))}
