"""
How the end of a log is asked for and kept, and that what it says goes nowhere else.
"""

import pytest
from yarl import URL

from executor.core.errors import Forbidden, TargetNotFound
from executor.core.target import Target
from executor.kube import KubeCluster
from executor.kube.logs import text_of
from tests.fixtures.scripted_server import Answer, ScriptedServer, a_status

POD = Target(kind="Pod", namespace="shop", name="web-1")


async def test_more_bytes_are_asked_for_than_are_kept(
    scripted_cluster: KubeCluster, api_server: ScriptedServer
) -> None:
    """
    The kubelet cuts at the limit from the oldest line on, so that the newest would be lost.
    """
    api_server.script(Answer(body=b"old\n" * 20 + b"new\n"))

    text = await scripted_cluster.logs(POD, container="app", lines=21, max_bytes=8, previous=True)

    (sent,) = api_server.requests
    asked = URL(sent.url, encoded=True)
    assert ("/api/v1/namespaces/shop/pods/web-1/log", "old\nnew\n") == (asked.path, text)
    assert {
        "container": "app",
        "tailLines": "21",
        "limitBytes": "64",
        "timestamps": "true",
        "previous": "true",
    } == dict(asked.query)


async def test_a_log_is_no_json_and_is_not_read_as_such(
    scripted_cluster: KubeCluster, api_server: ScriptedServer
) -> None:
    api_server.script(Answer(body=b'{"kind": "Status", "code": 500}\n'))

    text = await scripted_cluster.logs(POD, container=None, lines=1, max_bytes=1000, previous=False)

    assert '{"kind": "Status", "code": 500}\n' == text
    assert "container" not in URL(api_server.requests[0].url, encoded=True).query


async def test_what_a_log_says_is_in_no_log_and_no_error(
    scripted_cluster: KubeCluster, api_server: ScriptedServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    api_server.script(Answer(body=b"hunter2\n"), a_status(400, "BadRequest", "hunter2"))

    await scripted_cluster.logs(POD, container="app", lines=1, max_bytes=1000, previous=False)
    with pytest.raises(TargetNotFound, match="container app has none") as caught:
        await scripted_cluster.logs(POD, container="app", lines=1, max_bytes=1000, previous=False)

    assert "hunter2" not in caplog.text + str(caught.value)


async def test_a_missing_permission_names_the_subresource(
    scripted_cluster: KubeCluster, api_server: ScriptedServer
) -> None:
    api_server.script(a_status(403, "Forbidden", 'User "x" cannot get resource "pods/log" in API group ""'))

    with pytest.raises(Forbidden, match="Grant it get on pods/log in namespace shop"):
        await scripted_cluster.logs(POD, container="app", lines=1, max_bytes=1000, previous=False)


@pytest.mark.parametrize(
    ("end", "text"),
    [
        pytest.param("äöü".encode(), "äöü", id="letters"),
        pytest.param("äöü".encode()[1:], "öü", id="half a letter"),
        pytest.param(b"\xff\xfe\xfdend", "�end", id="no letters"),
    ],
)
def test_a_text_never_has_more_bytes_than_asked(end: bytes, text: str) -> None:
    assert text == text_of(end, 6)
