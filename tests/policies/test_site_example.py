"""
What a site adds and sets takes hold beside the shipped rules: its own rule, parameters, modes, one namespace's own.
"""

from pathlib import Path
from typing import Any

import pytest

from executor.core.facts import Facts
from executor.core.policy import NamespaceInput, PolicyInput
from tests.policies.manifests import a_deployment
from tests.policies.opa import EXAMPLE, decisions, staged_author
from tests.policies.requests import a_budget, a_request

pytestmark = [pytest.mark.integration, pytest.mark.requirement("POL-1")]

FROZEN = NamespaceInput(labels={"acme.example/freeze": "true"}, annotations={})


@pytest.fixture
def bundles(tmp_path: Path) -> tuple[Path, ...]:
    """
    Return the example folder as the executor stages it: its rules, and its configuration.
    """
    return tuple(staged_author(EXAMPLE, tmp_path).values())


def asked(request: PolicyInput, bundles: tuple[Path, ...]) -> tuple[str, list[str], list[str]]:
    """
    Return effect, and the codes of violations and warnings.
    """
    answer: dict[str, Any] = decisions({"it": request.model_dump(mode="json")}, *bundles)["it"]
    assert "acme/change_freeze" in answer["evaluated"]
    codes = ([each["code"] for each in answer[level]] for level in ("violations", "warnings"))
    return (answer["effect"], *codes)


def test_a_rule_of_the_sites_own_denies_under_its_owners_name(bundles: tuple[Path, ...]) -> None:
    assert ("deny", ["acme/change_freeze"], []) == asked(a_request("restart", namespace=FROZEN), bundles)


def test_a_parameter_of_the_sites_own_rule_lies_over_its_default(bundles: tuple[Path, ...]) -> None:
    assert ("allow", [], []) == asked(a_request("scale", {"replicas": 5}, namespace=FROZEN), bundles)


@pytest.mark.parametrize(
    ("namespace", "replicas", "effect"),
    [("shop", 50, "allow"), ("shop", 51, "deny"), ("payments", 10, "allow"), ("payments", 11, "deny")],
)
def test_a_namespace_has_a_ceiling_of_its_own(
    bundles: tuple[Path, ...], namespace: str, replicas: int, effect: str
) -> None:
    request = a_request("scale", {"replicas": replicas}, live=a_deployment(namespace=namespace))

    assert effect == asked(request, bundles)[0]


@pytest.mark.parametrize(
    ("namespace", "expected"),
    [("shop", ("deny", ["disruption_budget"], [])), ("sandbox", ("allow", [], ["disruption_budget"]))],
)
def test_a_namespace_has_a_mode_of_its_own(
    bundles: tuple[Path, ...], namespace: str, expected: tuple[str, list[str], list[str]]
) -> None:
    exhausted = Facts(budgets=[a_budget(allowed=0)])
    request = a_request("restart", live=a_deployment(namespace=namespace), facts=exhausted)

    assert expected == asked(request, bundles)


@pytest.mark.parametrize(
    ("image", "effect"), [("registry.acme.example/web:1", "allow"), ("nginx:1.27", "allow"), ("acme/web:1", "deny")]
)
def test_images_come_from_the_sites_registries(bundles: tuple[Path, ...], image: str, effect: str) -> None:
    assert effect == asked(a_request("set_image", {"images": {"app": image}}), bundles)[0]
