"""
Environment variables: set, referred to, unset; and no credential in the clear by accident.
"""

from typing import Any

import pytest

from executor.core.action import with_value
from executor.core.errors import Unusable
from executor.core.paths import MISSING
from tests.builders import a_deployment
from tests.plans import a_plan, a_step
from tests.rendering import changes
from tests.rendering import desired as desired_of
from tests.unit.core.documents import found, problems

pytestmark = pytest.mark.requirement("ACT-2")

POD = ("spec", "template", "spec")
ENV = ".spec.template.spec.containers[app].env"
FROM_SECRET = {"secretKeyRef": {"name": "db", "key": "password"}}


def a_workload(*env: dict[str, Any], **pod: Any) -> Any:
    containers = [{"name": "app", "image": "web:1", "env": list(env)}, {"name": "proxy", "image": "proxy:1"}]
    return with_value(a_deployment(), POD, {"containers": containers, **pod})


def asked(**parameters: Any) -> list[tuple[str, str]]:
    return found(a_plan(a_step("set_env", "Deployment", "web", {"container": "app", **parameters})))


def env_of(live: Any, container: str = "app", **parameters: Any) -> list[dict[str, Any]]:
    wanted = desired_of("set_env", live, {"container": container, **parameters})
    found: list[dict[str, Any]] = wanted["spec"]["template"]["spec"]["containers"][0]["env"]
    return found


def test_a_variable_is_changed_added_and_removed_and_the_others_stay() -> None:
    live = a_workload({"name": "LEVEL", "value": "info"}, {"name": "OLD", "value": "1"}, {"name": "KEPT", "value": "2"})
    parameters = {"container": "app", "set": {"LEVEL": "debug", "NEW": "3"}, "unset": ["OLD", "NEVER_THERE"]}

    assert [
        (f"{ENV}[LEVEL].value", "debug"),
        (f"{ENV}[OLD]", MISSING),
        (f"{ENV}[NEW]", {"name": "NEW", "value": "3"}),
    ] == changes("set_env", live, parameters)


def test_a_container_without_variables_gets_its_first() -> None:
    assert [(".spec.template.spec.containers[proxy].env[A]", {"name": "A", "value": "1"})] == changes(
        "set_env", a_workload(), {"container": "proxy", "set": {"A": "1"}}
    )


@pytest.mark.parametrize(
    ("reference", "source"),
    [
        ("secret:db/password", FROM_SECRET),
        ("config_map:shop.settings/log.level", {"configMapKeyRef": {"name": "shop.settings", "key": "log.level"}}),
        ("field:metadata.name", {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}),
        (
            "field:metadata.labels['app.kubernetes.io/name']",
            {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.labels['app.kubernetes.io/name']"}},
        ),
    ],
)
def test_a_reference_becomes_its_source(reference: str, source: dict[str, Any]) -> None:
    assert [{"name": "A", "valueFrom": source}] == env_of(a_workload(), set_from={"A": reference})


def test_a_value_takes_the_place_of_a_reference_and_the_other_way_round() -> None:
    live = a_workload({"name": "A", "valueFrom": FROM_SECRET}, {"name": "B", "value": "1"})

    assert [{"name": "A", "value": "2"}, {"name": "B", "valueFrom": FROM_SECRET}] == env_of(
        live, set={"A": "2"}, set_from={"B": "secret:db/password"}
    )


def test_a_variable_that_stands_twice_is_left_once_where_it_stood_first() -> None:
    live = a_workload({"name": "A", "value": "1"}, {"name": "B", "value": "$(A)"}, {"name": "A", "value": "2"})

    assert [{"name": "A", "value": "3"}, {"name": "B", "value": "$(A)"}] == env_of(live, set={"A": "3"})
    assert [{"name": "B", "value": "$(A)"}] == env_of(live, unset=["A"])


def test_an_empty_value_is_written_as_the_api_server_keeps_it() -> None:
    assert [{"name": "A"}] == env_of(a_workload(), set={"A": ""})
    assert [] == changes("set_env", a_workload({"name": "A"}), {"container": "app", "set": {"A": ""}})


@pytest.mark.requirement("ACT-4")
def test_what_is_as_asked_is_no_change() -> None:
    live = a_workload({"name": "A", "value": "1"}, {"name": "B", "valueFrom": FROM_SECRET})
    parameters = {"container": "app", "set": {"A": "1"}, "set_from": {"B": "secret:db/password"}, "unset": ["C"]}

    assert [] == changes("set_env", live, parameters)


def test_init_containers_have_variables_too() -> None:
    live = a_workload(initContainers=[{"name": "migrate", "image": "m:1"}])

    assert [(".spec.template.spec.initContainers[migrate].env[A]", {"name": "A", "value": "1"})] == changes(
        "set_env", live, {"container": "migrate", "set": {"A": "1"}}
    )


def test_an_unknown_container_is_answered_with_the_known_ones() -> None:
    with pytest.raises(Unusable, match="it has no container db; its containers are app, proxy"):
        env_of(a_workload(), "db", set={"A": "1"})


def test_a_paused_rollout_is_resumed_first() -> None:
    with pytest.raises(Unusable, match="resume the rollout first"):
        env_of(with_value(a_workload(), ("spec", "paused"), True), set={"A": "1"})


@pytest.mark.requirement("PLAN-3")
@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, [("", "bad_parameter")]),
        ({"set": {"A": "1"}, "unset": ["A"]}, [("/unset", "bad_parameter")]),
        ({"set": {"A": "1"}, "set_from": {"A": "secret:a/b"}}, [("/set_from", "bad_parameter")]),
        ({"set": {"A=B": "1"}}, [("/set/A=B", "bad_name")]),
        ({"set": {"1A": "1"}}, [("/set/1A", "bad_name")]),
        ({"set": {"A": 1}}, [("/set/A", "wrong_type")]),
        ({"set_from": {"A": "db/password"}}, [("/set_from/A", "bad_name")]),
        ({"set_from": {"A": "secret:../db/password"}}, [("/set_from/A", "bad_name")]),
        ({"set_from": {"A": "secret:db"}}, [("/set_from/A", "bad_name")]),
        ({"set_from": {"A": "field:"}}, [("/set_from/A", "bad_name")]),
    ],
    ids=str,
)
def test_bad_parameters_are_pointed_at(parameters: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert [(f"/steps/0/parameters{place}", code) for place, code in expected] == asked(**parameters)


@pytest.mark.requirement("DRY-3")
@pytest.mark.parametrize(
    "variables", [{"DB_PASSWORD": "hunter2-or-so"}, {"GREETING": "AKIAABCDEFGHIJKLMNOP"}], ids=["by name", "by value"]
)
def test_a_credential_in_the_clear_is_refused_without_repeating_it(variables: dict[str, str]) -> None:
    document = a_plan(a_step("set_env", "Deployment", "web", {"container": "app", "set": variables}))

    [problem] = problems(document)

    assert ("/steps/0/parameters/set", "bad_parameter") == (problem.pointer, problem.code)
    assert next(iter(variables)) in problem.message
    assert not any(value in problem.message for value in variables.values())
    assert [] == asked(set=variables, allow_literal_credentials=True)
    assert [] == asked(set_from=dict.fromkeys(variables, "secret:db/password"))
