"""
What the API server's refusals become: class, message, and nothing that it must not say.
"""

import json

import pytest

from executor.core import errors
from executor.core.errors import ClusterError
from executor.kube.attempt import Attempt, Doing
from executor.kube.errors import from_refusal
from executor.kube.refusal import read_refusal

POLICY = "ValidatingAdmissionPolicy 'limits' with binding 'all' denied request: too many"
READ = Attempt(Doing.READ, "Deployment", "shop", "web")
DRY_RUN = Attempt(Doing.DRY_RUN, "Deployment", "shop", "web")
APPLY = Attempt(Doing.APPLY, "Deployment", "shop", "web")


def refused(
    attempt: Attempt, code: int, reason: str, message: str = "", *, causes: list[dict[str, str]] | None = None
) -> ClusterError:
    """
    Return what a Status becomes.
    """
    status = {
        "kind": "Status",
        "reason": reason,
        "message": message,
        "details": {"name": "web", "causes": causes or []},
    }
    return from_refusal(attempt, read_refusal(code, json.dumps(status).encode(), {}))


CASES = {
    "an object that moved": (
        refused(DRY_RUN, 409, "Conflict"),
        errors.TargetMoved,
        (
            "deployment/shop/web: dry run refused (Conflict): it changed since it was judged, nothing was written. "
            "Judge it again."
        ),
    ),
    "another uid": (
        refused(APPLY, 422, "Invalid", "…", causes=[{"field": "metadata.uid", "message": "field is immutable"}]),
        errors.TargetGone,
        (
            "deployment/shop/web: apply refused (Invalid): it was deleted and another object has its name now. "
            "Submit the plan again if it still applies."
        ),
    ),
    "an invalid field": (
        refused(DRY_RUN, 422, "Invalid", "…", causes=[{"field": "spec.b"}, {"field": "spec.a"}, {"field": "spec.a"}]),
        errors.ChangeInvalid,
        "deployment/shop/web: dry run refused (Invalid): invalid at spec.a, spec.b. Correct the step's parameters.",
    ),
    "a policy's denial with its default status": (
        refused(
            DRY_RUN, 422, "Invalid", f'deployments.apps "web" is forbidden: {POLICY}', causes=[{"message": POLICY}]
        ),
        errors.AdmissionDenied,
        f"deployment/shop/web: dry run refused (Invalid): {POLICY}. Change the plan, or the admission policy.",
    ),
    "a policy's denial that looks like bad credentials": (
        refused(DRY_RUN, 401, "Unauthorized", "…", causes=[{"message": POLICY}]),
        errors.AdmissionDenied,
        f"deployment/shop/web: dry run refused (Unauthorized): {POLICY}. Change the plan, or the admission policy.",
    ),
    "a webhook's denial": (
        refused(APPLY, 403, "Forbidden", 'admission webhook "guard.test" denied the request: not today.'),
        errors.AdmissionDenied,
        (
            'deployment/shop/web: apply refused (Forbidden): admission webhook "guard.test" denied it: not today. '
            "Change the plan, or ask the owner of that webhook."
        ),
    ),
    "a webhook's denial without a word, by a server error": (
        refused(APPLY, 500, "", 'admission webhook "guard.test" denied the request without explanation'),
        errors.AdmissionDenied,
        (
            'deployment/shop/web: apply refused (HTTP 500): admission webhook "guard.test" denied it. '
            "Change the plan, or ask the owner of that webhook."
        ),
    ),
    "an admission plugin's denial": (
        refused(APPLY, 403, "Forbidden", 'pods "web" is forbidden: violates PodSecurity: secret=hunter2'),
        errors.AdmissionDenied,
        (
            "deployment/shop/web: apply refused (Forbidden): an admission plugin of the API server refused it. "
            "Try it with kubectl to see its reason."
        ),
    ),
    "a missing permission": (
        refused(
            DRY_RUN,
            403,
            "Forbidden",
            'deployments.apps "web" is forbidden: User "x" cannot patch resource "deployments"',
        ),
        errors.Forbidden,
        (
            "deployment/shop/web: dry run refused (Forbidden): the executor is not permitted to do this. "
            "Grant it patch on deployments.apps in namespace shop."
        ),
    ),
    "refused credentials": (
        refused(READ, 401, "Unauthorized", "Unauthorized"),
        errors.Forbidden,
        (
            "deployment/shop/web: read refused (Unauthorized): the executor's credentials were refused. "
            "Renew the token or certificate it was given."
        ),
    ),
    "a quota": (
        refused(
            APPLY,
            403,
            "Forbidden",
            'pods "web" is forbidden: exceeded quota: team, requested: cpu=1,pods=3, used: cpu=9,pods=10, '
            "limited: cpu=10,pods=10",
        ),
        errors.QuotaExceeded,
        (
            "deployment/shop/web: apply refused (Forbidden): quota team would be exceeded: "
            "cpu requested 1, used 9, limited 10; pods requested 3, used 10, limited 10. "
            "Ask for less or raise the quota."
        ),
    ),
    "a quota that demands limits": (
        refused(APPLY, 403, "Forbidden", 'pods "web" is forbidden: failed quota: team: must specify limits.cpu'),
        errors.QuotaExceeded,
        (
            "deployment/shop/web: apply refused (Forbidden): quota team demands that limits.cpu be specified. "
            "Specify it on every container."
        ),
    ),
    "a webhook that cannot be asked": (
        refused(APPLY, 500, "InternalError", 'Internal error occurred: failed calling webhook "guard.test": refused'),
        errors.WebhookFailed,
        (
            'deployment/shop/web: apply failed (InternalError): admission webhook "guard.test" could not be asked, '
            "nothing was written. Repair that webhook."
        ),
    ),
    "a webhook without dry runs": (
        refused(DRY_RUN, 400, "BadRequest", 'admission webhook "guard.test" does not support dry run'),
        errors.WebhookFailed,
        (
            'deployment/shop/web: dry run failed (BadRequest): admission webhook "guard.test" does not support dry runs'
            ". Its owner must declare sideEffects None or NoneOnDryRun."
        ),
    ),
    "a missing object": (
        refused(READ, 404, "NotFound"),
        errors.TargetNotFound,
        "deployment/shop/web: read refused (NotFound): it does not exist. Check kind, namespace and name.",
    ),
    "a kind that is not served": (
        from_refusal(READ, read_refusal(404, b"404 page not found", {})),
        errors.TargetNotFound,
        "deployment/shop/web: read refused (HTTP 404): the API server does not serve Deployment. Check its version.",
    ),
    "a busy server": (
        from_refusal(APPLY, read_refusal(429, b"", {"Retry-After": "7"})),
        errors.Throttled,
        "deployment/shop/web: apply refused (HTTP 429): the API server is busy, nothing was done. Try again in 7 s.",
    ),
    "a gateway's own 403": (
        from_refusal(APPLY, read_refusal(403, b"<html>", {})),
        errors.Forbidden,
        (
            "deployment/shop/web: apply refused (HTTP 403): something before the API server refused it. "
            "Check proxies and gateways on the way."
        ),
    ),
    "a write that the server lost": (
        refused(APPLY, 500, "InternalError", "etcdserver: request timed out"),
        errors.OutcomeUnknown,
        (
            "deployment/shop/web: apply failed (InternalError): the change may or may not have landed. "
            "Read the object back before sending it again."
        ),
    ),
    "a read that the server lost": (
        refused(READ, 500, "InternalError", "etcdserver: request timed out"),
        errors.ClusterUnavailable,
        "deployment/shop/web: read failed (InternalError): the API server cannot answer now. Check its health.",
    ),
}


