"""
A pod in quarantine: which labels it loses, where they are kept, and when nobody reaches it any more.
"""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.core.actions import CATALOGUE
from executor.core.errors import Unusable
from executor.core.facts import selects
from executor.core.health import HealthState
from executor.core.model import Manifest
from executor.core.paths import MISSING
from executor.core.quarantine import KEPT_LABELS, QUARANTINED, labels_to_take
from executor.core.query import Query
from tests.builders import target_of
from tests.pods import a_controller, a_counted_replica_set, pod_of, unmanaged
from tests.rendering import changes, desired, settled

pytestmark = pytest.mark.requirement("ACT-2")

LABELS = {"app": "web", "tier": "front", "pod-template-hash": "5f7"}


def a_service(name: str = "web", **selector: str) -> Manifest:
    spec: dict[str, Any] = {"ports": [{"port": 80}]} | ({"selector": selector} if selector else {})
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "shop"}, "spec": spec}


def an_owner(**labels: str) -> Manifest:
    owner = a_counted_replica_set()
    owner["spec"]["selector"] = {"matchLabels": labels}
    return owner


def around(*services: Manifest, owner: Manifest | None = None) -> dict[str, tuple[Manifest, ...]]:
    return {"services": services, "owner": () if owner is None else (owner,)}


def test_one_label_that_everybody_asks_for_is_enough() -> None:
    related = around(a_service(app="web"), owner=an_owner(app="web", **{"pod-template-hash": "5f7"}))

    assert [
        (".metadata.labels.app", MISSING),
        (f".metadata.labels.{QUARANTINED}", "true"),
        (f".metadata.annotations.{KEPT_LABELS}", '{"app": "web"}'),
    ] == changes("quarantine_pod", pod_of(labels=LABELS), related=related)


def test_labels_that_nobody_selects_by_stay_so_that_network_policies_hold() -> None:
    related = around(a_service(app="web"), a_service("front", tier="front"), owner=an_owner(app="web"))

    after = desired("quarantine_pod", pod_of(labels={**LABELS, "zone": "a"}), related=related)

    assert {"pod-template-hash": "5f7", "zone": "a", QUARANTINED: "true"} == after["metadata"]["labels"]
    assert {"app": "web", "tier": "front"} == json.loads(after["metadata"]["annotations"][KEPT_LABELS])


def test_services_of_other_pods_and_those_without_a_selector_take_nothing() -> None:
    related = around(a_service("cache", app="cache"), a_service("external"))

    assert [] == changes("quarantine_pod", unmanaged(labels=LABELS), related=related)


def test_a_pod_that_nobody_selects_any_more_is_already_as_asked() -> None:
    related = around(a_service(app="web"), owner=an_owner(app="web"))
    once = desired("quarantine_pod", pod_of(labels=LABELS), related=related)

    assert [] == changes("quarantine_pod", once, related=related)


def test_what_an_earlier_quarantine_took_is_kept_too() -> None:
    once = desired("quarantine_pod", unmanaged(labels=LABELS), related=around(a_service(app="web")))

    twice = desired("quarantine_pod", once, related=around(a_service(tier="front")))

    assert {"app": "web", "tier": "front"} == json.loads(twice["metadata"]["annotations"][KEPT_LABELS])


def test_an_annotation_that_cannot_be_read_is_not_overwritten() -> None:
    pod = unmanaged(labels=LABELS)
    pod["metadata"]["annotations"] = {KEPT_LABELS: "no json"}

    with pytest.raises(Unusable, match="does not hold labels"):
        desired("quarantine_pod", pod, related=around(a_service(app="web")))


def test_a_stateful_set_could_make_no_other() -> None:
    with pytest.raises(Unusable, match="names its pods"):
        desired("quarantine_pod", pod_of("cache-0", owner=a_controller("StatefulSet", "cache")), related=around())


def test_an_owner_that_is_not_known_keeps_its_pods() -> None:
    with pytest.raises(Unusable, match="how its CloneSet finds its pods is not known"):
        desired("quarantine_pod", pod_of(owner=a_controller("CloneSet")), related={"services": ()})


def test_an_owner_that_is_gone_selects_nothing() -> None:
    assert [] == changes("quarantine_pod", pod_of(labels=LABELS), related=around())


def test_a_selector_that_no_loss_of_a_label_gets_away_from_is_refused() -> None:
    owner = a_counted_replica_set()
    owner["spec"]["selector"] = {"matchExpressions": [{"key": "old", "operator": "DoesNotExist"}]}

    with pytest.raises(Unusable, match="the selector of ReplicaSet web-1 asks for no label"):
        desired("quarantine_pod", pod_of(labels=LABELS), related=around(owner=owner))


_KEYS = st.sampled_from(["app", "tier", "zone", "version"])
_SELECTORS = st.dictionaries(_KEYS, st.sampled_from(["a", "b"]), min_size=1, max_size=3)


@given(
    st.dictionaries(_KEYS, st.sampled_from(["a", "b"])),
    st.dictionaries(st.sampled_from(["s1", "s2", "s3"]), _SELECTORS.map(lambda labels: {"matchLabels": labels})),
)
def test_nobody_selects_a_pod_without_the_labels_taken_and_each_of_them_was_asked_for(
    labels: Mapping[str, str], selectors: Mapping[str, Mapping[str, Any]]
) -> None:
    taken = labels_to_take(labels, selectors)
    left = {key: value for key, value in labels.items() if key not in taken}

    assert not any(selects(selector, left) for selector in selectors.values())
    reached = [selector["matchLabels"] for selector in selectors.values() if selects(selector, labels)]
    assert all(any(key in asked for asked in reached) for key in taken)


def slice_with(uid: str) -> Manifest:
    endpoint = {"addresses": ["10.0.0.1"], "targetRef": {"kind": "Pod", "name": "web-1-a", "uid": uid}}
    return {"kind": "EndpointSlice", "metadata": {"name": "web-x7"}, "endpoints": [endpoint]}


def test_it_is_done_when_no_endpoint_slice_has_it_and_its_owner_let_it_go() -> None:
    mine, free = pod_of(), unmanaged("web-1-a")

    served = settled("quarantine_pod", free, related={"slices": (slice_with("uid-web-1-a"),)})
    owned = settled("quarantine_pod", mine, related={"slices": (slice_with("other"),)})
    done = settled("quarantine_pod", free, related={"slices": (slice_with("other"), {"metadata": {"name": "e"}})})

    assert (HealthState.IN_PROGRESS, "it is still an endpoint in web-x7") == (served.state, served.message)
    assert (HealthState.IN_PROGRESS, "its ReplicaSet web-1 has not let it go yet") == (owned.state, owned.message)
    assert HealthState.CURRENT is done.state
    assert HealthState.FAILED is settled("quarantine_pod", pod_of(terminating=True), related={"slices": ()}).state


def test_it_reads_the_services_and_the_owner() -> None:
    reads = CATALOGUE["quarantine_pod"].reads

    assert {"services": Query("Service", "shop"), "owner": Query("ReplicaSet", "shop", "web-1")} == reads(
        target_of(pod_of()), pod_of()
    )
    assert ["services"] == list(reads(target_of(unmanaged()), unmanaged()))
    odd = pod_of(owner={**a_controller(), "name": "no name"})
    assert ["services"] == list(reads(target_of(odd), odd))


def test_it_says_what_a_restore_may_lead_to() -> None:
    (remark,) = CATALOGUE["quarantine_pod"].remarks(target_of(pod_of()))

    assert "one pod too many" in remark
