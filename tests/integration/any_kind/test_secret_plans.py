"""
A plan that carries values of a Secret: submitted twice it is one run, and none of its documents holds a value.
"""

import json
from typing import Any

import pytest

from tests.anything import Place
from tests.builders import a_secret
from tests.plans import a_plan
from tests.planted import encoded, planted_in
from tests.serving import Caller, Served

pytestmark = [pytest.mark.integration, pytest.mark.requirement("DRY-3")]

WORD = "tr0ub4dor-and-three"


async def submitted(caller: Caller, plan: dict[str, Any], key: str) -> tuple[int, dict[str, Any]]:
    async with caller.session.post("/v1/runs", json=plan, headers={"Idempotency-Key": key}) as response:
        return response.status, await response.json()


@pytest.mark.requirement("PLAN-5")
async def test_the_same_plan_under_one_key_is_one_run_and_another_value_is_another_plan(
    open_service: Served, open_caller: Caller, place: Place
) -> None:
    await place.put(a_secret("db", place.namespace, data={"password": encoded("old")}))
    target = place.target("Secret", "db")

    def plan(value: str) -> dict[str, Any]:
        patch = {"stringData": {"password": value}}
        return a_plan(place.step("patch", target, {"type": "merge", "patch": patch}))

    first, made = await submitted(open_caller, plan(WORD), place.namespace)
    second, same = await submitted(open_caller, plan(WORD), place.namespace)
    third, conflict = await submitted(open_caller, plan("another-word"), place.namespace)
    run = await open_caller.ended(made["id"])

    assert (202, 200, 409) == (first, second, third)
    assert (made["id"], "idempotency_conflict") == (same["id"], conflict["code"])
    assert "succeeded" == run["phase"], run["message"]
    assert {"password": encoded(WORD)} == (await place.live(target))["data"]
    step = await open_caller.get(f"/v1/runs/{run['id']}/steps/db")
    told = [made, same, conflict, run, step, await open_caller.events(run["id"]), open_service.log]
    assert [] == planted_in(told)
    assert WORD not in json.dumps(told)
