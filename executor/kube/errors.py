"""
Owns the one table from what the API server refused to the classes of `core.errors`.

A message names the object, what was being done, why it stopped and what to do next. It is written here: of the server's
own text only the cause of an admission policy or webhook is passed on, cut, and never for a Secret; a 422 whose message
holds the whole object gives its fields only.
"""

import re
from collections.abc import Callable

from executor.core.errors import (
    AdmissionDenied,
    ChangeInvalid,
    ClusterError,
    ClusterUnavailable,
    Forbidden,
    OutcomeUnknown,
    QuotaExceeded,
    TargetGone,
    TargetMoved,
    TargetNotFound,
    Throttled,
    WebhookFailed,
)
from executor.kube.attempt import Attempt, Doing
from executor.kube.refusal import Refusal

MAX_CAUSE_CHARACTERS = 1000

_POLICY_DENIED = re.compile(
    r"(?:Validating|Mutating)AdmissionPolicy '[^']*' with binding '[^']*' denied request", re.DOTALL
)
_WEBHOOK_DENIED = re.compile(
    r'admission webhook "([^"]{1,253})" denied the request(?:: (.*)| without explanation)?', re.DOTALL
)
_WEBHOOK_FAILED = re.compile(r'failed calling webhook "([^"]{1,253})"')
_WEBHOOK_CANNOT = re.compile(r'admission webhook "([^"]{1,253})" does not support dry run')
_QUOTA = re.compile(r"exceeded quota: ([^,\s]+), requested: (\S+), used: (\S+), limited: (\S+)")
_QUOTA_DEMANDS = re.compile(r"failed quota: ([^:\s]+): must specify (\S+)")
_RBAC = re.compile(r' cannot \w+ (?:resource|path) "')
_FIELD = re.compile(r"[A-Za-z0-9_./\[\]-]{1,253}\Z")


def from_refusal(attempt: Attempt, refusal: Refusal) -> ClusterError:
    """
    Return the error that an answer of the API server means for an attempt.
    """
    for applies, explain in _TABLE:
        if applies(refusal):
            kind, why, remedy = explain(attempt, refusal)
            error = kind(
                f"{attempt.subject}: {attempt.doing} {_verb(kind)} ({refusal.word}): {why}. {remedy}.",
                http_status=refusal.http_status,
                retry_after_seconds=refusal.retry_after_seconds,
            )
            if explain is _webhook_cannot:
                error.retryable = False  # it was asked and said that it never can; asking again changes nothing
            return error
    raise AssertionError("the table's last row takes everything")


Explained = tuple[type[ClusterError], str, str]


def _verb(kind: type[ClusterError]) -> str:
    return "failed" if kind in (ClusterUnavailable, OutcomeUnknown, WebhookFailed) else "refused"


def _texts(refusal: Refusal) -> list[str]:
    return [*(cause.message for cause in refusal.causes if not cause.field), refusal.message]


def _policy_cause(refusal: Refusal) -> str | None:
    found = (cause.message for cause in refusal.causes if not cause.field and _POLICY_DENIED.match(cause.message))
    return next(found, None)


def _policy_denied(attempt: Attempt, refusal: Refusal) -> Explained:
    return AdmissionDenied, _quoted(attempt, _policy_cause(refusal) or ""), "Change the plan, or the admission policy"


def _webhook_denied(attempt: Attempt, refusal: Refusal) -> Explained:
    found = _WEBHOOK_DENIED.match(refusal.message)
    name, said = (found[1], found[2]) if found else ("", None)
    why = f'admission webhook "{name}" denied it' + (f": {_quoted(attempt, said)}" if said else "")
    return AdmissionDenied, why, "Change the plan, or ask the owner of that webhook"


def _quoted(attempt: Attempt, cause: str) -> str:
    if attempt.secret:
        return "its reason is withheld, because it may hold the Secret's value"
    return cause[:MAX_CAUSE_CHARACTERS].rstrip(".")


def _webhook_failed(_: Attempt, refusal: Refusal) -> Explained:
    name = next(found[1] for text in _texts(refusal) if (found := _WEBHOOK_FAILED.search(text)))
    return WebhookFailed, f'admission webhook "{name}" could not be asked, nothing was written', "Repair that webhook"


def _webhook_cannot(_: Attempt, refusal: Refusal) -> Explained:
    name = next(found[1] for text in _texts(refusal) if (found := _WEBHOOK_CANNOT.search(text)))
    return (
        WebhookFailed,
        f'admission webhook "{name}" does not support dry runs',
        "Its owner must declare sideEffects None or NoneOnDryRun",
    )


