"""
Canonical JSON and the plan's digest: the same plan however it is spelled, another for any difference that counts.
"""

from typing import Any

import pytest
import rfc8785

from executor.core.digest import canonical, digest
from executor.core.validation import read_plan
from tests.plans import a_plan, scale
from tests.unit.core.documents import read

pytestmark = pytest.mark.requirement("PLAN-5")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
        (1.0, "1"),
        (-0.0, "0"),
        (1e21, "1e+21"),
        (0.1, "0.1"),
        (2**53 - 1, "9007199254740991"),
        ("é\u2028\x07\x7f", '"é\u2028\\u0007\x7f"'),
        ({"\ue000": 1, "\U00010000": 2}, '{"\U00010000":2,"\ue000":1}'),
    ],
    ids=repr,
)
def test_canonical_json_is_that_of_rfc_8785(value: Any, text: str) -> None:
    assert text.encode() == canonical(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, -(2**53), 10**400, object()], ids=repr)
def test_what_json_cannot_carry_exactly_has_no_canonical_form(value: Any) -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical({"a": value})


def test_a_digest_names_its_algorithm() -> None:
    assert "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a" == digest({})


BASE = a_plan(scale("web"), scale("api", needs=["web"]))
SAME: dict[str, Any] = {
    "keys in another order": dict(reversed(BASE.items())),
    "defaults spelled out": {
        **BASE,
        "labels": {},
        "rollback": "automatic",
        "timeout_seconds": 600,
        "max_parallel": None,
        "steps": [
            {**step, "needs": step.get("needs", []), "on_failure": "rollback", "assess": "early", "expect": None}
            for step in BASE["steps"]
        ],
    },
    "a number spelled as a fraction": {**BASE, "timeout_seconds": 600.0},
}


@pytest.mark.parametrize("spelled", SAME.values(), ids=SAME)
def test_how_a_plan_is_spelled_does_not_change_its_digest(spelled: dict[str, Any]) -> None:
    assert read(BASE).digest == read(spelled).digest


OTHER: dict[str, Any] = {
    "another name": {**BASE, "name": "other"},
    "another reason": {**BASE, "reason": "other"},
    "a label": {**BASE, "labels": {"a": "b"}},
    "another strategy": {**BASE, "rollback": "manual"},
    "another limit": {**BASE, "timeout_seconds": 601},
    "fewer side by side": {**BASE, "max_parallel": 1},
    "another parameter": a_plan(scale("web", to=4), BASE["steps"][1]),
    "another target": a_plan(scale("wob", id="web"), BASE["steps"][1]),
    "another order": a_plan(scale("web"), scale("api")),
    "another place": a_plan(*reversed(BASE["steps"])),
    "an expectation": a_plan(scale("web", expect={"paths": ["/spec/replicas"]}), BASE["steps"][1]),
    "another answer to failure": a_plan(scale("web", on_failure="stop"), BASE["steps"][1]),
    "judged late": a_plan(scale("web", assess="late"), BASE["steps"][1]),
    "a limit of its own": a_plan(scale("web", timeout_seconds=60), BASE["steps"][1]),
}


@pytest.mark.parametrize("other", OTHER.values(), ids=OTHER)
def test_whatever_counts_changes_the_digest(other: dict[str, Any]) -> None:
    assert read(BASE).digest != read(other).digest


def test_a_setting_of_the_server_does_not_change_the_digest() -> None:
    assert read_plan(BASE, max_parallel=1).digest == read_plan(BASE, max_parallel=50).digest
