"""
Which cluster the service writes to: found as kubectl finds it, said at the start, waited for when it does not answer.
"""

import shutil
import socket
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from deploy.local.control_plane import ControlPlane
from tests.e2e.person import Person
from tests.e2e.starting import home_environment, kubeconfig_with_contexts, records, refused_start
from tests.e2e.trap import kubeconfig_of, trap
from tests.faults.proxy import proxy_before
from tests.plans import a_plan, scale
from tests.serving import Caller, calling, environment_for, seeded, serving
from tests.shop import Shop
from tests.waiting import eventually

pytestmark = pytest.mark.e2e

NOWHERE = Path("/nonexistent/kubeconfig")


async def test_the_file_at_home_is_found_and_the_start_says_which_cluster_it_is(
    control_plane: ControlPlane, fresh_state: Path, tmp_path: Path
) -> None:
    (tmp_path / ".kube").mkdir()
    shutil.copy(control_plane.kubeconfig, tmp_path / ".kube" / "config")

    async with serving(fresh_state, NOWHERE, KUBECONFIG="", HOME=str(tmp_path), **_cache()) as served:
        (connected,) = records(served, "connect")

    assert f"127.0.0.1:{control_plane.port}" in connected["server"]
    assert connected["context"]
    assert "this cluster will be written to" == connected["message"]


async def test_kubeconfig_goes_before_the_file_at_home_and_the_context_setting_before_its_current_one(
    control_plane: ControlPlane, fresh_state: Path, tmp_path: Path
) -> None:
    with trap() as at_home, trap() as current:
        (tmp_path / ".kube").mkdir()
        (tmp_path / ".kube" / "config").write_text(kubeconfig_of(at_home.url))
        named = kubeconfig_with_contexts(control_plane, tmp_path / "named", current.url)
        chosen = {"HOME": str(tmp_path), "EXECUTOR_KUBE_CONTEXT": "right", **_cache()}

        async with serving(fresh_state, named, **chosen) as served:
            (connected,) = records(served, "connect")

    assert ("right", True) == (connected["context"], f":{control_plane.port}" in connected["server"])
    assert ([], []) == (at_home.asked, current.asked)


def test_without_any_cluster_configured_the_start_ends_and_says_what_to_set(tmp_path: Path, policy_sets: Path) -> None:
    state = seeded(tmp_path / "state", policy_sets)

    said = refused_start(home_environment(tmp_path, EXECUTOR_STATE_DIR=str(state)))

    assert "no cluster is configured: ~/.kube/config has no kubeconfig; set KUBECONFIG" == said


@pytest.mark.parametrize(
    ("kubeconfig", "context", "expected"),
    [
        pytest.param(
            kubeconfig_of("http://127.0.0.1:1"), "prod", "has no context prod (it has context-0)", id="context"
        ),
        pytest.param("clusters: [", "", "is not valid YAML", id="no YAML"),
        pytest.param("just a text", "", "has not the shape of one", id="no kubeconfig"),
    ],
)
def test_a_kubeconfig_that_cannot_be_used_is_named_with_what_is_wrong(
    fresh_state: Path, tmp_path: Path, kubeconfig: str, context: str, expected: str
) -> None:
    place = tmp_path / "kubeconfig"
    place.write_text(kubeconfig)

    said = refused_start(environment_for(fresh_state, place, EXECUTOR_KUBE_CONTEXT=context))

    assert str(place) in said
    assert expected in said


async def test_an_api_server_that_does_not_answer_is_waited_for_and_readiness_says_so_meanwhile(
    control_plane: ControlPlane, fresh_state: Path, tmp_path: Path, shop: Shop, silent: socket.socket
) -> None:
    await shop.open("web")
    place = tmp_path / "kubeconfig"
    place.write_text(kubeconfig_of(f"http://127.0.0.1:{silent.getsockname()[1]}"))
    plan = a_plan(scale("web", to=2, namespace=shop.namespace))

    async with serving(fresh_state, place, until="wait_for_cluster") as served, calling(served) as session:
        caller = Caller(session)
        status, ready = await _readiness(session)
        refused = [await caller.post(path, plan) for path in ("/v1/runs", "/v1/assessments")]
        listed = await caller.get("/v1/runs")
        doctor = Person(environment_for(fresh_state, place)).run("doctor")
        async with proxy_before(control_plane.kubeconfig, tmp_path, at=silent):
            await eventually(lambda: _is_ready(session))
            run = await caller.run_of(plan)
            waited = records(served, "wait_for_cluster")

    assert (503, {"store": True, "opa": True, "cluster": False}) == (
        status,
        {name: ok for name, (ok, _) in ready.items()},
    )
    assert "cannot be reached" in ready["cluster"][1]
    assert [(503, "cluster_unavailable")] * 2 == [(code, answer["code"]) for code, answer in refused]
    assert [] == listed["items"]
    assert 1 == doctor.returncode
    assert "FAIL  cluster" in doctor.stdout
    assert "succeeded" == run["phase"], run
    assert 1 == len(waited), "said once, not every second"


async def test_a_start_listens_before_the_cluster_has_answered_and_ends_at_once_when_asked(
    fresh_state: Path, tmp_path: Path
) -> None:
    place = tmp_path / "kubeconfig"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place.write_text(kubeconfig_of(f"http://127.0.0.1:{silent.getsockname()[1]}"))

        async with serving(fresh_state, place, until="connect") as served, calling(served) as session:
            async with session.get("/healthz") as alive:
                assert 200 == alive.status
            status, ready = await _readiness(session)

    assert 503 == status
    assert not all(ok for ok, _ in ready.values())


async def _is_ready(session: aiohttp.ClientSession) -> bool:
    return (await _readiness(session))[0] == web.HTTPOk.status_code


async def _readiness(session: aiohttp.ClientSession) -> tuple[int, dict[str, tuple[bool, str]]]:
    async with session.get("/readyz") as response:
        checks = (await response.json())["checks"]
        return response.status, {check["name"]: (check["ok"], check["message"]) for check in checks}


def _cache() -> dict[str, str]:
    return {"XDG_CACHE_HOME": home_environment(Path("/"))["XDG_CACHE_HOME"]}
