"""
Owns the one table from what the API server refused to the classes of `core.errors`.

A message names the object, what was being done, why it stopped and what to do next. It is written here: of the server's
own text only the cause of an admission policy or webhook is passed on, cut, and never for a Secret; a 422 whose message
holds the whole object gives its fields only. All else that a message names (a quota, a field manager, amounts) is read
out of the server's text by patterns that nothing but a name or a number fits.
"""

from executor.core.errors import ClusterError, ClusterUnavailable, OutcomeUnknown, Throttled
from executor.kube.attempt import Attempt
from executor.kube.errors import access, admission, budgets, conflicts, limit_ranges, quotas, validity
from executor.kube.errors.explained import Explain, Explained, Test, all_of, has, has_reason, says
from executor.kube.refusal import Refusal


def from_refusal(attempt: Attempt, refusal: Refusal) -> ClusterError:
    """
    Return the error that an answer of the API server means for an attempt.
    """
    for applies, explain in _TABLE:
        if applies(refusal):
            explained = explain(attempt, refusal)
            verb = "failed" if explained.failed else "refused"
            return explained.makes(
                f"{attempt.subject}: {attempt.act} {verb} ({refusal.word}): {explained.why}. {explained.remedy}.",
                http_status=refusal.http_status,
                retry_after_seconds=refusal.retry_after_seconds or explained.retry_after_seconds,
            )
    raise AssertionError("the table's last row takes everything")


def _throttled(_: Attempt, refusal: Refusal) -> Explained:
    after = refusal.retry_after_seconds
    return Explained(Throttled, "the API server is busy, nothing was done", f"Try again in {after or 1:g} s")


def _unanswered(attempt: Attempt, _: Refusal) -> Explained:
    if attempt.writes:
        why, remedy = "the change may or may not have landed", "Read the object back before sending it again"
        return Explained(OutcomeUnknown, why, remedy, failed=True)
    return Explained(ClusterUnavailable, "the API server cannot answer now", "Check its health", failed=True)


def _names_nothing(refusal: Refusal) -> bool:
    return not refusal.object_name


# The first row that fits wins, so the special stands before the general.
_TABLE: tuple[tuple[Test, Explain], ...] = (
    # An admission policy chooses its own status and a webhook may take any, so both come first.
    (admission.is_denied_by_policy, admission.policy_denied),
    (lambda refusal: admission.WEBHOOK_DENIED.match(refusal.message) is not None, admission.webhook_denied),
    (all_of(has(400), says(admission.WEBHOOK_CANNOT)), admission.webhook_without_dry_run),
    (all_of(has(500), says(admission.WEBHOOK_FAILED)), admission.webhook_failed),
    (has(401), access.credentials_refused),
    (all_of(has(403, 429), has_reason(budgets.DISRUPTION_BUDGET)), budgets.blocked),
    (all_of(has(403), says(quotas.EXCEEDED)), quotas.exceeded),
    (all_of(has(403), says(quotas.UNSPECIFIED)), quotas.unspecified),
    (all_of(has(403), says(quotas.UNCOUNTED)), quotas.uncounted),
    (all_of(has(403), limit_ranges.is_breached), limit_ranges.breached),
    (all_of(has(403), says(access.RBAC)), access.not_permitted),
    (all_of(has(403), says(admission.NOT_READY)), admission.not_ready),
    (has(403), admission.built_in),
    (all_of(has(404), _names_nothing), access.not_served),
    (has(404), access.not_found),
    (has(405), access.method_not_allowed),
    (all_of(has(409), has_reason(conflicts.FIELD_MANAGER_CONFLICT)), conflicts.field_conflict),
    (all_of(has(409), has_reason(conflicts.ALREADY_EXISTS)), conflicts.already_exists),
    (all_of(has(409), says(conflicts.OTHER_UID)), conflicts.recreated),
    (all_of(has(409), says(conflicts.NO_SUCH_UID)), conflicts.deleted),
    (has(409), conflicts.moved),
    (all_of(has(422), says(conflicts.DOES_NOT_FIT)), conflicts.moved),
    (all_of(has(422), validity.is_recreated), conflicts.recreated),
    (all_of(has(422), validity.is_immutable), validity.immutable),
    (has(413), validity.too_large),
    (has(415), validity.unsupported_patch),
    (has(400, 422), validity.invalid),
    (has(429), _throttled),
    (all_of(has(500), says(budgets.OVERLAP)), budgets.overlap),
    (has(200, 201, 408, *range(500, 600)), _unanswered),
    (lambda _: True, validity.unexpected),
)
