"""
Values planted in Secrets of a real API server, used by whole runs, and sought in all that the service keeps and tells.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from deploy.local.control_plane import ControlPlane
from executor.opa.shipped import shipped_policies
from tests.builders import a_secret
from tests.fakes.policies import a_config_folder
from tests.faults.proxy import Fault, Place, Proxy, is_write, nth, proxy_before
from tests.plans import a_plan, scale
from tests.planted import ANNOTATIONS, DATA, NEW, encoded, planted_below, planted_in
from tests.serving import Caller, Served, calling, serving
from tests.waiting import eventually, within

pytestmark = [pytest.mark.integration, pytest.mark.requirement("DRY-3"), pytest.mark.requirement("ROLL-1")]

LIMIT_SECONDS = 120.0


class Safe:
    """
    A namespace with Secrets, looked at beside the executor.
    """

    def __init__(self, plane: ControlPlane, namespace: str) -> None:
        self._plane, self.namespace = plane, namespace

    async def put(self, *names: str) -> None:
        """
        Make Secrets that hold the planted values.
        """
        for name in names:
            made = a_secret(name, self.namespace, data=DATA, annotations=ANNOTATIONS)
            await asyncio.to_thread(self._plane.api.request, "POST", self._path, made)

    async def live(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = await asyncio.to_thread(self._plane.api.get, f"{self._path}/{name}")
        return found

    async def data(self, name: str) -> dict[str, str]:
        found: dict[str, str] = (await self.live(name))["data"]
        return found

    def step(self, action: str, name: str, parameters: dict[str, Any], **more: Any) -> dict[str, Any]:
        """
        Return a step on a Secret; its id is the Secret's name.
        """
        target = {"kind": "Secret", "namespace": self.namespace, "name": name}
        return {"id": name, "action": action, "target": target, "parameters": parameters, **more}

    def failing(self, *needs: str) -> dict[str, Any]:
        """
        Return a step that fails in its turn, so that all before it is rolled back.
        """
        return scale("nobody", namespace=self.namespace, needs=list(needs), assess="late")

    @property
    def _path(self) -> str:
        return f"/api/v1/namespaces/{self.namespace}/secrets"


@pytest.fixture
def safe(control_plane: ControlPlane, namespace: str) -> Safe:
    return Safe(control_plane, namespace)


@pytest.fixture
def lenient(tmp_path: Path) -> dict[str, str]:
    """
    The setting with which every shipped rule only warns: what is allowed is not what these tests are about.
    """
    rules = {rule.name: {"mode": "warn"} for rule in shipped_policies().glob("remediation/rules/*/*")}
    return {"EXECUTOR_POLICY_PATHS": str(a_config_folder(tmp_path / "site", json.dumps({"rules": rules})))}


@pytest.fixture
async def proxy(control_plane: ControlPlane, tmp_path: Path) -> AsyncIterator[Proxy]:
    async with proxy_before(control_plane.kubeconfig, tmp_path) as made:
        yield made


def patched(data: dict[str, Any]) -> dict[str, Any]:
    return {"type": "merge", "patch": {"data": data}}


def manifest(safe: Safe, name: str, **more: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": safe.namespace}
    return {"manifest": {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, **more}}


async def everything_told(caller: Caller, runs: list[str]) -> list[Any]:
    """
    Return every document that the API answers about runs, the page of metrics included.
    """
    told: list[Any] = [await caller.get("/v1/runs")]
    for run in runs:
        view = await caller.get(f"/v1/runs/{run}")
        told += [view, await caller.events(run)]
        for step in view["steps"]:
            told.append(await caller.get(f"/v1/runs/{run}/steps/{step['id']}"))
            told += [await caller.get(f"/v1/decisions/{decision}") for decision in step["decisions"]]
    async with caller.session.get("/metrics") as page:
        told.append(await page.text())
    return told


async def test_no_value_of_a_secret_is_kept_or_told_by_runs_that_write_fail_and_roll_back(
    control_plane: ControlPlane, fresh_state: Path, lenient: dict[str, str], safe: Safe
) -> None:
    await safe.put("updated", "written", "applied", "marked", "reset", "restored", "removed", "refused", "assessed")
    entries = {"set": {"password": NEW}, "set_binary": {"added": encoded(NEW)}, "unset": ["token"]}
    mine = {"password": encoded(NEW), "token": None, "added": encoded(NEW)}
    new = {"password": encoded(NEW), "added": encoded(NEW)}
    async with serving(fresh_state, control_plane.kubeconfig, **lenient) as served, calling(served) as session:
        caller = Caller(session)
        runs = [
            await caller.run_of(a_plan(step, *more))
            for step, *more in (
                (safe.step("update_secret", "updated", entries),),
                (safe.step("patch", "written", patched(mine)),),
                (safe.step("apply", "applied", manifest(safe, "applied", data={"added": encoded(NEW)})),),
                (safe.step("apply", "made", manifest(safe, "made", data=new)),),
                (safe.step("annotate", "marked", {"set": {"example.test/seen": "yes"}}), safe.failing("marked")),
                (safe.step("update_secret", "reset", entries), safe.failing("reset")),
                (safe.step("patch", "restored", patched(mine)), safe.failing("restored")),
                (safe.step("delete", "removed", {}), safe.failing("removed")),
                (safe.step("patch", "refused", patched({"password": f"no base64: {NEW}"})),),
            )
        ]
        status, assessment = await caller.post("/v1/assessments", a_plan(safe.step("patch", "assessed", patched(mine))))
        invalid, problem = await caller.post(
            "/v1/runs", a_plan(safe.step("patch", "assessed", {"type": NEW, "patch": {"data": mine}, "unknown": NEW}))
        )
        told = [*runs, assessment, problem, *await everything_told(caller, [run["id"] for run in runs])]

    ended = [*["succeeded"] * 4, *["rolled_back"] * 4, "failed"]
    assert ended == [run["phase"] for run in runs], [run["message"] for run in runs]
    assert (200, "allow", 422) == (status, assessment["effect"], invalid), (assessment, problem)
    kept = {name: value for name, value in DATA.items() if name != "token"}
    assert [{**kept, **new}] * 2 == [await safe.data(name) for name in ("updated", "written")]
    assert {**DATA, "added": encoded(NEW)} == await safe.data("applied")
    assert new == await safe.data("made")
    for name in ("marked", "reset", "restored", "removed", "refused", "assessed"):
        live = await safe.live(name)
        assert (DATA, ANNOTATIONS) == (live["data"], live["metadata"]["annotations"]), name
    assert set(DATA.values()) - {""} <= set(planted_in(await safe.live("restored"))), (
        "the search finds them where they are"
    )
    assert [] == planted_in(told)
    assert [] == planted_below(served.state)


async def killed_at(proxy: Proxy, state: Path, plan: dict[str, Any], fault: Fault) -> tuple[str, Served]:
    """
    Submit a plan and kill the service where the fault is met and the write is announced; the request stays held.
    """
    async with serving(state, proxy.kubeconfig) as served:
        proxy.meet(fault)
        async with calling(served) as session:
            caller = Caller(session)
            run = await caller.submit(plan)
            await within(fault.reached.wait())
            await eventually(partial(announced, caller, run))
        served.kill()
    return run, served


async def announced(caller: Caller, run: str) -> bool:
    return "ApplyStarted" in [event["type"] for event in await caller.events(run)]


@pytest.mark.requirement("DUR-1")
@pytest.mark.parametrize("place", [Place.BEFORE, Place.AFTER])
@pytest.mark.parametrize("number", [1, 2], ids=["the write", "its restore"])
async def test_a_killed_service_still_has_the_values_that_it_was_about_to_write(
    proxy: Proxy, fresh_state: Path, safe: Safe, *, place: Place, number: int
) -> None:
    await safe.put("db")
    steps = [safe.step("update_secret", "db", {"set": {"password": NEW}})]
    plan = a_plan(*steps, safe.failing("db")) if number > 1 else a_plan(*steps)

    fault = Fault(nth(is_write, number), place)
    run_id, first = await killed_at(proxy, fresh_state, plan, fault)
    files_of_the_first = planted_below(first.state)
    async with serving(fresh_state, proxy.kubeconfig) as served, calling(served) as session:
        run = await within(Caller(session).ended(run_id), limit_seconds=LIMIT_SECONDS)
        told = await everything_told(Caller(session), [run_id])
    fault.release()

    assert ("succeeded" if number == 1 else "rolled_back") == run["phase"], run
    wanted = {**DATA, "password": encoded(NEW)} if number == 1 else DATA
    assert wanted == await safe.data("db")
    assert ([], [], []) == (planted_in(told), files_of_the_first, planted_below(served.state))


async def test_a_replaced_key_of_the_vault_stops_a_restore_with_what_to_do(
    proxy: Proxy, fresh_state: Path, safe: Safe
) -> None:
    await safe.put("db")
    plan = a_plan(safe.step("update_secret", "db", {"set": {"password": NEW}}), safe.failing("db"))

    fault = Fault(nth(is_write, 2), Place.BEFORE)
    run_id, _ = await killed_at(proxy, fresh_state, plan, fault)
    (fresh_state / "vault_key").unlink()
    async with serving(fresh_state, proxy.kubeconfig) as served, calling(served) as session:
        run = await within(Caller(session).ended(run_id), limit_seconds=LIMIT_SECONDS)
        told = await everything_told(Caller(session), [run_id])
    fault.release()

    assert "degraded" == run["phase"], run
    assert "vault_key in the state directory" in str(told)
    assert [] == planted_in(told)
    assert [] == planted_below(served.state)
