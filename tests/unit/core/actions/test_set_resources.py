"""
Requests and limits: of a workload's template, and of a running pod in place.
"""

from typing import Any

import pytest

from executor.core.action import with_value
from executor.core.actions import CATALOGUE
from executor.core.errors import Unusable
from executor.core.health import HealthState
from executor.core.paths import MISSING
from tests.builders import a_deployment, a_pod
from tests.plans import a_plan, a_step
from tests.rendering import changes, settled
from tests.unit.core.documents import found, problems

pytestmark = pytest.mark.requirement("ACT-2")

TEMPLATE = ("spec", "template", "spec")


def a_workload(**resources: Any) -> Any:
    containers = [{"name": "app", "image": "web:1", "resources": resources}, {"name": "proxy", "image": "proxy:1"}]
    return with_value(a_deployment(), TEMPLATE, {"containers": containers})


def a_running_pod(**resources: Any) -> Any:
    return with_value(a_pod(), ("spec", "containers"), [{"name": "app", "image": "web:1", "resources": resources}])


BOTH = [("set_resources", a_workload, ".spec.template.spec"), ("resize_pod", a_running_pod, ".spec")]


@pytest.mark.parametrize(("action", "made", "pod"), BOTH, ids=["set_resources", "resize_pod"])
def test_what_is_named_changes_and_the_rest_stays(action: str, made: Any, pod: str) -> None:
    live = made(requests={"cpu": "100m", "memory": "64Mi"}, limits={"memory": "128Mi", "example.com/gpu": "1"})
    asked = {"container": "app", "requests": {"cpu": None}, "limits": {"memory": "256Mi", "cpu": "2"}}

    assert [
        (f"{pod}.containers[app].resources.requests.cpu", MISSING),
        (f"{pod}.containers[app].resources.limits.memory", "256Mi"),
        (f"{pod}.containers[app].resources.limits.cpu", "2"),
    ] == changes(action, live, asked)


@pytest.mark.parametrize(("action", "made", "pod"), BOTH, ids=["set_resources", "resize_pod"])
def test_requests_above_limits_are_refused_also_where_one_of_them_stays(action: str, made: Any, pod: str) -> None:
    assert pod
    live = made(limits={"memory": "128Mi"})

    with pytest.raises(Unusable, match="container app would request more than its limit: memory 1Gi above 128Mi"):
        changes(action, live, {"container": "app", "requests": {"memory": "1Gi"}})


def test_a_container_without_resources_gets_its_first() -> None:
    assert [(".spec.template.spec.containers[proxy].resources.limits.memory", "64Mi")] == changes(
        "set_resources", a_workload(), {"container": "proxy", "limits": {"memory": "64Mi"}}
    )


@pytest.mark.parametrize(
    ("asked", "kept"), [("1024Mi", "1Gi"), ("0.5", "500m"), ("1500m", "1500m"), ("2e3", "2e3"), ("0", "0")]
)
def test_an_amount_is_written_as_the_api_server_keeps_it(asked: str, kept: str) -> None:
    [(_, wanted)] = changes("set_resources", a_workload(), {"container": "app", "limits": {"memory": asked}})

    assert kept == wanted


@pytest.mark.requirement("ACT-4")
def test_the_same_amount_in_another_spelling_is_no_change() -> None:
    live = a_workload(requests={"cpu": "500m"}, limits={"memory": "1Gi"})
    asked = {"container": "app", "requests": {"cpu": "0.5"}, "limits": {"memory": "1024Mi", "cpu": None}}

    assert [] == changes("set_resources", live, asked)


def test_an_unknown_container_is_answered_with_the_known_ones() -> None:
    with pytest.raises(Unusable, match="it has no container db; its containers are app, proxy"):
        changes("set_resources", a_workload(), {"container": "db", "limits": {"cpu": "1"}})


def test_a_paused_rollout_is_resumed_first() -> None:
    live = with_value(a_workload(), ("spec", "paused"), True)

    with pytest.raises(Unusable, match="resume the rollout first"):
        changes("set_resources", live, {"container": "app", "limits": {"cpu": "1"}})


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_a_pod_that_has_ended_is_not_resized(phase: str) -> None:
    live = with_value(a_running_pod(), ("status", "phase"), phase)

    with pytest.raises(Unusable, match="it has ended"):
        changes("resize_pod", live, {"container": "app", "limits": {"cpu": "1"}})


@pytest.mark.requirement("PLAN-3")
@pytest.mark.parametrize("action", ["set_resources", "resize_pod"])
@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, [("", "bad_parameter")]),
        ({"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}, [("/requests", "bad_parameter")]),
        ({"limits": {"cpu": 2}}, [("/limits/cpu", "wrong_type")]),
        ({"limits": {"cpu": "two"}}, [("/limits/cpu", "bad_value")]),
        ({"limits": {"cpu": "-1"}}, [("/limits/cpu", "bad_value")]),
        ({"limits": {"cpu": "1" * 65}}, [("/limits/cpu", "too_long")]),
        ({"limits": {"a b": "1"}}, [("/limits/a b", "bad_name")]),
    ],
    ids=str,
)
def test_bad_parameters_are_pointed_at(
    action: str, parameters: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    kind = CATALOGUE[action].kinds[0]
    document = a_plan(a_step(action, kind, "web", {"container": "app", **parameters}))

    assert [(f"/steps/0/parameters{place}", code) for place, code in expected] == found(document)


def test_what_is_no_amount_is_told_what_one_looks_like() -> None:
    document = a_plan(a_step("set_resources", "Deployment", "web", {"container": "app", "limits": {"cpu": "two"}}))

    [problem] = problems(document)

    assert "must be a quantity such as 500m, 2 or 1.5Gi" == problem.message


def test_a_resize_is_a_patch_of_the_subresource_and_waits_for_the_node() -> None:
    live = a_running_pod(limits={"cpu": "1"})

    assert "resize" == CATALOGUE["resize_pod"].patched_at
    assert HealthState.IN_PROGRESS is settled("resize_pod", live, {"container": "app", "limits": {"cpu": "1"}}).state
