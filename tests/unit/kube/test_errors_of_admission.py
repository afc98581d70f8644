"""
What the refusals of admission become: who denied, who could not be asked, and what of it may be passed on.
"""

import pytest

from executor.core import errors
from executor.core.errors import ClusterError
from executor.kube.attempt import Attempt, Doing
from tests.unit.kube.refusals import APPLY, DRY_RUN, READ, refused

pytestmark = pytest.mark.requirement("DRY-4")

POLICY = "ValidatingAdmissionPolicy 'limits' with binding 'all' denied request: too many"
MUTATION = "policy 'sidecar' with binding 'all' denied request: no such key"
UNBOUND = "ValidatingAdmissionPolicy 'limits' denied request: failed to configure policy"
FAILING = (
    'Internal error occurred: failed calling webhook "guard.test": failed to call webhook: Post "https://10.0.0.1/": '
)

CASES = {
    "a policy's denial with its default status": (
        refused(
            DRY_RUN, 422, "Invalid", f'deployments.apps "web" is forbidden: {POLICY}', causes=[{"message": POLICY}]
        ),
        errors.DeniedByAdmissionPolicy,
        {"policy": "limits", "binding": "all"},
        f"dry run refused (Invalid): {POLICY}. Change the plan, or the admission policy.",
    ),
    "a policy's denial that looks like bad credentials": (
        refused(DRY_RUN, 401, "Unauthorized", "…", causes=[{"message": POLICY}]),
        errors.DeniedByAdmissionPolicy,
        {"policy": "limits", "binding": "all"},
        f"dry run refused (Unauthorized): {POLICY}. Change the plan, or the admission policy.",
    ),
    "a mutating policy that failed": (
        refused(DRY_RUN, 403, "Forbidden", MUTATION, causes=[{"message": MUTATION}]),
        errors.DeniedByAdmissionPolicy,
        {"policy": "sidecar", "binding": "all"},
        f"dry run refused (Forbidden): {MUTATION}. Change the plan, or the admission policy.",
    ),
    "a policy without a binding": (
        refused(DRY_RUN, 422, "Invalid", UNBOUND, causes=[{"message": UNBOUND}]),
        errors.DeniedByAdmissionPolicy,
        {"policy": "limits", "binding": ""},
        f"dry run refused (Invalid): {UNBOUND}. Change the plan, or the admission policy.",
    ),
    "a webhook's denial": (
        refused(APPLY, 403, "Forbidden", 'admission webhook "guard.test" denied the request: not today.'),
        errors.DeniedByWebhook,
        {"webhook": "guard.test"},
        (
            'apply refused (Forbidden): admission webhook "guard.test" denied it: not today. '
            "Change the plan, or ask the owner of that webhook."
        ),
    ),
    "a webhook's denial without a word, by a server error": (
        refused(APPLY, 500, "", 'admission webhook "guard.test" denied the request without explanation'),
        errors.DeniedByWebhook,
        {"webhook": "guard.test"},
        (
            'apply refused (HTTP 500): admission webhook "guard.test" denied it. '
            "Change the plan, or ask the owner of that webhook."
        ),
    ),
    "a webhook's denial that speaks of a quota": (
        refused(
            APPLY,
            403,
            "Forbidden",
            'admission webhook "guard.test" denied the request: x is forbidden: exceeded quota: q, requested: a=1, '
            "used: a=1, limited: a=1",
        ),
        errors.DeniedByWebhook,
        {"webhook": "guard.test"},
        (
            'apply refused (Forbidden): admission webhook "guard.test" denied it: x is forbidden: exceeded quota: q, '
            "requested: a=1, used: a=1, limited: a=1. Change the plan, or ask the owner of that webhook."
        ),
    ),
    "a webhook that nobody listens at": (
        refused(APPLY, 500, "InternalError", f"{FAILING}dial tcp 10.0.0.1:443: connect: connection refused"),
        errors.WebhookFailed,
        {"webhook": "guard.test"},
        (
            'apply failed (InternalError): admission webhook "guard.test" could not be asked (the connection was '
            "refused), nothing was written. Repair that webhook."
        ),
    ),
    "a webhook that is too slow": (
        refused(APPLY, 500, "InternalError", f"{FAILING}context deadline exceeded"),
        errors.WebhookFailed,
        {"webhook": "guard.test"},
        (
            'apply failed (InternalError): admission webhook "guard.test" could not be asked (no answer came in time)'
            ", nothing was written. Repair that webhook."
        ),
    ),
    "a webhook that fails in its own words": (
        refused(APPLY, 500, "InternalError", f"{FAILING}the password is hunter2"),
        errors.WebhookFailed,
        {"webhook": "guard.test"},
        (
            'apply failed (InternalError): admission webhook "guard.test" could not be asked, nothing was written. '
            "Repair that webhook."
        ),
    ),
    "a webhook without dry runs": (
        refused(DRY_RUN, 400, "BadRequest", 'admission webhook "guard.test" does not support dry run'),
        errors.WebhookWithoutDryRun,
        {"webhook": "guard.test"},
        (
            'dry run refused (BadRequest): admission webhook "guard.test" does not support dry runs. '
            "Its owner must declare sideEffects None or NoneOnDryRun."
        ),
    ),
    "an admission plugin's denial": (
        refused(APPLY, 403, "Forbidden", 'pods "web" is forbidden: secret=hunter2'),
        errors.AdmissionDenied,
        {},
        (
            "apply refused (Forbidden): an admission plugin of the API server refused it. "
            "Try it with kubectl to see its reason."
        ),
    ),
    "pods that are too powerful for their namespace": (
        refused(
            APPLY, 403, "Forbidden", 'pods "web" is forbidden: violates PodSecurity "restricted:latest": hostPID=true'
        ),
        errors.AdmissionDenied,
        {},
        (
            "apply refused (Forbidden): its pods would violate the namespace's Pod Security level restricted:latest. "
            "Try it with kubectl to see where."
        ),
    ),
    "a namespace that is going": (
        refused(
            APPLY,
            403,
            "Forbidden",
            'pods "web" is forbidden: unable to create new content in namespace shop because it is being terminated',
            causes=[{"reason": "NamespaceTerminating", "message": "…", "field": "metadata.namespace"}],
        ),
        errors.AdmissionDenied,
        {},
        (
            "apply refused (Forbidden): namespace shop is being deleted and takes nothing new. "
            "Wait until it is gone, and make it again."
        ),
    ),
    "a server whose policies are not loaded": (
        refused(APPLY, 403, "Forbidden", 'deployments.apps "web" is forbidden: not yet ready to handle request'),
        errors.ClusterUnavailable,
        {},
        (
            "apply failed (Forbidden): the API server has just started and its admission is not ready, nothing was "
            "written. Try again in a moment."
        ),
    ),
}


