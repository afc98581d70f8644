"""
Owns every error the executor raises on purpose.

    ExecutorError                     code, retryable, and a message that says which object, what, why, what to do next
    ├── PlanInvalid                   the plan cannot be taken; carries every problem found
    ├── Unusable                      the step cannot be rendered for this target (no such container, nothing to scale)
    ├── PolicyUnavailable             no policy is loaded yet, so nothing can be judged (retryable)
    ├── WrongPhase                    a control request that makes no sense in the run's phase
    ├── DigestMismatch                an answer that is bound to another plan than the run's
    ├── ApprovalsNotTaken             an approval, which nobody can give in this version
    ├── IllegalTransition             an event that does not fit the run's phase; it is never recorded
    ├── ClusterError                  what the API server said or did not say
    │   ├── TargetNotFound            404: the object, or its namespace, does not exist
    │   ├── NotServed                 404: no such kind, version or subresource
    │   ├── MethodNotAllowed          405: the kind does not have this verb
    │   ├── TargetGone                the name now belongs to another object (uid changed)
    │   ├── TargetMoved               409: the object changed since it was judged
    │   ├── AlreadyExists             409: what was to be created exists
    │   ├── FieldConflict             409: server-side apply met fields of other managers; carries which of whom
    │   ├── CredentialsRefused        401
    │   ├── Forbidden                 403 by authorization; carries verb and resource
    │   ├── AdmissionDenied           403 by a plugin of the API server
    │   │   ├── DeniedByAdmissionPolicy   any 4xx by an admission policy; carries which
    │   │   └── DeniedByWebhook       any code by an admission webhook; carries which
    │   ├── WebhookWithoutDryRun      400: a webhook has side effects, so it cannot be dry-run; carries which
    │   ├── WebhookFailed             500: a webhook could not be asked (retryable); carries which
    │   ├── QuotaError
    │   │   ├── QuotaExceeded         403: which quota, and by how much
    │   │   ├── QuotaUnspecified      403: a quota counts what the change does not specify
    │   │   └── QuotaUncounted        403: the quota is too new to be counted (retryable)
    │   ├── LimitRangeBreached        403: which bound of a limit range, and by how much
    │   ├── BudgetBlocked             429: a disruption budget allows no eviction now (retryable); carries which
    │   ├── BudgetsOverlap            500: several disruption budgets match the pod, which no eviction survives
    │   ├── ChangeInvalid             400, 413, 422; names fields only
    │   │   └── ImmutableField        422: fields that cannot change once the object exists
    │   ├── UnsupportedPatch          415: custom resources take no strategic merge patch
    │   ├── Throttled                 429 (retryable, carries Retry-After)
    │   ├── ClusterUnavailable        5xx, connection refused, time out before anything was sent (retryable)
    │   ├── OutcomeUnknown            a write left and no answer came back
    │   ├── SealedValueLost           a Secret's value that the change needs is not kept any more; nothing was sent
    │   └── UnsafeRequest             a name or path that must not enter a URL; nothing was sent
    └── StoreError
        ├── RunNotFound, StepNotFound, DecisionNotFound
        ├── IdempotencyConflict       the key was used with another plan
        ├── AlreadySubmitted          the key was used with the same plan; carries the run it made
        ├── ClaimsHeld                another run holds a target; carries which
        ├── StaleSequence             somebody else appended to this run
        ├── StoreUnavailable          the store cannot take more now (retryable)
        └── StoreUnusable             the store cannot be opened; names the setting to change

One file holds the errors of one matter; everything is imported from here.
"""

from executor.core.errors.admission import (
    AdmissionDenied,
    DeniedByAdmissionPolicy,
    DeniedByWebhook,
    WebhookFailed,
    WebhookWithoutDryRun,
)
from executor.core.errors.base import ExecutorError
from executor.core.errors.cluster import (
    Answered,
    ClusterError,
    ClusterUnavailable,
    CredentialsRefused,
    Forbidden,
    MethodNotAllowed,
    NotServed,
    OutcomeUnknown,
    SealedValueLost,
    TargetNotFound,
    Throttled,
    UnsafeRequest,
)
from executor.core.errors.conflicts import AlreadyExists, FieldConflict, FieldOwner, TargetGone, TargetMoved
from executor.core.errors.limits import (
    Breach,
    BudgetBlocked,
    BudgetsOverlap,
    Excess,
    LimitRangeBreached,
    QuotaError,
    QuotaExceeded,
    QuotaUncounted,
    QuotaUnspecified,
)
from executor.core.errors.plan import (
    ApprovalsNotTaken,
    DigestMismatch,
    IllegalTransition,
    PlanInvalid,
    PolicyUnavailable,
    Problem,
    Unusable,
    WrongPhase,
)
from executor.core.errors.store import (
    AlreadySubmitted,
    ClaimsHeld,
    DecisionNotFound,
    IdempotencyConflict,
    RunNotFound,
    StaleSequence,
    StepNotFound,
    StoreError,
    StoreUnavailable,
    StoreUnusable,
)
from executor.core.errors.validity import ChangeInvalid, ImmutableField, UnsupportedPatch

__all__ = [
    "AdmissionDenied",
    "AlreadyExists",
    "AlreadySubmitted",
    "Answered",
    "ApprovalsNotTaken",
    "Breach",
    "BudgetBlocked",
    "BudgetsOverlap",
    "ChangeInvalid",
    "ClaimsHeld",
    "ClusterError",
    "ClusterUnavailable",
    "CredentialsRefused",
    "DecisionNotFound",
    "DeniedByAdmissionPolicy",
    "DeniedByWebhook",
    "DigestMismatch",
    "Excess",
    "ExecutorError",
    "FieldConflict",
    "FieldOwner",
    "Forbidden",
    "IdempotencyConflict",
    "IllegalTransition",
    "ImmutableField",
    "LimitRangeBreached",
    "MethodNotAllowed",
    "NotServed",
    "OutcomeUnknown",
    "PlanInvalid",
    "PolicyUnavailable",
    "Problem",
    "QuotaError",
    "QuotaExceeded",
    "QuotaUncounted",
    "QuotaUnspecified",
    "RunNotFound",
    "SealedValueLost",
    "StaleSequence",
    "StepNotFound",
    "StoreError",
    "StoreUnavailable",
    "StoreUnusable",
    "TargetGone",
    "TargetMoved",
    "TargetNotFound",
    "Throttled",
    "UnsafeRequest",
    "UnsupportedPatch",
    "Unusable",
    "WebhookFailed",
    "WebhookWithoutDryRun",
    "WrongPhase",
]
