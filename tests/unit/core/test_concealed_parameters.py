"""
What a plan says of a Secret's values is concealed when it is submitted, and of other objects it stays as it is.
"""

import json
from typing import Any

import pytest

from executor.core.actions import CATALOGUE
from executor.core.target import Target

pytestmark = pytest.mark.requirement("DRY-3")

KEY = b"a key of the executor"
SECRET = Target(kind="Secret", namespace="shop", name="db")
WIDGET = Target(kind="Secret", namespace="shop", name="db", api_version="example.com/v1")
CONFIG = Target(kind="ConfigMap", namespace="shop", name="db")
VALUE = "aHVudGVyMg=="

PARAMETERS: dict[str, tuple[str, dict[str, Any]]] = {
    "a manifest to apply": ("apply", {"manifest": {"kind": "Secret", "data": {"password": VALUE}}}),
    "a merge patch": ("patch", {"type": "merge", "patch": {"data": {"password": VALUE}}}),
    "a strategic merge patch": ("patch", {"type": "strategic", "patch": {"data": {"password": VALUE}}}),
    "a JSON patch": ("patch", {"type": "json", "patch": [{"op": "test", "path": "/data/password", "value": VALUE}]}),
}


@pytest.mark.parametrize(("action", "parameters"), PARAMETERS.values(), ids=PARAMETERS.keys())
def test_values_of_a_secret_become_fingerprints(action: str, parameters: dict[str, Any]) -> None:
    concealed, values = CATALOGUE[action].conceal(SECRET, parameters, KEY)

    assert [VALUE] == list(values.values())
    assert VALUE not in json.dumps(concealed)
    assert json.loads(json.dumps(parameters).replace(VALUE, next(iter(values)))) == concealed


@pytest.mark.parametrize("target", [CONFIG, WIDGET], ids=["ConfigMap", "custom resource named Secret"])
@pytest.mark.parametrize(("action", "parameters"), PARAMETERS.values(), ids=PARAMETERS.keys())
def test_other_objects_keep_what_the_plan_says(action: str, parameters: dict[str, Any], target: Target) -> None:
    assert (parameters, {}) == CATALOGUE[action].conceal(target, parameters, KEY)


@pytest.mark.parametrize("op", ["copy", "move"])
@pytest.mark.parametrize(("target", "refused"), [(SECRET, True), (CONFIG, False), (WIDGET, False)])
def test_a_patch_of_a_secret_must_not_copy_values_away(op: str, target: Target, *, refused: bool) -> None:
    """
    Else the fingerprint of another Secret's value, put into an annotation, could be copied to where it is revealed.
    """
    patch = [{"op": op, "from": "/metadata/annotations/a", "path": "/data/a"}]

    found = list(CATALOGUE["patch"].problems(target, CATALOGUE["patch"].read({"type": "json", "patch": patch})))

    told = [("patch", "must not copy or move values of a Secret to or from another place")]
    assert (told if refused else []) == found
