"""
What becomes of a real API server's refusals where admission stands in the way of a dry run.
"""

import pytest

from deploy.local.control_plane import ControlPlane
from executor.core import errors
from executor.core.change import patch_change
from executor.core.diff import Difference
from executor.core.target import Target, object_path
from executor.kube import KubeCluster
from tests.builders import a_deployment
from tests.fixtures.admission import ADMISSION_LABEL
from tests.fixtures.asking import MERGE, Asker, E, a_pod_to_make, refused
from tests.fixtures.kubernetes import make_namespace
from tests.fixtures.webhooks import Webhooks
from tests.waiting import eventually

pytestmark = [pytest.mark.integration, pytest.mark.requirement("DRY-4")]


@pytest.fixture
def web(asker: Asker) -> Target:
    return asker.make("Deployment", a_deployment("web", asker.namespace, replicas=0))


async def test_a_webhook_that_denies_is_named_with_its_reason(
    kube_cluster: KubeCluster, web: Target, webhooks: Webhooks
) -> None:
    name = webhooks.answer(str(web.namespace), {"allowed": False, "status": {"message": "not on a Friday"}})

    error = await refused_by_port(errors.DeniedByWebhook, kube_cluster, web)

    assert ("denied_by_webhook", name) == (error.code, error.webhook)
    assert (
        f'{web}: dry run refused (HTTP 400): admission webhook "{name}" denied it: not on a Friday. '
        "Change the plan, or ask the owner of that webhook."
    ) == str(error)


async def test_a_webhook_that_chooses_the_words_of_others_is_still_a_denial(
    kube_cluster: KubeCluster, web: Target, webhooks: Webhooks
) -> None:
    """
    It may take any status and say anything, also what would be a quota's, or a webhook's without dry runs.
    """
    said = 'x is forbidden: exceeded quota: q, requested: a=1, used: a=1, limited: a=1; failed calling webhook "other"'
    status = {"code": 500, "reason": "InternalError", "message": said}
    name = webhooks.answer(str(web.namespace), {"allowed": False, "status": status})

    error = await refused_by_port(errors.DeniedByWebhook, kube_cluster, web)

    assert (name, 500, False) == (error.webhook, error.http_status, error.retryable)


async def test_a_webhook_that_answers_for_somebody_else_could_not_be_asked(
    asker: Asker, web: Target, webhooks: Webhooks
) -> None:
    name = webhooks.answer(str(web.namespace), {"allowed": True, "uid": "of another request"})

    error = await refused(errors.WebhookFailed, lambda: asker.patch(web, {"spec": {"paused": True}}))

    assert ("webhook_failed", name, True) == (error.code, error.webhook, error.retryable)
    assert f'admission webhook "{name}" could not be asked (its answer was not valid), nothing' in str(error)


async def test_a_webhook_without_dry_runs_is_told_from_one_that_denies(
    kube_cluster: KubeCluster, web: Target, webhooks: Webhooks
) -> None:
    name = webhooks.leave_behind(str(web.namespace))

    error = await refused_by_port(errors.WebhookWithoutDryRun, kube_cluster, web)

    assert ("webhook_without_dry_run", name, False) == (error.code, error.webhook, error.retryable)
    assert (
        f'{web}: dry run refused (BadRequest): admission webhook "{name}" does not support dry runs. '
        "Its owner must declare sideEffects None or NoneOnDryRun."
    ) == str(error)


@pytest.mark.usefixtures("admission")
async def test_an_admission_policy_that_denies_is_named(control_plane: ControlPlane) -> None:
    asker = Asker(control_plane, make_namespace(control_plane, **{ADMISSION_LABEL: "deny"}))
    web = asker.make("Deployment", a_deployment("web", asker.namespace, replicas=0))

    error = await refused(errors.DeniedByAdmissionPolicy, lambda: asker.patch(web, {"spec": {"paused": True}}))

    assert ("denied_by_admission_policy", "deny", "deny") == (error.code, error.policy, error.binding)
    assert "ValidatingAdmissionPolicy 'deny' with binding 'deny' denied request: replicas are sacred here. " in str(
        error
    )


async def test_pods_that_are_too_powerful_are_told_the_level(control_plane: ControlPlane) -> None:
    level = {"pod-security.kubernetes.io/enforce": "restricted"}
    asker = Asker(control_plane, make_namespace(control_plane, **level))

    error = await refused(errors.AdmissionDenied, lambda: asker.creation("Pod", a_pod_to_make()))

    assert "admission_denied" == error.code
    assert "its pods would violate the namespace's Pod Security level restricted:latest. " in str(error)


async def test_a_namespace_that_is_going_takes_nothing_new(asker: Asker) -> None:
    kept = asker.make("ConfigMap", {"metadata": {"name": "kept", "finalizers": ["test.example/keeps-the-namespace"]}})
    asker.plane.api.request("DELETE", f"/api/v1/namespaces/{asker.namespace}")

    error = await refused(errors.AdmissionDenied, lambda: asker.creation("ConfigMap", {"metadata": {"name": "new"}}))
    asker.plane.api.request("PATCH", object_path(kept), {"metadata": {"finalizers": None}}, content_type=MERGE)

    assert f"namespace {asker.namespace} is being deleted and takes nothing new. " in str(error)


async def refused_by_port(kind: type[E], cluster: KubeCluster, target: Target) -> E:
    """
    Return the refusal of a dry run through the port once it is of this class.
    """

    async def once() -> E | None:
        change = patch_change(target, await cluster.read(target), [Difference(("spec", "paused"), None, after=True)])
        try:
            await cluster.dry_run(change)
        except kind as error:
            return error
        except errors.TargetMoved:
            return None  # its controller wrote the status meanwhile
        return None

    return await eventually(once)
