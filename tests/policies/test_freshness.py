"""
What is generated below `policies/` is what its sources say.
"""

import json
from typing import Any

import pytest

from executor.core.actions import CATALOGUE
from executor.core.policy import PolicyInput, Stage
from tests.policies.catalogue import ordinary
from tests.policies.generated import BANNED, FILES, capabilities
from tests.policies.opa import POLICIES, evaluate

pytestmark = pytest.mark.integration


@pytest.mark.requirement("POL-1")
@pytest.mark.requirement("POL-2")
@pytest.mark.parametrize("name", FILES)
def test_a_generated_file_is_fresh(name: str) -> None:
    stale = f"{name} is stale: run python -m tests.policies.generated"
    assert FILES[name]() == (POLICIES / name).read_text(), stale


@pytest.mark.requirement("GATE-10")
def test_the_capabilities_have_template_strings_and_nothing_that_is_banned() -> None:
    allowed = json.loads(capabilities())
    names = {builtin["name"] for builtin in allowed["builtins"]}

    assert "template_strings" in allowed["features"]
    assert {"internal.template_string", "glob.match", "json.patch"} <= names
    assert set() == {name for name in names if name.startswith(tuple(BANNED))}


def test_every_shipped_action_is_allowed_by_default_and_no_other() -> None:
    defaults = json.loads((POLICIES / "remediation/defaults/data.json").read_text())

    assert sorted(CATALOGUE) == defaults["action_allowed"]["actions"]


@pytest.mark.requirement("POL-2")
def test_requests_of_rego_tests_are_what_the_executor_asks() -> None:
    calls = (
        "scale(3, 5)",
        'set_image("nginx:1.27")',
        'cordon("worker-1")',
        'drain("worker-1")',
        "label(fixture.widget)",
        'patch(fixture.widget, [{"op": "replace", "path": "/spec/size", "value": 5}])',
        "make(fixture.config_map)",
        "remove(fixture.config_map)",
        "wait_for(fixture.pod)",
        "notify",
        "trigger",
        "scale_custom(3, 0)",
        "restore(50)",
        "restore_removed(fixture.config_map)",
        "restore_made(fixture.config_map)",
    )
    query = f"[{', '.join(f'fixture.{call}' for call in calls)}]".replace(
        "fixture.", "data.remediation.lib.fixture_test."
    )
    requests = evaluate(query, {}, "-d", str(POLICIES / "remediation"))

    assert len(calls) == len(requests)
    for request in requests:
        PolicyInput.model_validate_json(json.dumps(request))
        like = ordinary("notify" if request["target"] is None else "restart", Stage.PREFLIGHT)
        assert _keys(like.model_dump(mode="json")) == _keys(request)


def _keys(request: dict[str, Any]) -> dict[str, Any]:
    return {
        key: sorted(value) if key in {"step", "target", "facts", "run", "caller"} and value is not None else None
        for key, value in request.items()
    }
