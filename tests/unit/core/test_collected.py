"""
What is kept of logs and events: which pods, how much of each, and never the rest of a line.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.core.collected import (
    MAX_EVENTS,
    MAX_PODS,
    Log,
    chosen,
    containers_of,
    events_of,
    kept,
    lines_of,
    pods_behind,
    shares_of,
    told_events,
)
from executor.core.model import Manifest
from executor.core.query import Query
from executor.core.target import Target
from tests.builders import a_deployment, a_node
from tests.objects import a_job
from tests.pods import pod_of

pytestmark = pytest.mark.requirement("ACT-2")

AT = "2026-11-23T11:24:06.000000000Z"
WEB = Target(kind="Deployment", namespace="shop", name="web")
NODE = Target(kind="Node", name="worker-1")


def lines(*said: str) -> str:
    return "".join(f"{AT} {each}\n" for each in said)


def test_events_about_an_object_without_a_namespace_are_in_default() -> None:
    assert Query(
        "Event", "shop", fields={"involvedObject.kind": "Deployment", "involvedObject.name": "web"}
    ) == events_of(WEB)
    assert "default" == events_of(NODE).namespace


def test_the_logs_of_a_workload_are_those_of_its_pods() -> None:
    pod = Target(kind="Pod", namespace="shop", name="web-1")
    job = {**a_job(), "spec": {"selector": {"matchLabels": {"job": "x"}}, "template": {}}}

    assert Query("Pod", "shop", selector={"matchLabels": {"app": "web"}}) == pods_behind(WEB, a_deployment())
    assert Query("Pod", "shop", "web-1") == pods_behind(pod, pod_of("web-1"))
    assert Query("Pod", "shop", selector={"matchLabels": {"job": "x"}}) == pods_behind(
        Target(kind="Job", namespace="shop", name="import"), job
    )
    assert pods_behind(NODE, a_node()) is None


def test_pods_in_trouble_come_first_and_of_equal_ones_the_newest() -> None:
    def made(name: str, second: int, *, ready: bool = True, restarts: int = 0) -> Manifest:
        pod = pod_of(name, ready=ready)
        pod["metadata"]["creationTimestamp"] = f"2026-11-23T11:00:{second:02}Z"
        pod["status"]["containerStatuses"] = [{"name": "app", "restartCount": restarts}]
        return pod

    pods = [made("old", 1), made("new", 2), made("broken", 3, ready=False), made("restarted", 0, restarts=4)]

    assert ["broken", "restarted", "new", "old"] == [each["metadata"]["name"] for each in chosen(pods)]
    assert MAX_PODS == len(chosen([made(f"p{number}", number) for number in range(MAX_PODS + 5)]))


def test_every_container_may_have_a_log() -> None:
    pod = pod_of()
    pod["spec"] |= {"initContainers": [{"name": "init"}], "ephemeralContainers": [{"name": "debug"}]}

    assert ["init", "app", "debug"] == containers_of(pod)


def an_event(number: int, **more: object) -> Manifest:
    return {
        "metadata": {"creationTimestamp": f"2026-11-23T10:{number // 60:02}:{number % 60:02}Z"},
        "type": "Warning",
        "reason": "BackOff",
        "message": f"message {number}",
        **more,
    }


def test_the_newest_events_are_told_oldest_first_without_credentials() -> None:
    events = [an_event(number) for number in reversed(range(MAX_EVENTS + 10))]

    told = told_events(events)

    assert [f"message {number}" for number in range(10, MAX_EVENTS + 10)] == [each["message"] for each in told]
    (one,) = told_events([an_event(1, message="token=hunter2\nnext", count=3, lastTimestamp="2026-11-23T11:00:00Z")])
    assert {
        "at": "2026-11-23T11:00:00Z",
        "type": "Warning",
        "reason": "BackOff",
        "message": "token=[scrubbed] next",
        "count": 3,
    } == one
    assert 5 == told_events([an_event(1, series={"count": 5}, message=None)])[0]["count"]


def test_logs_lose_their_credentials() -> None:
    (log,) = kept([Log("web-1", "app", lines("password=hunter2", "ready"))], max_bytes=10_000)

    assert lines("password=[scrubbed]", "ready") == log.text
    assert not log.cut


def test_the_rest_of_a_line_is_left_out_since_a_credential_may_begin_before_it() -> None:
    """
    The bytes of a log end at its end, so they may begin anywhere.
    """
    whole = lines("password=hunter2", "ready")

    (log,) = kept([Log("web-1", "app", whole[-20 - len(AT) :], cut=True)], max_bytes=10_000)

    assert "ter2" not in log.text
    assert lines("ready") == log.text
    assert log.cut


def test_logs_share_the_bytes_and_the_newest_lines_stay() -> None:
    long, short = Log("a", "app", lines(*(f"line {number}" for number in range(100)))), Log("b", "app", lines("one"))

    first, second = kept([long, short], max_bytes=1000)

    assert short == second
    assert first.cut
    assert first.text.endswith(lines("line 99"))
    assert first.text.startswith(AT)
    assert len((first.text + second.text).encode()) <= 1000
    assert lines_of([first, second]) == first.text.count("\n") + 1


@given(st.lists(st.integers(0, 5000), max_size=8), st.integers(0, 10_000))
def test_shares_never_exceed_the_total_and_nobody_gets_more_than_it_has(sizes: list[int], total: int) -> None:
    shares = shares_of(sizes, total)

    assert sum(shares) <= total
    assert all(share <= size for share, size in zip(shares, sizes, strict=True))
    assert sum(sizes) > total or shares == sizes


@given(st.lists(st.text(max_size=300), min_size=1, max_size=5), st.integers(0, 500))
def test_what_is_kept_fits_whatever_was_logged(texts: list[str], limit: int) -> None:
    logs = kept([Log(f"p{number}", "app", lines(text)) for number, text in enumerate(texts)], max_bytes=limit)

    assert sum(len(each.text.encode()) for each in logs) <= limit
