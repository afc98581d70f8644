"""
What a broken connection becomes: for a write, whether it may have landed.
"""

import asyncio
import ssl
from pathlib import Path

import aiohttp
import pytest

from executor.core.change import patch_change
from executor.core.diff import Difference
from executor.core.errors import ClusterUnavailable, OutcomeUnknown
from executor.core.target import Target
from executor.kube import KubeCluster, open_cluster, sending
from executor.kube.attempt import Attempt, Doing
from executor.kube.retrying import Retries
from executor.kube.transport import from_transport
from tests.builders import a_deployment
from tests.fixtures.scripted_server import Answer, ScriptedServer, a_kubeconfig
from tests.waiting import eventually

WEB = Target(kind="Deployment", namespace="shop", name="web")
LIVE = a_deployment()
LIVE["metadata"] |= {"uid": "u-1", "resourceVersion": "7"}
CHANGE = patch_change(WEB, LIVE, [Difference(("spec", "replicas"), 1, 3)])
READ, APPLY = Attempt(Doing.READ, "Deployment", "shop", "web"), Attempt(Doing.APPLY, "Deployment", "shop", "web")

BROKEN = {
    "no answer": Answer(silent=True),
    "an answer cut short": Answer(body=b'{"kind": "Depl', cut=True),
    "no JSON": Answer(body=b"<html>"),
    "another JSON": Answer(body=b"[1]"),
}


@pytest.mark.requirement("DUR-2")
@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
async def test_a_write_without_a_whole_answer_may_have_landed_and_left_once(
    scripted_cluster: KubeCluster, api_server: ScriptedServer, answer: Answer
) -> None:
    api_server.script(answer)

    with pytest.raises(OutcomeUnknown, match=r"deployment/shop/web: apply failed.*may or may not have landed"):
        await scripted_cluster.apply(CHANGE)

    assert 1 == len(api_server.requests)


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
async def test_a_read_or_dry_run_without_a_whole_answer_is_tried_again(
    scripted_cluster: KubeCluster, api_server: ScriptedServer, answer: Answer
) -> None:
    api_server.script(answer)

    for attempt in (scripted_cluster.read(WEB), scripted_cluster.dry_run(CHANGE)):
        with pytest.raises(ClusterUnavailable):
            await attempt

    patches = [each for each in api_server.requests if each.method == "PATCH"]
    assert 3 == len(patches)
    assert all("dryRun=All" in each.url for each in patches)


@pytest.mark.requirement("DUR-2")
async def test_a_write_that_is_not_answered_in_time_may_have_landed(
    scripted_cluster: KubeCluster, api_server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "WRITE_TIMEOUT_SECONDS", 0.05)
    api_server.script(Answer(body=b"{", stuck=True))

    with pytest.raises(OutcomeUnknown, match="no answer within the time limit"):
        await scripted_cluster.apply(CHANGE)


async def test_a_server_that_is_not_there_got_nothing(tmp_path: Path) -> None:
    kubeconfig = a_kubeconfig(tmp_path / "k", "http://127.0.0.1:1")

    async with open_cluster(kubeconfig=kubeconfig, retries=Retries(attempts=1)) as cluster:
        with pytest.raises(ClusterUnavailable, match="apply failed: the API server cannot be reached"):
            await cluster.apply(CHANGE)
        check = await cluster.check()

    assert not check.ok
    assert check.message.startswith("API server: check failed: the API server cannot be reached")


async def test_a_server_that_speaks_no_tls_got_nothing(api_server: ScriptedServer, tmp_path: Path) -> None:
    kubeconfig = a_kubeconfig(tmp_path / "k", api_server.address.replace("http:", "https:"))

    async with open_cluster(kubeconfig=kubeconfig, retries=Retries(attempts=1)) as cluster:
        with pytest.raises(ClusterUnavailable):
            await cluster.apply(CHANGE)

    assert [] == api_server.requests


async def test_cancellation_passes_through_and_frees_the_connection(
    scripted_cluster: KubeCluster, api_server: ScriptedServer
) -> None:
    api_server.script(Answer(body=b"{", stuck=True))
    reading = asyncio.create_task(scripted_cluster.read(WEB))
    await eventually(api_server.was_asked)

    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading

    await eventually(api_server.is_alone)

    assert 1 == len(api_server.requests)


def every_client_error() -> list[type[BaseException]]:
    """
    Return all that aiohttp's client may raise, so that a new version cannot bring one that we do not map.
    """
    found: list[type[BaseException]] = [TimeoutError, ConnectionResetError, BrokenPipeError, ssl.SSLError]
    found += [
        each
        for each in vars(aiohttp.client_exceptions).values()
        if isinstance(each, type) and issubclass(each, aiohttp.ClientError)
    ]
    return found


NEVER_SENT = {
    "ClientConnectorError",
    "ClientProxyConnectionError",
    "ClientSSLError",
    "ClientConnectorDNSError",
    "ClientConnectorSSLError",
    "ClientConnectorCertificateError",
    "UnixClientConnectorError",
    "ConnectionTimeoutError",
    "ServerFingerprintMismatch",
    "ClientHttpProxyError",
    "InvalidURL",
    "InvalidUrlClientError",
    "InvalidUrlRedirectClientError",
}


@pytest.mark.parametrize("kind", every_client_error(), ids=lambda kind: kind.__name__)
def test_every_error_of_the_http_library_has_its_meaning(kind: type[BaseException]) -> None:
    error = bare(kind)
    written = OutcomeUnknown if kind.__name__ not in NEVER_SENT else ClusterUnavailable

    assert (ClusterUnavailable, written) == (type(from_transport(READ, error)), type(from_transport(APPLY, error)))


def bare(kind: type[BaseException]) -> BaseException:
    """
    Make an error without its own constructor's arguments, with what the table reads of it.
    """

    class Bare(kind):  # type: ignore[misc, valid-type]  # the base is a parameter
        strerror = certificate_error = None

        def __init__(self) -> None:
            Exception.__init__(self)

    return Bare()