def _quota(_: Attempt, refusal: Refusal) -> Explained:
    exceeded = _QUOTA.search(refusal.message)
    if exceeded is None:
        demanded = _QUOTA_DEMANDS.search(refusal.message)
        name, what = (demanded[1], demanded[2]) if demanded else ("", "")
        return QuotaExceeded, f"quota {name} demands that {what} be specified", "Specify it on every container"
    requested, used, limited = (dict(_amounts(text)) for text in exceeded.groups()[1:])
    lines = [
        f"{what} requested {amount}, used {used.get(what, '?')}, limited {limited.get(what, '?')}"
        for what, amount in requested.items()
    ]
    return (
        QuotaExceeded,
        f"quota {exceeded[1]} would be exceeded: {'; '.join(lines)}",
        "Ask for less or raise the quota",
    )


def _amounts(text: str) -> list[tuple[str, str]]:
    return [(name, amount) for name, _, amount in (pair.partition("=") for pair in text.split(","))]


def _credentials(_: Attempt, __: Refusal) -> Explained:
    return Forbidden, "the executor's credentials were refused", "Renew the token or certificate it was given"


def _rbac(attempt: Attempt, _: Refusal) -> Explained:
    return Forbidden, "the executor is not permitted to do this", f"Grant it {attempt.permission}"


def _built_in(attempt: Attempt, refusal: Refusal) -> Explained:
    if not refusal.reason:
        return Forbidden, "something before the API server refused it", "Check proxies and gateways on the way"
    if attempt.doing not in {Doing.DRY_RUN, Doing.APPLY}:
        return _rbac(attempt, refusal)
    return AdmissionDenied, "an admission plugin of the API server refused it", "Try it with kubectl to see its reason"


def _not_served(attempt: Attempt, _: Refusal) -> Explained:
    return TargetNotFound, f"the API server does not serve {attempt.kind or 'this'}", "Check its version"


def _not_found(_: Attempt, __: Refusal) -> Explained:
    return TargetNotFound, "it does not exist", "Check kind, namespace and name"


def _conflict(_: Attempt, __: Refusal) -> Explained:
    return TargetMoved, "it changed since it was judged, nothing was written", "Judge it again"


def _recreated(_: Attempt, __: Refusal) -> Explained:
    return TargetGone, "it was deleted and another object has its name now", "Submit the plan again if it still applies"


def _invalid(_: Attempt, refusal: Refusal) -> Explained:
    fields = sorted({cause.field for cause in refusal.causes if _FIELD.match(cause.field)} - {"patch"})
    why = f"invalid at {', '.join(fields)}" if fields else "the API server finds the change invalid and names no field"
    return ChangeInvalid, why, "Correct the step's parameters"


def _throttled(_: Attempt, refusal: Refusal) -> Explained:
    after = refusal.retry_after_seconds
    return Throttled, "the API server is busy, nothing was done", f"Try again in {after or 1:g} s"


def _unanswered(attempt: Attempt, _: Refusal) -> Explained:
    if attempt.writes:
        return OutcomeUnknown, "the change may or may not have landed", "Read the object back before sending it again"
    return ClusterUnavailable, "the API server cannot answer now", "Check its health"


def _unexpected(attempt: Attempt, refusal: Refusal) -> Explained:
    if attempt.doing in (Doing.DRY_RUN, Doing.APPLY):
        return _invalid(attempt, refusal)
    return ClusterError, "an answer the executor does not understand", "Check that the address is an API server's"


Test = Callable[[Refusal], bool]


def _says(*patterns: re.Pattern[str]) -> Test:
    return lambda refusal: any(pattern.search(text) for pattern in patterns for text in _texts(refusal))


def _has(*statuses: int) -> Test:
    return lambda refusal: refusal.http_status in statuses


def _all(*tests: Test) -> Test:
    return lambda refusal: all(test(refusal) for test in tests)


_TABLE: tuple[tuple[Test, Callable[[Attempt, Refusal], Explained]], ...] = (
    # A policy chooses its own status (422 is the default, 401 and 413 are possible) and a webhook may take any.
    (lambda refusal: _policy_cause(refusal) is not None, _policy_denied),
    (lambda refusal: _WEBHOOK_DENIED.match(refusal.message) is not None, _webhook_denied),
    (_all(_has(400), _says(_WEBHOOK_CANNOT)), _webhook_cannot),
    (_all(_has(500), _says(_WEBHOOK_FAILED)), _webhook_failed),
    (_has(401), _credentials),
    (_all(_has(403), _says(_QUOTA, _QUOTA_DEMANDS)), _quota),
    (_all(_has(403), _says(_RBAC)), _rbac),
    (_has(403), _built_in),
    (_all(_has(404), lambda refusal: not refusal.object_name), _not_served),
    (_has(404), _not_found),
    (_has(409), _conflict),
    (_all(_has(422), lambda refusal: any(cause.field == "metadata.uid" for cause in refusal.causes)), _recreated),
    (_has(400, 413, 415, 422), _invalid),
    (_has(429), _throttled),
    (_has(200, 201, 408, *range(500, 600)), _unanswered),
    (lambda _: True, _unexpected),
)
