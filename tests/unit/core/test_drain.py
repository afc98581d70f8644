"""
The pods of a node as a drain sorts them, and the eviction of one.
"""

import pytest

from executor.core.actions import CATALOGUE
from executor.core.drain import MOST_NAMED, DrainParameters, evictable, eviction, part_of, told_of
from executor.core.errors import Unusable
from executor.core.health import HealthState
from executor.core.model import Manifest
from tests.builders import a_node, target_of
from tests.pods import a_controller, pod_of, unmanaged
from tests.rendering import changes, desired, settled

pytestmark = pytest.mark.requirement("ACT-5")

ASKED = DrainParameters(delete_empty_dir=True, force_unmanaged=True)


def sorted_as(pod: Manifest, parameters: DrainParameters | None = None) -> tuple[str, str]:
    """
    Return what becomes of one pod, and why.
    """
    found = evictable([pod], parameters or DrainParameters())
    ways = {"evict": found.to_evict, "leaving": found.leaving, "skip": found.skipped, "refuse": found.refused}
    ((way, (each,)),) = [(way, pods) for way, pods in ways.items() if pods]
    return way, each[1] if isinstance(each, tuple) else ""


AGENT = a_controller("DaemonSet", "agent")


@pytest.mark.parametrize(
    ("pod", "expected", "why"),
    [
        pytest.param(pod_of(), "evict", "", id="of a controller"),
        pytest.param(pod_of(owner=AGENT), "skip", "would come back to the node", id="of a DaemonSet"),
        pytest.param(pod_of(owner=AGENT, phase="Failed"), "evict", "", id="of a DaemonSet, ended"),
        pytest.param(pod_of(owner=AGENT, empty_dir=True), "skip", "DaemonSet", id="of a DaemonSet, with data"),
        pytest.param(pod_of(owner=a_controller("Node"), mirror=True), "skip", "static pod", id="static"),
        pytest.param(pod_of(mirror=True, phase="Failed"), "skip", "static pod", id="static, ended"),
        pytest.param(unmanaged(), "refuse", "force_unmanaged", id="unmanaged"),
        pytest.param(unmanaged(phase="Succeeded"), "evict", "", id="unmanaged, ended"),
        pytest.param(pod_of(empty_dir=True), "refuse", "delete_empty_dir", id="with data"),
        pytest.param(pod_of(empty_dir=True, phase="Succeeded"), "evict", "", id="with data, ended"),
        pytest.param(pod_of(terminating=True), "leaving", "", id="being deleted"),
        pytest.param(unmanaged(terminating=True), "leaving", "", id="unmanaged, being deleted"),
        pytest.param(pod_of(phase="Pending", ready=False), "evict", "", id="not started"),
    ],
)
def test_each_pod_goes_stays_or_is_refused_with_the_reason(pod: Manifest, expected: str, why: str) -> None:
    way, said = sorted_as(pod)

    assert expected == way
    assert why in said


@pytest.mark.parametrize("pod", [unmanaged(), pod_of(empty_dir=True), unmanaged(empty_dir=True)])
def test_what_was_asked_for_is_evicted(pod: Manifest) -> None:
    assert ("evict", "") == sorted_as(pod, ASKED)


def test_a_pod_with_two_reasons_names_both() -> None:
    _, why = sorted_as(unmanaged(empty_dir=True))

    assert "force_unmanaged" in why
    assert "delete_empty_dir" in why


def test_pods_go_in_the_order_of_their_names_wherever_they_stand_in_the_list() -> None:
    pods = [pod_of(name) for name in ("c", "a", "b")]

    found = evictable(pods, DrainParameters())

    assert ["pod/shop/a", "pod/shop/b", "pod/shop/c"] == [part_of(each) for each in found.to_evict]
    assert not found.is_done
    assert evictable([pod_of(owner=AGENT)], DrainParameters()).is_done


def test_the_judgement_refuses_the_step_and_names_each_pod() -> None:
    on_node = {"on_node": (pod_of("fine"), unmanaged("lonely"), pod_of("data", empty_dir=True))}

    with pytest.raises(Unusable) as refused:
        desired("drain", a_node(), related=on_node)

    assert "pod/shop/lonely: no controller owns it" in str(refused.value)
    assert "pod/shop/data: it holds data" in str(refused.value)
    assert "fine" not in str(refused.value)


def test_a_sentence_names_a_few_pods_and_counts_the_others() -> None:
    told = told_of({f"pod/shop/{number}": "there" for number in range(MOST_NAMED + 3)})

    assert told.endswith("; and 3 more")
    assert "pod/shop/9: there" in told
    assert "pod/shop/10" not in told


def test_the_change_of_the_step_itself_is_the_cordon() -> None:
    assert [(".spec.unschedulable", True)] == changes("drain", a_node(), related={"on_node": (pod_of(),)})
    assert [] == changes("drain", a_node(unschedulable=True), related={"on_node": (pod_of(),)})


def test_an_eviction_is_bound_to_the_uid_and_not_to_a_version_that_any_status_moves() -> None:
    change = eviction(pod_of("web-1-a"), DrainParameters(grace_seconds=30))

    assert "/api/v1/namespaces/shop/pods/web-1-a/eviction" == change.path
    assert change.removes
    assert {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": "web-1-a", "namespace": "shop"},
        "deleteOptions": {"gracePeriodSeconds": 30, "preconditions": {"uid": "uid-web-1-a"}},
    } == change.body


def test_a_node_is_drained_when_only_pods_that_stay_are_left() -> None:
    stays = pod_of("agent-a", owner=AGENT)

    left = settled("drain", a_node(), related={"on_node": (stays, pod_of("web-1-a"), pod_of("b", terminating=True))})
    done = settled("drain", a_node(), related={"on_node": (stays,)})

    assert HealthState.IN_PROGRESS is left.state
    assert "2 pods to go" in left.message
    assert "pod/shop/web-1-a" in left.message
    assert (HealthState.CURRENT, "no evictable pod is left; 1 pod of DaemonSets or the kubelet stay") == (
        done.state,
        done.message,
    )


def test_it_says_that_pods_are_not_brought_back() -> None:
    (remark,) = CATALOGUE["drain"].remarks(target_of(a_node()))

    assert "not brought back" in remark
    assert CATALOGUE["drain"].reversible
