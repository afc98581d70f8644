"""
The cluster contract: the end of a container's log.
"""

import pytest

from executor.core.errors import TargetNotFound
from executor.core.target import Target
from tests.fixtures.cluster_worlds import World

pytestmark = pytest.mark.requirement("ACT-2")


def said(log: str) -> list[str]:
    """
    Return the lines of a log without their times.
    """
    lines = log.splitlines()
    assert all(line[:4].isdigit() and line[10] == "T" for line in lines)
    return [line.partition(" ")[2] for line in lines]


async def test_a_log_is_read_from_its_end_with_times(world: World) -> None:
    pod = await world.pod("web-1", app="web")
    await world.logged(pod, "one", "two", "three")

    async def end(lines: int, container: str | None) -> list[str]:
        return said(await world.cluster.logs(pod, container=container, lines=lines, max_bytes=10_000, previous=False))

    assert ["two", "three"] == await end(2, "app")
    assert ["one", "two", "three"] == await end(100, None)


async def test_a_log_is_cut_where_it_is_oldest(world: World) -> None:
    pod = await world.pod("web-1", app="web")
    await world.logged(pod, *(f"line {number:04}" for number in range(100)))

    text = await world.cluster.logs(pod, container="app", lines=50, max_bytes=300, previous=False)

    assert (300, "line 0099\n") == (len(text.encode()), text[-10:])


async def test_what_was_logged_before_a_restart_is_another_log(world: World) -> None:
    pod = await world.pod("web-1", app="web")
    await world.logged(pod, "now")
    await world.logged(pod, "before", previous=True)

    text = await world.cluster.logs(pod, container="app", lines=10, max_bytes=1000, previous=True)

    assert ["before"] == said(text)


async def test_half_a_letter_at_the_cut_does_no_harm(world: World) -> None:
    pod = await world.pod("web-1", app="web")
    await world.logged(pod, "ä" * 40)

    text = await world.cluster.logs(pod, container="app", lines=10, max_bytes=20, previous=False)

    assert "ä" * 9 + "\n" == text[-10:]
    assert len(text.encode()) <= 20


async def test_a_container_that_has_no_log_is_named(world: World) -> None:
    pod = await world.pod("web-1", app="web")

    with pytest.raises(TargetNotFound, match=f"^{pod}: log refused: container nope has none"):
        await world.cluster.logs(pod, container="nope", lines=10, max_bytes=1000, previous=False)


async def test_a_pod_that_is_not_there_has_no_log(world: World) -> None:
    nobody = Target(kind="Pod", namespace=world.namespace, name="nobody")

    with pytest.raises(TargetNotFound, match="it does not exist"):
        await world.cluster.logs(nobody, container=None, lines=10, max_bytes=1000, previous=False)
