"""
The command line against the real service: `remediate serve` over a real API server and a real OPA.
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from deploy.local.control_plane import ControlPlane
from executor.core.actions import CATALOGUE
from tests.builders import a_deployment
from tests.fixtures.kubernetes import make_namespace
from tests.plans import a_plan, scale
from tests.shop import Shop
from tests.waiting import eventually

pytestmark = pytest.mark.integration

REMEDIATE = [sys.executable, "-m", "executor"]
LIMIT_SECONDS = 240

Remediate = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def environment(control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """
    All that has to be set on one machine; port 0, so that tests do not meet.
    """
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("EXECUTOR_")},
        "KUBECONFIG": str(control_plane.kubeconfig),
        "EXECUTOR_STATE_DIR": str(tmp_path_factory.mktemp("state")),
        "EXECUTOR_LISTEN": "127.0.0.1:0",
    }


@pytest.fixture(scope="module")
def remediate(environment: dict[str, str]) -> Remediate:
    """
    Run a command to its end.
    """

    def run(*arguments: str, plan: object = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*REMEDIATE, *arguments],
            env=environment,
            input=plan if isinstance(plan, str) else json.dumps(plan),
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def service(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[bytes]]:
    """
    The service itself; it ends with SIGTERM, and well.
    """
    log = tmp_path_factory.mktemp("log") / "serve.log"
    with log.open("wb") as file:
        process = subprocess.Popen([*REMEDIATE, "serve"], env=environment, stdout=file, stderr=file)
    try:
        yield process
        process.send_signal(signal.SIGTERM)
        assert 0 == process.wait(LIMIT_SECONDS), log.read_text()
    finally:
        process.kill()
        process.wait()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ready(service: subprocess.Popen[bytes], remediate: Remediate) -> None:
    async def healthy() -> bool:
        assert service.poll() is None
        return remediate("doctor").returncode == 0

    await eventually(healthy, limit_seconds=LIMIT_SECONDS)


@pytest_asyncio.fixture
async def shop(control_plane: ControlPlane) -> str:
    """
    A namespace with a Deployment `web` of one replica, which is rolled out.
    """
    shop = Shop(control_plane, make_namespace(control_plane))
    await shop.open("web")
    return shop.namespace


@pytest.mark.requirement("API-3")
@pytest.mark.requirement("SEC-1")
@pytest.mark.usefixtures("ready")
def test_a_plan_is_assessed_submitted_watched_and_looked_at(remediate: Remediate, shop: str) -> None:
    plan = a_plan(scale(to=3, namespace=shop))

    assessed = remediate("assess", "-", plan=plan)
    watched = remediate("submit", "-", "--watch", plan=plan)
    run = re.match(r"run (\S+) ", watched.stderr)
    assert run is not None, watched
    shown = remediate("show", run[1])
    listed = json.loads(remediate("list", "--namespace", shop, "-o", "json").stdout)

    assert (0, "allow: every step would be allowed") == (assessed.returncode, assessed.stdout.splitlines()[0])
    assert "  .spec.replicas\n    - 1\n    + 3\n" in assessed.stdout
    assert 0 == watched.returncode, watched
    assert re.search(r"^\S+ +\d+  web: ChangeApplied", watched.stdout, re.MULTILINE)
    assert re.search(rf"^web +scale +deployment/{shop}/web +succeeded", shown.stdout, re.MULTILINE)
    assert "  .spec.replicas\n    - 1\n    + 3\n" in remediate("diff", run[1]).stdout
    assert [run[1]] == [item["id"] for item in listed["items"]]
    assert len(watched.stdout.splitlines()) - 1 == len(remediate("events", run[1]).stdout.splitlines())


@pytest.mark.requirement("POL-8")
@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize("names", [("web",), ("web", "web-2")], ids=["in its turn", "as a whole plan"])
def test_a_denial_tells_the_rule_what_it_saw_and_what_to_do(
    remediate: Remediate, control_plane: ControlPlane, shop: str, names: tuple[str, ...]
) -> None:
    for name in names[1:]:
        path = f"/apis/apps/v1/namespaces/{shop}/deployments"
        control_plane.api.request("POST", path, a_deployment(name, namespace=shop))
    plan = a_plan(*(scale(name, to=1000, namespace=shop) for name in names))

    result = remediate("submit", "-", "--wait", plan=plan)

    assert 3 == result.returncode, result
    assert re.search(r"^denied by \w+: .+\n  step   web, at preflight\n", result.stdout, re.MULTILINE)
    assert re.search(r"^  rule   .+\.rego:\d+\n  saw    .+\n  to do  .+\n", result.stdout, re.MULTILINE)


@pytest.mark.requirement("PLAN-3")
@pytest.mark.usefixtures("ready")
def test_a_plan_that_is_not_valid_is_refused_with_every_place(remediate: Remediate) -> None:
    plan = a_plan({**scale(), "action": "shell"}, scale("other", to=-1))

    result = remediate("submit", "-", plan=plan)

    assert 2 == result.returncode
    assert ["  /steps/0/action", "  /steps/1/parameters/replicas"] == re.findall(
        r"^  /steps[^:]+", result.stderr, re.MULTILINE
    )


@pytest.mark.usefixtures("ready")
def test_a_run_that_is_over_cannot_be_cancelled(remediate: Remediate, shop: str) -> None:
    run = json.loads(remediate("submit", "-", "--wait", "-o", "json", plan=a_plan(scale(namespace=shop))).stdout)

    result = remediate("cancel", run["id"], "--reason", "too late")

    assert (2, "succeeded") == (result.returncode, run["phase"])
    assert "(wrong_phase)" in result.stderr


@pytest.mark.requirement("ACT-3")
@pytest.mark.usefixtures("ready")
def test_the_step_that_an_action_shows_is_one_that_the_server_takes(remediate: Remediate, shop: str) -> None:
    names = [item["action"] for item in json.loads(remediate("actions", "-o", "json").stdout)["items"]]

    assert list(CATALOGUE) == names
    for name in names:
        shown = remediate("actions", name).stdout
        step = shown[shown.index("a step\n") :].split("\n\n")[0].removeprefix("a step\n")
        step = step.replace("NAMESPACE", shop).replace("NAME", "web").replace("KEY", "app").replace("VALUE", "web:1")
        plan = f"name: shown\nreason: the example of the help\nsteps:\n{step}\n"
        assert 2 != remediate("assess", "-", plan=plan).returncode, plan


@pytest.mark.requirement("SEC-1")
@pytest.mark.usefixtures("ready")
def test_another_token_is_refused(environment: dict[str, str]) -> None:
    result = subprocess.run(
        [*REMEDIATE, "list"],
        env={**environment, "EXECUTOR_TOKEN": "nobodys"},
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )

    assert 2 == result.returncode
    assert "(unauthenticated)" in result.stderr


def test_bundles_for_an_opa_elsewhere_are_written(remediate: Remediate, tmp_path: Path) -> None:
    result = remediate("policy", "build", "--output", str(tmp_path / "bundles"))

    assert 0 == result.returncode, result
    assert re.search(r"^\S+/bundles/remediation  sha256:[0-9a-f]{64}$", result.stdout, re.MULTILINE)
    assert (tmp_path / "bundles" / "remediation").is_file()
