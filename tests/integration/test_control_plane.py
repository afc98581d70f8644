"""
The local control plane with its real parts: what it offers, what it keeps to itself, and its commands.
"""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from deploy.local import control_plane, toolbox
from deploy.local.control_plane import ControlPlane, ControlPlaneError
from deploy.local.processes import is_loopback, listening, marked, processes_of, signal_one
from tests.integration.local_callers import COMMAND, Listener, keeper_of, output_of, run_command
from tests.integration.local_workloads import PODS, create, exists, path_of, status, until, workload

pytestmark = pytest.mark.integration

READS = {"get", "list", "watch"}


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    with ControlPlane.start(audit=True, api_server_flags={"max-requests-inflight": "399"}) as plane:
        yield plane


class TestWhatItOffers:
    def test_its_nodes_are_ready_and_can_be_more_or_fewer(self, plane: ControlPlane) -> None:
        assert 3 == len(plane.api.ready_nodes())

        plane.scale_nodes(5)
        assert 5 == len(plane.api.ready_nodes())

        plane.scale_nodes(3)
        assert 3 == len(plane.api.get("/api/v1/nodes")["items"])

    def test_leases_keep_its_nodes_ready(self, plane: ControlPlane) -> None:
        def held() -> set[str]:
            leases = plane.api.get("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases")["items"]
            return {lease["metadata"]["name"] for lease in leases if lease["spec"].get("renewTime")}

        until(lambda: plane.api.ready_nodes() <= held(), "every ready node has its lease")

    def test_a_kubeconfig_of_its_own_reaches_it(self, plane: ControlPlane) -> None:
        kubectl = toolbox.ensure_all(["kubectl"])["kubectl"]

        answer = subprocess.run(
            [kubectl, "--kubeconfig", plane.kubeconfig, "get", "nodes", "--output=name"],
            env={"HOME": str(plane.directory / "home")},
            capture_output=True,
            text=True,
            check=True,
        )

        assert {f"node/{name}" for name in plane.api.ready_nodes()} == set(answer.stdout.split())

    def test_a_pod_can_be_created_at_once_and_runs(self, plane: ControlPlane) -> None:
        pod = {"metadata": {"name": "first"}, "spec": {"containers": [{"name": "app", "image": "web:1"}]}}

        plane.api.request("POST", PODS, pod)

        until(lambda: plane.api.get(f"{PODS}/first")["status"]["phase"] == "Running", "it runs")

    @pytest.mark.parametrize(
        ("kind", "spec", "settled"),
        [
            ("Deployment", {"replicas": 3}, {"readyReplicas": 3, "updatedReplicas": 3}),
            ("StatefulSet", {"replicas": 2, "serviceName": "kept"}, {"readyReplicas": 2, "currentReplicas": 2}),
            ("DaemonSet", {}, {"desiredNumberScheduled": 3, "numberReady": 3}),
            ("Job", {"completions": 2, "parallelism": 2}, {"succeeded": 2}),
        ],
        ids=["Deployment", "StatefulSet", "DaemonSet", "Job"],
    )
    def test_ordinary_workloads_become_ready_or_complete(
        self, plane: ControlPlane, kind: str, spec: dict[str, Any], settled: dict[str, int]
    ) -> None:
        name = f"ordinary-{kind.lower()}"
        create(plane, workload(kind, name, **spec))

        until(lambda: settled.items() <= status(plane, kind, name).items(), f"{kind}: {settled}")

        plane.api.request("DELETE", f"{path_of(kind, name)}?propagationPolicy=Background")

    def test_its_api_server_takes_flags_and_writes_an_audit_log(self, plane: ControlPlane) -> None:
        create(plane, workload("Deployment", "audited", replicas=0))

        command_lines = [Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") for pid in plane.pids]
        assert any(b"--max-requests-inflight=399" in words for words in command_lines)
        until(lambda: "audited" in created_by(audit_events(plane)), "its creation is in the log")
        assert not any("requestObject" in event for event in audit_events(plane) if event["verb"] in READS)


def audit_events(plane: ControlPlane) -> list[dict[str, Any]]:
    """
    All events in the audit log but one that is being written now.
    """
    lines = plane.audit_log.read_text().splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n")]


def created_by(events: list[dict[str, Any]]) -> list[str | None]:
    """
    The names in the bodies of creations.
    """
    bodies = [event["requestObject"] for event in events if "requestObject" in event and event["verb"] == "create"]
    return [body.get("metadata", {}).get("name") for body in bodies]


class TestWhatItKeepsToItself:
    def test_every_listener_is_on_loopback(self, plane: ControlPlane) -> None:
        addresses = {address for address, _ in listening(plane.pids)}

        assert 5 == len(plane.pids)
        assert addresses
        assert all(is_loopback(address) for address in addresses)

    def test_its_folder_is_private(self, plane: ControlPlane) -> None:
        assert 0 == plane.directory.stat().st_mode & 0o077

    def test_a_plane_that_others_could_reach_is_not_handed_out(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(control_plane, "is_loopback", lambda _: False)

        with pytest.raises(ControlPlaneError, match=r"listens beyond the loopback interface: 127\.0\.0\.1:"):
            ControlPlane.start(directory=tmp_path)

        assert [] == list(tmp_path.iterdir())

    def test_no_other_cluster_is_ever_contacted_nor_its_files_touched(self, tmp_path: Path) -> None:
        cache = toolbox.cache_folder().parents[1]
        with Listener() as listener:
            poisoned = [tmp_path / path for path in ("config", "home/.kube/config", "home/.kwok/kwok.yaml")]
            for path in poisoned:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(listener.kubeconfig())

            ran = run_command(
                *("run", "--nodes", "1", "--", "sh", "-c", 'echo "$KUBECONFIG"'),
                KUBECONFIG=str(poisoned[0]),
                HOME=str(tmp_path / "home"),
                KWOK_WORKDIR=str(tmp_path / "home" / ".kwok"),
                XDG_CACHE_HOME=str(cache),
                HTTP_PROXY=f"http://127.0.0.1:{listener.port}",
                HTTPS_PROXY=f"http://127.0.0.1:{listener.port}",
            )

            assert (0, "") == (ran.returncode, ran.stderr)
            assert "remediation-executor-plane-" in ran.stdout
            assert [] == listener.contacts
            assert {listener.kubeconfig()} == {path.read_text() for path in poisoned}
        assert sorted(poisoned) == sorted(path for path in tmp_path.rglob("*") if path.is_file())


class TestSideBySide:
    def test_planes_that_start_at_once_know_nothing_of_each_other(self) -> None:
        with ThreadPoolExecutor(2) as pool:
            one, other = pool.map(lambda _: ControlPlane.start(nodes=0), range(2))
        with one, other:
            create(one, workload("Deployment", "mine", replicas=0))

            assert not exists(other, path_of("Deployment", "mine"))
            assert not {port for _, port in listening(one.pids)} & {port for _, port in listening(other.pids)}

            one.stop()

            assert other.api.is_ready()


class TestTheCommand:
    def test_up_stays_up_and_is_the_same_until_down(self, tmp_path: Path) -> None:
        place = ("--directory", str(tmp_path))
        folder = tmp_path / "plane"
        assert "No control plane was up." in output_of("down", *place)
        try:
            first = output_of("up", *place, "--nodes", "1")
            pids = processes_of(folder)
            again = output_of("up", *place)
            more = output_of("up", *place, "--nodes", "2")
            same_pids = processes_of(folder)
        finally:
            ended = output_of("down", *place)

        assert f"export KUBECONFIG={folder / 'kubeconfig'}" in first
        assert f"control_plane.py down --directory {tmp_path}" in first
        assert first == again
        assert "is up with 2 nodes" in more
        assert (5, pids) == (len(pids), same_pids)
        assert "The control plane is down." in ended
        assert folder not in marked()
        assert [".lock"] == [path.name for path in tmp_path.iterdir()]

    def test_up_replaces_what_a_crash_left(self, tmp_path: Path) -> None:
        place, folder = ("--directory", str(tmp_path)), tmp_path / "plane"
        output_of("up", *place, "--nodes", "0")
        before = processes_of(folder)
        signal_one(keeper_of(folder), signal.SIGKILL, wait_seconds=10)
        api_server = next(pid for pid in before if b"kube-apiserver" in Path(f"/proc/{pid}/cmdline").read_bytes())
        os.kill(api_server, signal.SIGKILL)

        try:
            assert "is up with 1 node," in output_of("up", *place, "--nodes", "1")
            assert not set(before) & set(processes_of(folder))
        finally:
            output_of("down", *place)

    def test_a_folder_that_is_no_planes_is_not_removed(self, tmp_path: Path) -> None:
        (tmp_path / "plane").mkdir()
        (tmp_path / "plane" / "diary").write_text("mine")

        for word in ("up", "down"):
            failed = run_command(word, "--directory", str(tmp_path))
            assert 1 == failed.returncode
            assert f"{tmp_path / 'plane'} holds no control plane" in failed.stderr
        assert "mine" == (tmp_path / "plane" / "diary").read_text()

    def test_run_answers_with_the_commands_exit_code_and_ends_the_plane(self) -> None:
        script = "kubectl get nodes -o name; echo $KUBECONFIG; exit 7"

        ran = run_command("run", "--nodes", "1", "--", "sh", "-c", script)

        node, kubeconfig = ran.stdout.split()
        assert (7, "node/node-000000") == (ran.returncode, node)
        assert not Path(kubeconfig).parent.exists()

    def test_a_terminated_run_ends_its_command_and_its_plane(self, tmp_path: Path) -> None:
        with subprocess.Popen(
            [*COMMAND, "run", "--nodes", "0", "--", "sh", "-c", "echo $$; exec sleep 600"],
            env=os.environ | {"TMPDIR": str(tmp_path)},
            stdout=subprocess.PIPE,
            text=True,
        ) as run:
            assert run.stdout is not None
            child = int(run.stdout.readline())
            run.terminate()

            assert 128 + signal.SIGTERM == run.wait()
        assert not Path(f"/proc/{child}").exists()
        assert [] == list(tmp_path.iterdir())

    def test_help_shows_examples(self) -> None:
        assert "python3 deploy/local/control_plane.py run -- kubectl get nodes" in output_of("--help")