@pytest.mark.parametrize(("error", "kind", "data", "message"), CASES.values(), ids=CASES)
def test_a_refusal_of_admission_says_whose_it_is(
    error: ClusterError, kind: type[ClusterError], data: dict[str, str], message: str
) -> None:
    known = {name: value for name, value in vars(error).items() if name not in {"http_status", "retry_after_seconds"}}

    assert (kind, data, f"deployment/shop/web: {message}") == (type(error), known, str(error))


def test_only_a_webhook_that_could_not_be_asked_is_asked_again() -> None:
    found = {type(error): error.retryable for error, *_ in CASES.values()}

    assert {errors.WebhookFailed, errors.ClusterUnavailable} == {kind for kind, again in found.items() if again}


@pytest.mark.requirement("DRY-3")
@pytest.mark.parametrize(
    ("kind", "message", "causes", "named"),
    [
        (
            errors.DeniedByAdmissionPolicy,
            "…",
            [{"message": f"{POLICY} of hunter2"}],
            "ValidatingAdmissionPolicy 'limits' denied request: its reason is withheld",
        ),
        (
            errors.DeniedByWebhook,
            'admission webhook "guard.test" denied the request: hunter2 is too short',
            [],
            'admission webhook "guard.test" denied it: its reason is withheld',
        ),
    ],
)
def test_no_cause_is_passed_on_for_a_secret(
    kind: type[ClusterError], message: str, causes: list[dict[str, str]], named: str
) -> None:
    attempt = Attempt(Doing.APPLY, "Secret", "shop", "db")

    error = refused(attempt, 403, "Forbidden", message, causes=causes)

    assert kind is type(error)
    assert named in str(error)
    assert "hunter2" not in str(error) + repr(vars(error))


def test_a_long_cause_is_cut() -> None:
    error = refused(DRY_RUN, 403, "Forbidden", "…", causes=[{"message": POLICY + "x" * 5000}])

    assert 1000 + 150 > len(str(error)) > 1000


def test_a_read_meets_no_admission() -> None:
    """
    A 403 without the words of authorization is a missing permission all the same.
    """
    assert errors.Forbidden is type(refused(READ, 403, "Forbidden"))
