"""
Which autoscalers set a target's replicas.
"""

import pytest

from executor.core.facts import AutoscalerFact, Reference, autoscaler_facts
from executor.core.target import Target
from tests.builders import an_autoscaler

pytestmark = pytest.mark.requirement("GATE-12")

WEB = Target(kind="Deployment", namespace="shop", name="web")


def test_an_autoscaler_tells_its_bounds_and_where_it_is() -> None:
    scaling = an_autoscaler(of="web", between=(2, 5))
    scaling["status"] = {"currentReplicas": 3, "desiredReplicas": 4}

    assert [
        AutoscalerFact(
            name="web",
            min_replicas=2,
            max_replicas=5,
            current=3,
            desired=4,
            target=Reference(kind="Deployment", name="web"),
        )
    ] == autoscaler_facts([scaling], WEB)


def test_an_autoscaler_that_says_little() -> None:
    """
    The API server writes the lower bound of one; an older object may lack it.
    """
    scaling = an_autoscaler(of="web")
    del scaling["spec"]["minReplicas"], scaling["spec"]["scaleTargetRef"]["apiVersion"]

    [fact] = autoscaler_facts([scaling], WEB)

    assert (1, None, None) == (fact.min_replicas, fact.current, fact.desired)


def test_only_those_of_the_target_are_facts() -> None:
    other_kind = an_autoscaler("kind", of="web")
    other_kind["spec"]["scaleTargetRef"]["kind"] = "StatefulSet"
    other_group = an_autoscaler("group", of="web")
    other_group["spec"]["scaleTargetRef"]["apiVersion"] = "argoproj.io/v1alpha1"
    older = an_autoscaler("older", of="web")
    older["spec"]["scaleTargetRef"]["apiVersion"] = "apps/v1beta2"

    found = autoscaler_facts([an_autoscaler("other", of="api"), other_kind, other_group, older], WEB)

    assert ["older"] == [fact.name for fact in found]


def test_those_of_a_custom_resource_are_told_by_its_group() -> None:
    rollout = Target(kind="Rollout", namespace="shop", name="web", api_version="argoproj.io/v1alpha1")
    ours, theirs = an_autoscaler("ours", of="web"), an_autoscaler("theirs", of="web")
    ours["spec"]["scaleTargetRef"] |= {"kind": "Rollout", "apiVersion": "argoproj.io/v1"}
    theirs["spec"]["scaleTargetRef"] |= {"kind": "Rollout", "apiVersion": "example.com/v1"}

    assert ["ours"] == [fact.name for fact in autoscaler_facts([ours, theirs], rollout)]


def test_an_autoscaler_is_a_fact_of_itself() -> None:
    target = Target(kind="HorizontalPodAutoscaler", namespace="shop", name="web")

    assert ["web"] == [fact.name for fact in autoscaler_facts([an_autoscaler(), an_autoscaler("api")], target)]
