"""
What the API server's refusals become: class, message, and nothing that it must not say.
"""

import pytest

from executor.core import errors
from executor.core.errors import ClusterError
from executor.kube.attempt import Attempt
from executor.kube.errors import from_refusal
from executor.kube.refusal import read_refusal
from tests.unit.kube.refusals import APPLY, DRY_RUN, READ, refused

POLICY = "ValidatingAdmissionPolicy 'limits' with binding 'all' denied request: too many"

CASES = {
    "an invalid field": (
        refused(DRY_RUN, 422, "Invalid", "…", causes=[{"field": "spec.b"}, {"field": "spec.a"}, {"field": "spec.a"}]),
        errors.ChangeInvalid,
        "deployment/shop/web: dry run refused (Invalid): invalid at spec.a, spec.b. Correct the step's parameters.",
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
        errors.CredentialsRefused,
        (
            "deployment/shop/web: read refused (Unauthorized): the executor's credentials were refused. "
            "Renew the token or certificate it was given."
        ),
    ),
    "a missing object": (
        refused(READ, 404, "NotFound"),
        errors.TargetNotFound,
        "deployment/shop/web: read refused (NotFound): it does not exist. Check kind, namespace and name.",
    ),
    "a kind that is not served": (
        from_refusal(READ, read_refusal(404, b"404 page not found", {})),
        errors.NotServed,
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
