"""
The shipped policies over requests as the executor makes them: what the defaults let through, and what they stop.
"""

from pathlib import Path
from typing import Any

import pytest

from executor.core.action import Work
from executor.core.actions import CATALOGUE
from executor.core.facts import Facts
from executor.core.model import ABSENT
from executor.core.policy import PolicyInput, Stage
from tests.policies.catalogue import ACCIDENTS, NOTHING_TO_DENY, ORDINARY, ordinary
from tests.policies.denials import denials
from tests.policies.denials_of_objects import denials_when_configured, site_configuration, to_be_approved
from tests.policies.denials_of_outcomes import a_pod_fact
from tests.policies.manifests import a_config_map, a_deployment, a_node, a_scale, a_widget
from tests.policies.opa import POLICIES, decisions, evaluate
from tests.policies.requests import a_budget, a_request, a_restore, a_target, a_verification

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


def of_every_action() -> dict[str, PolicyInput]:
    """
    Return an ordinary request of every action, at each stage that judges it: those that only look are not dry-run.
    """
    return {
        f"{stage}: {action}": ordinary(action, stage)
        for action in ORDINARY
        for stage in (Stage.PREFLIGHT, Stage.DRY_RUN)
        if stage is Stage.PREFLIGHT or CATALOGUE[action].work in {Work.CHANGE, Work.DRAIN}
    }


def settled() -> dict[str, PolicyInput]:
    """
    Return what is asked once the change of every action has settled well, and what it may leave as it was.
    """
    changing = [action for action in ORDINARY if CATALOGUE[action].work in {Work.CHANGE, Work.DRAIN}]
    scene = ("parameters", "live", "target", "related")
    asked = {action: {key: each for key, each in ORDINARY[action].items() if key in scene} for action in changing}
    trouble = Facts(pods=[a_pod_fact(waits_for="CrashLoopBackOff", killed_at="2026-11-23T11:24:05Z")])
    return {f"verify: {action}": a_verification(action, **asked[action]) for action in changing} | {
        "verify: a label of a workload in trouble": a_verification(
            "label", {"set": {"team": "shop"}}, live=a_deployment(), status={"readyReplicas": 0}, facts=trouble
        ),
        "verify: a pod that was killed before the change": a_verification(
            "restart", facts=Facts(pods=[a_pod_fact(killed_at="2026-11-23T11:24:05Z")])
        ),
        "verify: scaled to zero": a_verification("scale", {"replicas": 0}, status={"readyReplicas": None}),
        "verify: no pods to look at": a_verification(
            "label", {"set": {"team": "shop"}}, live=a_config_map(), facts=Facts(unknown={"pods": "not asked"})
        ),
    }


def restored() -> dict[str, PolicyInput]:
    """
    Return restores of what was removed, made, or scaled by its scale.
    """
    manifest = {**a_config_map(), "metadata": {"name": "settings", "namespace": "shop"}}
    widget = a_target(a_widget())
    return {
        "restore what was deleted": a_restore("delete", snapshot=a_config_map()),
        "restore a Deployment that was deleted": a_restore("delete", snapshot=a_deployment()),
        "restore by removing what was made": a_restore(
            "apply", {"manifest": manifest}, snapshot=ABSENT, target=a_target(manifest)
        ),
        "restore replicas by a scale": a_restore("scale", {"replicas": 5}, snapshot=a_scale(name="w"), target=widget),
        "restore no replicas by a scale": a_restore(
            "scale", {"replicas": 5}, snapshot=a_scale(name="w", replicas=0), target=widget
        ),
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
    cases = allowed() | of_every_action() | settled() | restored()
    requests = {case: request.model_dump(mode="json") for case, request in cases.items()}

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


def test_what_nobody_denies_may_need_an_approval() -> None:
    expected = to_be_approved()

    answers = decisions({case: request.model_dump(mode="json") for case, (request, _) in expected.items()})

    assert {case: ("require_approval", codes) for case, (_, codes) in expected.items()} == {
        case: (answer["effect"], {approval["code"] for approval in answer["approvals"]})
        for case, answer in answers.items()
    }


def test_what_a_site_asks_for_beyond_the_defaults_is_denied_there_and_nowhere_else(tmp_path: Path) -> None:
    expected = denials_when_configured()
    requests = {case: request.model_dump(mode="json") for case, (request, _) in expected.items()}

    configured, by_default = decisions(requests, site_configuration(tmp_path / "site")), decisions(requests)

    assert {case: codes for case, (_, codes) in expected.items()} == {
        case: {violation["code"] for violation in answer["violations"]} for case, answer in configured.items()
    }
    assert dict.fromkeys(expected, "allow") == {case: answer["effect"] for case, answer in by_default.items()}


@pytest.mark.requirement("POL-8")
def test_a_message_has_no_hole_where_everything_is_known() -> None:
    requests = {case: request.model_dump(mode="json") for case, (request, _) in denials().items()}

    answers = decisions(requests)

    messages = [violation["message"] for answer in answers.values() for violation in answer["violations"]]
    assert [] == [message for message in messages if "<undefined>" in message]


@pytest.mark.requirement("ACT-2")
def test_every_action_has_an_ordinary_request_and_an_accident() -> None:
    told = "write one for it in tests/policies/catalogue.py"

    assert set() == set(CATALOGUE) - set(ORDINARY), f"an action without an ordinary request: {told}"
    assert set() == set(CATALOGUE) - set(ACCIDENTS) - NOTHING_TO_DENY, f"an action without a denied request: {told}"
    assert set() == (set(ORDINARY) | set(ACCIDENTS) | NOTHING_TO_DENY) - set(CATALOGUE), "a request of no action"


def test_an_action_that_a_site_takes_off_the_list_is_denied() -> None:
    requests = {action: ordinary(action, Stage.PREFLIGHT).model_dump(mode="json") for action in ORDINARY}
    query = (
        "{action: codes | some action, request in input; "
        "others := [other | some other in data.remediation.defaults.action_allowed.actions; other != action]; "
        'rules := {"action_allowed": {"params": {"actions": others}}}; '
        "decision := data.remediation.decision with input as request with data.config.rules as rules; "
        "codes := [violation.code | some violation in decision.violations]}"
    )

    assert {action: ["action_allowed"] for action in ORDINARY} == evaluate(query, requests, "-b", str(POLICIES))
