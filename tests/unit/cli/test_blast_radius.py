"""
`remediate assess` tells how far a plan reaches, in a few lines above its steps.
"""

from typing import Any

import pytest

from tests.unit.cli.conftest import Remediate
from tests.unit.cli.documents import text
from tests.unit.cli.scripted_server import ScriptedServer

pytestmark = pytest.mark.requirement("LOCK-4")

QUIET: dict[str, Any] = {
    "objects": 1,
    "namespaces": 1,
    "nodes": 0,
    "pods": 0,
    "percent_unavailable": 0.0,
    "worst": None,
    "budgets": 0,
    "budget_headroom": None,
    "late": [],
    "unknown": [],
}

TOLD = {
    "nothing is away": ({}, "disturbs 1 object, 1 namespace, 0 nodes, 0 pods\n"),
    "the worst moment and the tightest budget": (
        {
            "objects": 2,
            "pods": 7,
            "percent_unavailable": 33.4,
            "worst": "deployment/shop/web",
            "budgets": 1,
            "budget_headroom": 1,
        },
        """
        disturbs 2 objects, 1 namespace, 0 nodes, 7 pods
          at worst 33.4 % of the pods of deployment/shop/web are away
          the tightest disruption budget has 1 disruption left
        """,
    ),
    "a budget that is exceeded": (
        {"pods": 3, "budgets": 1, "budget_headroom": -2},
        """
        disturbs 1 object, 1 namespace, 0 nodes, 3 pods
          the tightest disruption budget is exceeded by 2 pods
        """,
    ),
    "what is not known, and what is not counted": (
        {
            "pods": None,
            "percent_unavailable": None,
            "budgets": None,
            "unknown": ["may not list\x1b pods"],
            "late": ["b", "c"],
        },
        r"""
        disturbs 1 object, 1 namespace, 0 nodes, an unknown number of pods
          not known: may not list\x1b pods
          not counted, since judged late: b, c
        """,
    ),
}


@pytest.mark.parametrize(("radius", "told"), TOLD.values(), ids=TOLD)
def test_an_assessment_tells_how_far_the_plan_reaches(
    server: ScriptedServer, remediate: Remediate, plan_file: str, radius: dict[str, Any], told: str
) -> None:
    gate = {"decision": "d1", "effect": "allow", "warnings": []}
    report = {"effect": "allow", "plan_gate": gate, "blast_radius": {**QUIET, **radius}, "steps": []}
    server.answers("POST", "/v1/assessments", report)

    result = remediate("assess", plan_file)

    assert (0, "allow: every step would be allowed\n" + text(told)) == (result.exit_code, result.stdout)


def test_an_assessment_passes_on_what_the_policy_remarks_on_the_whole_plan(
    server: ScriptedServer, remediate: Remediate, plan_file: str
) -> None:
    warning = {"code": "blast_radius", "message": "at the worst point 100 percent may be away", "path": None}
    gate = {"decision": "d1", "effect": "allow", "warnings": [warning]}
    server.answers(
        "POST", "/v1/assessments", {"effect": "allow", "plan_gate": gate, "blast_radius": QUIET, "steps": []}
    )

    result = remediate("assess", plan_file)

    assert "  warning: blast_radius: at the worst point 100 percent may be away\n" in result.stdout
