"""
Owns what admission answers: policies and webhooks that deny, webhooks that cannot be asked, plugins of the server.
"""

import re
from functools import partial

from executor.core.errors import (
    AdmissionDenied,
    ClusterUnavailable,
    DeniedByAdmissionPolicy,
    DeniedByWebhook,
    Forbidden,
    WebhookFailed,
    WebhookWithoutDryRun,
)
from executor.kube.attempt import Attempt
from executor.kube.errors.access import not_permitted
from executor.kube.errors.explained import Explained, found, quoted
from executor.kube.refusal import Refusal

WEBHOOK_DENIED = re.compile(
    r'\Aadmission webhook "([^"]{1,253})" denied the request(?:: (.*)| without explanation)?', re.DOTALL
)
WEBHOOK_FAILED = re.compile(r'failed calling webhook "([^"]{1,253})"')
WEBHOOK_CANNOT = re.compile(r'admission webhook "([^"]{1,253})" does not support dry run')
NOT_READY = re.compile(r" is forbidden: not yet ready to handle request\Z")

# Mutating policies introduce themselves as "policy" alone; a misconfigured one has no binding to name.
_POLICY_DENIED = re.compile(
    r"""((?:Validating|Mutating)AdmissionPolicy|policy)\ ['"]([^'"]{1,253})['"]"""
    r"""(?:\ with\ binding\ '([^']{1,253})')?\ denied\ request:\ """,
    re.VERBOSE,
)
_POD_SECURITY = re.compile(r' is forbidden: violates PodSecurity "([a-z]{1,20}:[a-z0-9.]{1,20})":')
_TERMINATING = "NamespaceTerminating"

# Only that one of these words stands in it is passed on: the text around them may hold what the webhook answered.
_WEBHOOK_FAILURES = (
    ("connection refused", "the connection was refused"),
    ("no endpoints available", "its service has no endpoints"),
    ("deadline exceeded", "no answer came in time"),
    ("Client.Timeout", "no answer came in time"),
    ("x509: ", "its certificate is not trusted"),
    ("tls: ", "no TLS connection could be made"),
    ("no such host", "its host name does not resolve"),
    ("invalid webhook response", "its answer was not valid"),
)


def policy_denied(attempt: Attempt, refusal: Refusal) -> Explained:
    """
    Explain the denial of an admission policy, by what its author says.
    """
    cause = _policy_cause(refusal) or ""
    named = _POLICY_DENIED.match(cause)
    kind, policy, binding = named.groups(default="") if named else ("", "", "")
    withheld = f"{kind} '{policy}' denied request: " if attempt.secret else ""
    return Explained(
        partial(DeniedByAdmissionPolicy, policy=policy, binding=binding),
        withheld + quoted(attempt, cause),
        "Change the plan, or the admission policy",
    )


def is_denied_by_policy(refusal: Refusal) -> bool:
    """
    Tell if an admission policy refused: it chooses its own status, 422 is the default, 401 and 413 are possible.
    """
    return _policy_cause(refusal) is not None


def _policy_cause(refusal: Refusal) -> str | None:
    causes = (cause.message for cause in refusal.causes if not cause.field and _POLICY_DENIED.match(cause.message))
    return next(causes, None)


def webhook_denied(attempt: Attempt, refusal: Refusal) -> Explained:
    """
    Explain the denial of a webhook, by what its author says.
    """
    named = WEBHOOK_DENIED.match(refusal.message)
    webhook, said = (named[1], named[2]) if named else ("", None)
    return Explained(
        partial(DeniedByWebhook, webhook=webhook),
        f'admission webhook "{webhook}" denied it' + (f": {quoted(attempt, said)}" if said else ""),
        "Change the plan, or ask the owner of that webhook",
    )


def webhook_failed(_: Attempt, refusal: Refusal) -> Explained:
    """
    Explain that a webhook gave no answer: why, as far as known words tell it.
    """
    named = found(refusal, WEBHOOK_FAILED)
    webhook = named[1] if named else ""
    text = named.string if named else ""
    how = next((f" ({words})" for sign, words in _WEBHOOK_FAILURES if sign in text), "")
    return Explained(
        partial(WebhookFailed, webhook=webhook),
        f'admission webhook "{webhook}" could not be asked{how}, nothing was written',
        "Repair that webhook",
        failed=True,
    )


def webhook_without_dry_run(_: Attempt, refusal: Refusal) -> Explained:
    """
    Explain that a webhook has side effects, so that no dry run may reach it.
    """
    named = found(refusal, WEBHOOK_CANNOT)
    webhook = named[1] if named else ""
    return Explained(
        partial(WebhookWithoutDryRun, webhook=webhook),
        f'admission webhook "{webhook}" does not support dry runs',
        "Its owner must declare sideEffects None or NoneOnDryRun",
    )


def not_ready(_: Attempt, __: Refusal) -> Explained:
    """
    Explain an API server whose policies are not loaded yet.
    """
    why = "the API server has just started and its admission is not ready, nothing was written"
    return Explained(ClusterUnavailable, why, "Try again in a moment", failed=True)


def built_in(attempt: Attempt, refusal: Refusal) -> Explained:
    """
    Explain a 403 that is none of the others: a plugin of the API server, or something before it.
    """
    if not refusal.reason:
        return Explained(
            Forbidden, "something before the API server refused it", "Check proxies and gateways on the way"
        )
    if attempt.looks:
        return not_permitted(attempt, refusal)
    if any(cause.reason == _TERMINATING for cause in refusal.causes):
        why = f"namespace {attempt.namespace or ''} is being deleted and takes nothing new"
        return Explained(AdmissionDenied, why, "Wait until it is gone, and make it again")
    level = _POD_SECURITY.search(refusal.message)
    if level is not None:
        why = f"its pods would violate the namespace's Pod Security level {level[1]}"
        return Explained(AdmissionDenied, why, "Try it with kubectl to see where")
    why = "an admission plugin of the API server refused it"
    return Explained(AdmissionDenied, why, "Try it with kubectl to see its reason")
