"""
The shipped policies over requests as the executor makes them: what the defaults let through, and what they stop.
"""

from typing import Any

import pytest

from executor.core.facts import Facts
from executor.core.policy import PolicyInput, Stage
from tests.policies.denials import denials
from tests.policies.manifests import a_deployment, a_node
from tests.policies.opa import decisions
from tests.policies.requests import a_budget, a_request, a_restore

pytestmark = [pytest.mark.integration, pytest.mark.requirement("GATE-1"), pytest.mark.requirement("POL-1")]


def allowed() -> dict[str, PolicyInput]:
    """
    Return what a newcomer's first plans ask, at each stage that judges it.
    """
    cases: dict[str, PolicyInput] = {}
    for stage in (Stage.PREFLIGHT, Stage.DRY_RUN):
        cases |= {
            f"{stage}: scale up to the ceiling": a_request("scale", {"replicas": 20}, stage=stage),
            f"{stage}: scale to zero": a_request("scale", {"replicas": 0}, stage=stage),
            f"{stage}: scale up without headroom": a_request(
                "scale", {"replicas": 5}, stage=stage, facts=Facts(budgets=[a_budget(allowed=0)])
            ),
            f"{stage}: come down to above the ceiling": a_request(
                "scale", {"replicas": 30}, stage=stage, live=a_deployment(replicas=40)
            ),
            f"{stage}: restart": a_request("restart", stage=stage),
            f"{stage}: restart a StatefulSet": a_request("restart", stage=stage, live=a_deployment(kind="StatefulSet")),
            f"{stage}: restart a DaemonSet": a_request("restart", stage=stage, live=a_deployment(kind="DaemonSet")),
            f"{stage}: restart without any budget": a_request("restart", stage=stage, facts=Facts(budgets=[])),
            f"{stage}: restart at zero": a_request(
                "restart", stage=stage, facts=Facts(budgets=[a_budget(allowed=0, expected=0)])
            ),
            f"{stage}: set an image": a_request("set_image", {"images": {"app": "nginx:1.27"}}, stage=stage),
            f"{stage}: set an image by digest": a_request(
                "set_image", {"images": {"app": "nginx@sha256:" + "0a" * 32}}, stage=stage
            ),
            f"{stage}: cordon a worker": a_request("cordon", stage=stage),
            f"{stage}: uncordon": a_request("uncordon", stage=stage, live=cordoned()),
            f"{stage}: uncordon while nothing is known": a_request(
                "uncordon", stage=stage, live=cordoned(), facts=Facts()
            ),
        }
    return cases | {
        "restore the replicas": a_restore("scale", {"replicas": 5}),
        "restore more replicas than the ceiling": a_restore(
            "scale", {"replicas": 5}, snapshot=a_deployment(replicas=40)
        ),
        "restore an image": a_restore("set_image", {"images": {"app": "nginx:1.27", "migrate": "nginx:1.27"}}),
        "restore an image that was latest": a_restore(
            "set_image", {"images": {"app": "nginx:1.27"}}, snapshot=latest()
        ),
        "restore a cordoned node": a_restore("cordon", {}),
        "restore an uncordoned node": a_restore("uncordon", {}, snapshot=cordoned()),
    }


def cordoned() -> dict[str, Any]:
    node = a_node()
    node["spec"]["unschedulable"] = True
    return node


def latest() -> dict[str, Any]:
    deployment = a_deployment()
    deployment["spec"]["template"]["spec"]["containers"][0]["image"] = "nginx"
    return deployment


def test_the_defaults_let_ordinary_remediation_through() -> None:
    requests = {case: request.model_dump(mode="json") for case, request in allowed().items()}

    answers = decisions(requests)

    assert {case: ("allow", []) for case in requests} == {
        case: (answer["effect"], answer["violations"]) for case, answer in answers.items()
    }


def test_every_famous_accident_is_denied_by_the_rule_that_is_about_it() -> None:
    expected = denials()

    answers = decisions({case: request.model_dump(mode="json") for case, (request, _) in expected.items()})

    assert {case: ("deny", codes) for case, (_, codes) in expected.items()} == {
        case: (answer["effect"], {violation["code"] for violation in answer["violations"]})
        for case, answer in answers.items()
    }


@pytest.mark.requirement("POL-8")
def test_a_message_has_no_hole_where_everything_is_known() -> None:
    requests = {case: request.model_dump(mode="json") for case, (request, _) in denials().items()}

    answers = decisions(requests)

    messages = [violation["message"] for answer in answers.values() for violation in answer["violations"]]
    assert [] == [message for message in messages if "<undefined>" in message]
