"""
What a configuration sets and no rule reads is named, with what was probably meant.
"""

from typing import Any

import pytest

from executor.opa.workshop.configuration import misconfigured
from executor.opa.workshop.documents import rows, together

KNOWN: dict[str, dict[str, Any]] = {
    "replica_ceiling": {"maximum": 20},
    "image_registry": {"registries": [], "forbidden_tags": ["latest"]},
    "acme/freeze": {},
}


def told(text: str) -> list[tuple[int, str, str]]:
    content = text.encode()
    path = "config/data.yaml"
    found = misconfigured("it", together({path: content}), rows(path, content), KNOWN)
    return [(each.row, each.message, each.remedy) for each in found]


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "rules: {}",
        "rules:\n  replica_ceiling: {mode: shadow, params: {maximum: 3}}\n",
        "rules:\n  acme/freeze: {mode: off, namespaces: {shop: {mode: enforce}}}\n",
        "rules:\n  replica_ceiling: {labelled: {environment=test: {mode: warn, params: {maximum: 2.5}}}}\n",
        "rules:\n  replica_ceiling: {params: null}\n",
    ],
)
def test_what_rules_read_is_fine(text: str) -> None:
    assert [] == told(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rule: {}", (1, "config.rule is read by nothing", "settings of rules stand under `rules`")),
        ("rules:\n  freeze: {}", (2, "freeze is the code of no rule", "write acme/freeze")),
        (
            "rules:\n  xyz: {}",
            (2, "xyz is the code of no rule", "known are: acme/freeze, image_registry, replica_ceiling"),
        ),
        (
            "rules:\n  replica_ceiling:\n    mod: off",
            (3, "replica_ceiling has no setting mod", "a rule takes mode, params, namespaces and labelled"),
        ),
        (
            "rules:\n  replica_ceiling:\n    namespaces:\n      shop:\n        mode: wran",
            (
                5,
                "the mode of replica_ceiling, namespace shop is none of enforce, warn, shadow, off, so it enforces",
                "write one of these",
            ),
        ),
        (
            "rules:\n  acme/freeze:\n    params: {a: 1}",
            (3, "acme/freeze has no parameter a", "known are: none"),
        ),
        (
            "rules:\n  image_registry:\n    params:\n      registries: docker.io",
            (
                4,
                "the parameter registries of image_registry is a text, and the rule reads a list",
                "write a list: a parameter of another type denies everything the rule is about",
            ),
        ),
        ("rules: strict", (1, "rules is no object, and nothing of it is read", "write keys and values below it")),
        (
            "rules:\n  replica_ceiling:\n    params: 3",
            (3, "replica_ceiling.params is no object, and nothing of it is read", "write keys and values below it"),
        ),
        (
            "rules:\n  replica_ceiling:\n    namespaces:\n      shop: warn",
            (
                4,
                "replica_ceiling.namespaces.shop is no object, and nothing of it is read",
                "write keys and values below it",
            ),
        ),
    ],
)
def test_what_no_rule_reads_is_named_with_its_row(text: str, expected: tuple[int, str, str]) -> None:
    assert [expected] == told(text)
