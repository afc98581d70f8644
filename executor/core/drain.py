"""
Owns which pods a drain takes from a node, and the eviction of each, bound to the pod that was judged.

Sorted as `kubectl drain` does: https://github.com/kubernetes/kubectl/blob/master/pkg/drain/filters.go
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from executor.core.change import Change, Preconditions, eviction_of
from executor.core.errors import Unusable
from executor.core.facts import PodFact, pod_facts
from executor.core.model import Manifest, Value
from executor.core.pod_removal import ForceUnmanaged, GraceSeconds, options_of
from executor.core.query import Query
from executor.core.target import Target

ON_NODE = "on_node"
"""The name of the query for the pods of the node. It is not `pods`, whose trouble is taken for the step's own."""

MOST_NAMED = 10
"""How many pods a sentence names."""

_ENDED = frozenset({"Succeeded", "Failed"})


class DrainParameters(Value):
    """
    How pods may be taken from the node, and how long it may take.
    """

    grace_seconds: GraceSeconds = None
    deadline_seconds: Annotated[
        int | None, Field(ge=1, le=86_400, description="for all evictions together; the step's limit when left out")
    ] = None
    delete_empty_dir: Annotated[bool, Field(description="also pods whose emptyDir volumes, and their data, go too")] = (
        False
    )
    force_unmanaged: ForceUnmanaged = False
    max_in_flight: Annotated[int, Field(ge=1, le=50, description="evicted pods that are not gone yet, at most")] = 5


@dataclass(frozen=True, slots=True)
class Sorting:
    """
    The pods of a node: to evict, being deleted already, those that stay, and those nobody allowed; with reasons.
    """

    to_evict: tuple[Manifest, ...]
    leaving: tuple[Manifest, ...]
    skipped: tuple[tuple[Manifest, str], ...]
    refused: tuple[tuple[Manifest, str], ...]

    @property
    def is_done(self) -> bool:
        """
        Tell if no pod is left that could be evicted.
        """
        return not (self.to_evict or self.leaving or self.refused)


def evictable(pods: Iterable[Manifest], parameters: DrainParameters) -> Sorting:
    """
    Sort the pods of a node by what a drain does to them.
    """
    to_evict: list[Manifest] = []
    leaving: list[Manifest] = []
    skipped: list[tuple[Manifest, str]] = []
    refused: list[tuple[Manifest, str]] = []
    ordered = sorted(pods, key=part_of)
    for pod, fact in zip(ordered, pod_facts(ordered), strict=True):
        stays, against = _stays(fact), list(_against(fact, parameters))
        if stays is not None:
            skipped.append((pod, stays))
        elif fact.terminating:
            leaving.append(pod)
        elif against:
            refused.append((pod, " and ".join(against)))
        else:
            to_evict.append(pod)
    return Sorting(tuple(to_evict), tuple(leaving), tuple(skipped), tuple(refused))


def refuse(refused: Iterable[tuple[Manifest, str]]) -> None:
    """
    Raise Unusable, naming each pod that must not be evicted unless the plan asks for it.
    """
    if told := told_of({part_of(pod): why for pod, why in refused}):
        raise Unusable(told)


def told_of(pods: Mapping[str, str]) -> str:
    """
    Return pods with what is said of each, as a sentence names them.
    """
    named = [f"{pod}: {said}" for pod, said in list(pods.items())[:MOST_NAMED]]
    more = len(pods) - len(named)
    return "; ".join(named) + (f"; and {more} more" if more else "")


def eviction(pod: Manifest, parameters: DrainParameters) -> Change:
    """
    Return the eviction of a pod, bound to its uid.

    Not to its version, as other changes are: a status that is written while the pod waits for its turn is no reason to
    judge it again, and the uid is enough to evict it at most once.
    """
    metadata = pod["metadata"]
    options = {**options_of(parameters.grace_seconds), "preconditions": {"uid": metadata["uid"]}}
    bound = Preconditions(uid=metadata["uid"], resource_version=metadata["resourceVersion"])
    return eviction_of(target_of_pod(pod), options, bound=bound)


def part_of(pod: Manifest) -> str:
    """
    Return how a drain's events name a pod: `pod/shop/web-1`.
    """
    return f"pod/{pod['metadata']['namespace']}/{pod['metadata']['name']}"


def target_of_pod(pod: Manifest) -> Target:
    """
    Return the target that names a pod.
    """
    return Target(kind="Pod", namespace=pod["metadata"]["namespace"], name=pod["metadata"]["name"])


def pods_on(node: str) -> Query:
    """
    Return the question for the pods of a node, in every namespace.
    """
    return Query("Pod", fields={"spec.nodeName": node})


def _stays(pod: PodFact) -> str | None:
    if pod.mirror:
        return "a static pod, which the kubelet makes from a file on the node"
    if pod.daemon_set and pod.phase not in _ENDED:
        return "a DaemonSet's pod, which would come back to the node"
    return None


def _against(pod: PodFact, parameters: DrainParameters) -> Iterator[str]:
    if pod.phase in _ENDED:
        return
    if pod.unmanaged and not parameters.force_unmanaged:
        yield "no controller owns it, so no other would come in its place (force_unmanaged)"
    if pod.empty_dir and not parameters.delete_empty_dir:
        yield "it holds data in an emptyDir volume, which would be lost (delete_empty_dir)"
