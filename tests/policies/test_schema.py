"""
The input schema finds what people mistype, wherever in a rule they do.
"""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from executor.core.actions import CATALOGUE
from executor.core.model import Value
from executor.core.policy_schema import OpaJsonSchema, input_schema
from tests.policies.opa import POLICIES, opa, staged_author

pytestmark = [pytest.mark.integration, pytest.mark.requirement("POL-2")]


class Cat(Value):
    kind: Literal["cat"]
    lives: int | None


class Dog(Value):
    kind: Literal["dog"]


class Keeper(Value):
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]


def checked(body: str, onto: Path, *, more: str = "", test: str = "") -> str:
    """
    Check an author's folder with one rule of this body; return what OPA complains of.
    """
    rule = onto / "acme/preflight/typo"
    rule.mkdir(parents=True)
    (rule / "typo.rego").write_text(
        f"# METADATA\n# title: Typo\npackage site.acme.preflight.typo\n\ndeny contains `no` if {{ {body} }}\n\n{more}\n"
    )
    (rule / "typo_test.rego").write_text(f"package site.acme.preflight.typo_test\n\n{test}\n")
    staged = staged_author(onto / "acme", onto / "staged")["site/acme"]
    vocabulary = ("--schema", str(POLICIES / "schemas"), "--capabilities", str(POLICIES / "capabilities.json"))
    done = opa("check", "--strict", "-f", "json", "-b", str(POLICIES), str(staged), *vocabulary)
    if done.returncode == 0:
        return ""
    return " ".join(error["message"] for error in json.loads(done.stderr)["errors"])


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ("input.acton", "input.acton"),
        ("input.step.acton", "input.step.acton"),
        ("input.target.namspace", "input.target.namspace"),
        ("input.step.parameters.replicsa > 3", "input.step.parameters.replicsa"),
        ("input.facts.budgets[_].disruptions_alowed", "input.facts.budgets[_].disruptions_alowed"),
        ("input.facts.pods[_].owner.knd == `Job`", "knd"),
        ("input.facts.gitops.nam", "input.facts.gitops.nam"),
        ("some quota in input.facts.quota; quota.headrom.pods", "headrom"),
        ("some entry in input.diff; entry.requestd", "requestd"),
        ("target := input.target; target.nam", "nam"),
        ("count([1 | input.namespace.lables.x]) > 0", "input.namespace.lables.x"),
        ("startswith(input.step.attempt, `1`)", "startswith"),
    ],
)
def test_a_typo_is_found(tmp_path: Path, body: str, where: str) -> None:
    assert where in checked(body, tmp_path)


def test_a_typo_is_found_in_a_helper(tmp_path: Path) -> None:
    assert "input.target.knd" in checked("_node", tmp_path, more="_node if input.target.knd == `Node`")


def test_a_typo_is_found_in_a_test(tmp_path: Path) -> None:
    assert "input.run.nam" in checked("true", tmp_path, test="test_it if input.run.nam == `x`")


@pytest.mark.parametrize(
    "body",
    [
        "input.before.spec.anything.at.all",
        "input.after.metadata.labels[`x`] == `y`",
        "input.snapshot.data.key",
        "input.step.parameters.replicas > 3",
        "input.step.parameters.images.app == `nginx`",
        "input.facts.budgets[_].observed",
        "input.facts.pods[_].owner.kind == `Job`",
        "units.parse(input.facts.quota[_].headroom[`requests.memory`]) > 0",
        "input.facts.managers[_].paths[_] == `/spec/replicas`",
        "input.facts.gitops.tool == `flux`",
        "input.facts.autoscalers[_].target.name == input.target.name",
        "input.facts.owners[_].api_version == `apps/v1`",
        "input.namespace.labels[`acme.example/freeze`]",
        "input.run.emergency",
    ],
)
def test_what_is_there_is_not_taken_for_a_typo(tmp_path: Path, body: str) -> None:
    assert "" == checked(body, tmp_path)


def test_unions_and_nullables_are_spelt_so_that_opa_checks_below_them() -> None:
    schema = Keeper.model_json_schema(schema_generator=OpaJsonSchema)

    assert {"anyOf": [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}], "title": "Pet"} == schema["properties"]["pet"]
    assert {"type": "integer", "title": "Lives"} == schema["$defs"]["Cat"]["properties"]["lives"]


def test_the_input_has_nothing_that_opa_takes_for_anything() -> None:
    def nodes(node: Any) -> list[Any]:
        inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        return [node, *(each for value in inner for each in nodes(value))]

    schema = input_schema(CATALOGUE)

    assert [] == [
        node for node in nodes(schema) if isinstance(node, dict) and ("oneOf" in node or node.get("type") == "null")
    ]
    assert [] == [node for node in nodes(schema) if isinstance(node, dict) and node.get("properties") == {}]
