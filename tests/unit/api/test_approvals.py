"""
What people answer to a run that waits: taken once, bound to the plan, and refused with the reason.
"""

from typing import Any

import pytest

from executor.core.policy import Stage
from tests.fakes.service import Served
from tests.plans import a_plan, scale
from tests.unit.api.test_openapi import conforms

pytestmark = pytest.mark.requirement("GATE-5")

PLAN = a_plan(scale("web"), scale("api", needs=["web"]))


async def waiting(api: Served) -> dict[str, Any]:
    """
    Return a run that waits for an approval.
    """
    api.gate.requires_approval("production", stage=Stage.PREFLIGHT)
    _, run = await api.post("/v1/runs", json=PLAN)
    while run["phase"] != "awaiting_approval":
        _, run = await api.get(f"/v1/runs/{run['id']}")
    return dict(run)


async def test_a_run_that_waits_tells_what_for_until_when_and_what_answers_are_bound_to(api: Served) -> None:
    run = await waiting(api)

    conforms(run, "Run")
    assert ["web", "api"] == [each["step"] for each in run["approval"]["approvals"]]
    assert {run["digest"]} == {run["approval"]["digest"]}


async def test_a_rejection_ends_the_run_as_denied(api: Served) -> None:
    run = await waiting(api)
    path = f"/v1/runs/{run['id']}/approvals"
    body = {"verdict": "reject", "digest": run["digest"], "comment": "not on a Friday"}

    status, ended = await api.post(path, json=body)
    again, problem = await api.post(path, json=body)

    conforms(ended, "Run")
    assert (200, "denied", "refused", "tester") == (
        status,
        ended["phase"],
        ended["approval"]["answer"],
        ended["approval"]["caller"],
    )
    assert (409, "wrong_phase", "denied") == (again, problem["code"], problem["phase"])


async def test_an_answer_to_another_plan_is_refused(api: Served) -> None:
    run = await waiting(api)
    body = {"verdict": "reject", "digest": "sha256:" + "0" * 64, "comment": "no"}

    status, problem = await api.post(f"/v1/runs/{run['id']}/approvals", json=body)

    conforms(problem, "Problem")
    assert (412, "precondition_failed") == (status, problem["code"])
    assert "awaiting_approval" == (await api.get(f"/v1/runs/{run['id']}"))[1]["phase"]


async def test_an_approval_cannot_be_given_and_says_what_can_be_done(api: Served) -> None:
    run = await waiting(api)
    body = {"verdict": "approve", "digest": run["digest"], "comment": "yes"}

    status, problem = await api.post(f"/v1/runs/{run['id']}/approvals", json=body)

    assert (403, "forbidden") == (status, problem["code"])
    assert "cannot be given in this version; reject or cancel the run" in problem["detail"]
    assert (200, run) == await api.get(f"/v1/runs/{run['id']}")


@pytest.mark.parametrize("verdict", ["approve", "reject"])
async def test_an_answer_to_a_run_that_is_not_there_is_not_found(api: Served, verdict: str) -> None:
    body = {"verdict": verdict, "digest": "sha256:" + "0" * 64, "comment": "no"}

    status, problem = await api.post("/v1/runs/nobody/approvals", json=body)

    assert (404, "not_found") == (status, problem["code"])


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "another verdict": ({"verdict": "maybe"}, "/verdict"),
    "no digest": ({"digest": "web"}, "/digest"),
    "no reason": ({"comment": ""}, "/comment"),
    "an unknown key": ({"note": "x"}, "/note"),
}


@pytest.mark.parametrize(("change", "place"), WRONG.values(), ids=WRONG)
async def test_a_body_of_another_shape_is_told_by_its_place(api: Served, change: dict[str, Any], place: str) -> None:
    body = {"verdict": "reject", "digest": "sha256:" + "0" * 64, "comment": "no", **change}

    status, problem = await api.post("/v1/runs/nobody/approvals", json=body)

    assert (400, "invalid_request", [place]) == (
        status,
        problem["code"],
        [each["pointer"] for each in problem["errors"]],
    )