@pytest.mark.parametrize(("error", "kind", "message"), CASES.values(), ids=CASES)
def test_a_refusal_becomes_a_class_and_a_sentence(error: ClusterError, kind: type[ClusterError], message: str) -> None:
    assert (kind, message) == (type(error), str(error))


@pytest.mark.requirement("DUR-2")
@pytest.mark.parametrize("code", [408, 500, 502, 503, 504, 599, 200])
def test_only_a_write_can_have_an_unknown_outcome(code: int) -> None:
    body = b"<html>a gateway speaks</html>"

    found = [type(from_refusal(each, read_refusal(code, body, {}))) for each in (READ, DRY_RUN, APPLY)]

    assert [errors.ClusterUnavailable, errors.ClusterUnavailable, errors.OutcomeUnknown] == found


@pytest.mark.parametrize("code", range(400, 600))
def test_every_status_becomes_a_cluster_error(code: int) -> None:
    for attempt in (READ, DRY_RUN, APPLY):
        error = from_refusal(attempt, read_refusal(code, b"", {}))

        assert code == error.http_status
        assert str(error).startswith("deployment/shop/web: ")


@pytest.mark.requirement("DRY-3")
@pytest.mark.parametrize("code", [400, 403, 404, 409, 413, 415, 422, 429, 500, 503])
@pytest.mark.parametrize("attempt", [READ, DRY_RUN, APPLY], ids=lambda attempt: attempt.doing)
def test_a_secret_in_the_servers_message_goes_no_further(code: int, attempt: Attempt) -> None:
    """
    Strict field validation puts the whole object into its message, Secret data included.
    """
    message = (
        ' "" is invalid: patch: Invalid value: "{\\"data\\":{\\"password\\":\\"aHVudGVyMg==\\"}}": strict decoding'
    )
    causes = [{"field": "patch", "message": message}, {"field": 'data["aHVudGVyMg=="]', "message": message}]

    error = refused(attempt, code, "Invalid", message, causes=causes)

    assert "aHVudGVyMg==" not in str(error)
    assert "aHVudGVyMg==" not in repr(vars(error))


@pytest.mark.requirement("DRY-3")
@pytest.mark.parametrize(
    ("message", "causes"),
    [
        ("…", [{"message": f"{POLICY} of hunter2"}]),
        ('admission webhook "guard.test" denied the request: hunter2 is too short', []),
    ],
)
def test_no_cause_is_passed_on_for_a_secret(message: str, causes: list[dict[str, str]]) -> None:
    attempt = Attempt(Doing.APPLY, "Secret", "shop", "db")

    error = refused(attempt, 403, "Forbidden", message, causes=causes)

    assert errors.AdmissionDenied is type(error)
    assert "hunter2" not in str(error)
    assert "withheld" in str(error)


def test_a_long_cause_is_cut() -> None:
    error = refused(DRY_RUN, 403, "Forbidden", "…", causes=[{"message": POLICY + "x" * 5000}])

    assert 1000 + 150 > len(str(error)) > 1000


def test_a_webhook_that_has_no_dry_run_is_not_asked_again() -> None:
    refusals = (
        refused(DRY_RUN, 400, "BadRequest", 'admission webhook "guard.test" does not support dry run'),
        refused(DRY_RUN, 500, "InternalError", 'failed calling webhook "guard.test": timeout'),
    )

    assert [False, True] == [each.retryable for each in refusals]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'"x"',
        b'{"kind": "Status", "details": "x"}',
        b'{"kind": "Status", "details": {"causes": [1]}}',
    ],
)
def test_a_body_that_is_no_status_is_no_trouble(body: bytes) -> None:
    assert 500 == from_refusal(READ, read_refusal(500, body, {"Retry-After": "soon"})).http_status
