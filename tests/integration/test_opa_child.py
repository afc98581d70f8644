"""
The OPA that the executor serves itself: what it lets in, what it knows, and that it neither outlives us nor stays dead.
"""

import asyncio
import contextlib
import json
import os
import select
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from executor.core.policy import Effect
from executor.opa import OpaUnusable, open_gate
from executor.opa import child as child_module
from executor.opa.binary import find_opa
from executor.opa.child import OpaChild
from executor.opa.compose import compose
from executor.opa.gate import OpaGate
from executor.opa.policy_set import PolicySet
from executor.opa.process import Ownership, _started_by_ps, end_leftover, started_at
from executor.opa.served import ServedSet
from tests.fakes.inputs import TestClock, an_input
from tests.fakes.opa_gate import gate_over
from tests.fakes.policies import a_shipped_folder
from tests.waiting import LIMIT_SECONDS, eventually

pytestmark = [pytest.mark.integration, pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")]

DECISION = "/v1/data/remediation/decision"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("opa")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def policies(folder: Path) -> PolicySet:
    return await compose(find_opa(), shipped=a_shipped_folder(folder / "policies"), authors=[], onto=folder / "sets")


@pytest.fixture
async def child(policies: PolicySet, tmp_path: Path) -> AsyncIterator[OpaChild]:
    async with OpaChild(find_opa(), policies, folder=tmp_path / "child") as opened:
        yield opened


def a_set(child: OpaChild, policies: PolicySet, *, timeout_seconds: float = 10) -> ServedSet:
    return ServedSet(child.client, child, policies.catalogue, timeout_seconds=timeout_seconds)


def a_gate(child: OpaChild, policies: PolicySet) -> OpaGate:
    return gate_over(a_set(child, policies))


async def asked(child: OpaChild, method: str, path: str, *, token: str | None, body: Any = None) -> int:
    """
    Ask the child's API directly and return the HTTP status.
    """
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession(connector=aiohttp.UnixConnector(path=str(child.socket))) as session,
        session.request(method, f"http://opa{path}", headers=headers, json=body) as response,
    ):
        return response.status


async def is_gone(pid: int) -> bool:
    """
    Wait until a process has ended, a minute at most.
    """
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        ended, _, _ = await asyncio.to_thread(select.select, [descriptor], [], [], LIMIT_SECONDS)
        return bool(ended)
    finally:
        os.close(descriptor)


# What it lets in


@pytest.mark.requirement("SEC-1")
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/v1/data/remediation/defaults", {"limit": 1000}),
        ("PATCH", "/v1/data", [{"op": "add", "path": "/config", "value": {}}]),
        ("DELETE", "/v1/data/remediation", None),
        ("PUT", "/v1/data/system/bundles", {}),
        ("PUT", "/v1/policies/more", {}),
        ("DELETE", "/v1/policies/remediation/remediation.rego", None),
        ("GET", "/v1/policies", None),
        ("GET", "/v1/data", None),
        ("GET", DECISION, None),
        ("GET", "/v1/config", None),
        ("POST", "/v1/query", {"query": "x = opa.runtime()"}),
        ("POST", "/v1/compile", {"query": "data.remediation.decision"}),
        ("POST", "/v1/data/remediation", {"input": {}}),
        ("POST", "/", {}),
        ("GET", "/metrics", None),
    ],
)
async def test_even_with_the_token_nothing_but_decision_and_health_is_let_in(
    child: OpaChild, method: str, path: str, body: Any
) -> None:
    assert 401 == await asked(child, method, path, token=child._token, body=body)


@pytest.mark.parametrize("token", [None, "", "another", "é"])
@pytest.mark.parametrize(("method", "path"), [("POST", DECISION), ("GET", "/health")])
async def test_without_the_token_nothing_is_let_in(child: OpaChild, method: str, path: str, token: str | None) -> None:
    assert 401 == await asked(child, method, path, token=token, body={"input": {}})


async def test_with_the_token_decision_and_health_are_let_in(child: OpaChild) -> None:
    assert 200 == await asked(child, "POST", DECISION, token=child._token, body={"input": {}})
    assert 200 == await asked(child, "GET", "/health", token=child._token)


async def test_an_input_beyond_the_limit_is_denied(
    policies: PolicySet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    `--set` takes any key in silence, so the limit is seen to bite.
    """
    monkeypatch.setattr(child_module, "INPUT_LIMIT_BYTES", 10_000)
    async with OpaChild(find_opa(), policies, folder=tmp_path) as child:
        gate = a_gate(child, policies)
        small = await gate.decide(an_input(after={"text": "x" * 5_000}), run=None)
        large = await gate.decide(an_input(after={"text": "x" * 20_000}), run=None)

    assert Effect.ALLOW is small.effect
    assert ["policy_error"] == [said.code for said in large.violations]


# What it knows


@pytest.mark.requirement("SEC-1")
async def test_its_environment_holds_how_it_keeps_its_memory_and_nothing_else(
    policies: PolicySet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXECUTOR_TOKEN", "a-secret")
    async with OpaChild(find_opa(), policies, folder=tmp_path) as child:
        environment = Path(f"/proc/{child.pid}/environ").read_bytes()  # noqa: ASYNC240 - procfs does not block

    assert b"GOMEMLIMIT=256MiB\0GOGC=400\0" == environment


@pytest.mark.requirement("SEC-1")
async def test_its_token_is_on_no_command_line_and_in_no_file(child: OpaChild) -> None:
    token = child._token.encode()
    command_line = Path(f"/proc/{child.pid}/cmdline").read_bytes()  # noqa: ASYNC240 - procfs does not block
    files = [file for file in child.socket.parent.rglob("*") if file.is_file()]

    assert token not in command_line
    assert len(files) > 2
    assert not [file for file in files if token in file.read_bytes()]


async def test_only_we_may_open_its_folder_and_socket(child: OpaChild) -> None:
    folder, end = os.stat(child.socket.parent), os.stat(child.socket)  # noqa: PTH116 - two system calls

    assert (0o700, 0o600) == (stat.S_IMODE(folder.st_mode), stat.S_IMODE(end.st_mode))


# That it does not stay dead


@pytest.mark.requirement("GATE-4")
async def test_killed_it_comes_back_and_is_proven_anew(child: OpaChild, policies: PolicySet) -> None:
    served = a_set(child, policies)
    gate = gate_over(served)
    before = await gate.decide(an_input(), run=None)
    pid = child.pid
    assert pid is not None

    with capture_logs() as logs:
        os.kill(pid, signal.SIGKILL)
        after = await gate.decide(an_input(), run=None)

    assert (Effect.ALLOW, Effect.ALLOW) == (before.effect, after.effect)
    assert ["opa_died", "opa_started"] == [entry["action"] for entry in logs if entry["action"] != "opa_said"]
    assert (2, 2) == (child.generation, served._proven)
    assert child.pid not in {pid, None}


async def test_while_it_is_dead_every_question_is_denied(
    child: OpaChild, policies: PolicySet, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = gate_over(a_set(child, policies, timeout_seconds=0.6))
    monkeypatch.setattr(child, "_opa", Path("/bin/false"))
    assert child.pid is not None

    with capture_logs() as logs:
        os.kill(child.pid, signal.SIGKILL)
        decision = await gate.decide(an_input(), run=None)
        check = await gate.check()

        def pauses() -> list[float]:
            return [entry["again_in_seconds"] for entry in logs if entry["action"] == "opa_died"]

        async def tried_again() -> bool:
            return len(pauses()) > 1

        await eventually(tried_again)

    assert Effect.DENY is decision.effect
    assert decision.violations[0].code in {"policy_timeout", "policy_error"}
    assert not check.ok
    assert sorted(set(pauses())) == pauses()  # each longer than the one before


async def test_stopped_it_leaves_no_process_and_no_pid_file(policies: PolicySet, tmp_path: Path) -> None:
    async with OpaChild(find_opa(), policies, folder=tmp_path) as child:
        pid = child.pid
        assert (tmp_path / "owner.json").exists()

    assert pid is not None
    assert started_at(pid) is None
    assert not (tmp_path / "owner.json").exists()


# That it does not outlive us

PARENT = """
import asyncio, sys
from pathlib import Path
from executor.opa.binary import find_opa
from executor.opa.child import OpaChild
from executor.opa.compose import compose

async def main(shipped, sets, folder):
    policies = await compose(find_opa(), shipped=shipped, authors=[], onto=sets)
    async with OpaChild(find_opa(), policies, folder=folder) as child:
        print("child", child.pid, flush=True)
        await asyncio.Event().wait()

asyncio.run(main(*map(Path, sys.argv[1:])))
"""


@asynccontextmanager
async def an_executor(folder: Path, own: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """
    Run another process that serves an OPA; yields it and the OPA's pid.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, folder / "policies", folder / "sets", own, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(LIMIT_SECONDS):
            async for line in process.stdout:
                if line.startswith(b"child "):
                    yield process, int(line.split()[1])
                    break
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@pytest.mark.usefixtures("policies")
async def test_it_dies_with_its_parent_however_that_ends(folder: Path, tmp_path: Path) -> None:
    async with an_executor(folder, tmp_path) as (parent, pid):
        assert started_at(pid) is not None
        parent.kill()

        assert await is_gone(pid)


async def test_a_socket_that_was_left_over_is_used_again(policies: PolicySet, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / "opa.sock"))

    async with OpaChild(find_opa(), policies, folder=tmp_path) as child:
        assert (await a_gate(child, policies).decide(an_input(), run=None)).allowed


async def test_a_child_that_was_left_over_is_ended_by_the_next_start(policies: PolicySet, tmp_path: Path) -> None:
    left = subprocess.Popen(["sleep", "600"])  # noqa: ASYNC220 - starts at once
    started = started_at(left.pid)
    assert started is not None
    record(tmp_path, Ownership(left.pid, started, parent=left.pid, parent_started="another process's"))

    with capture_logs() as logs:
        async with OpaChild(find_opa(), policies, folder=tmp_path):
            assert -signal.SIGKILL == left.wait(timeout=LIMIT_SECONDS)

    assert [left.pid] == [entry["pid"] for entry in logs if entry["action"] == "opa_leftover_ended"]


def test_a_process_that_merely_has_the_pid_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "600"]) as stranger:
        try:
            record(tmp_path, Ownership(stranger.pid, "another time", parent=1, parent_started="another time"))

            assert end_leftover(tmp_path / "owner.json") is None
            assert stranger.poll() is None
        finally:
            stranger.kill()


@pytest.mark.usefixtures("policies")
async def test_a_state_directory_that_another_executor_serves_from_is_refused(
    policies: PolicySet, folder: Path, tmp_path: Path
) -> None:
    async with an_executor(folder, tmp_path) as (parent, pid):
        with pytest.raises(OpaUnusable, match=rf"another executor \(pid {parent.pid}\) serves from"):
            async with OpaChild(find_opa(), policies, folder=tmp_path):
                pass

        assert started_at(pid) is not None


@pytest.mark.parametrize("text", ["", "null", "[]", '{"child": 1}', "{"])
def test_a_pid_file_that_says_nothing_is_ignored(tmp_path: Path, text: str) -> None:
    (tmp_path / "owner.json").write_text(text)

    assert end_leftover(tmp_path / "owner.json") is None


def test_where_there_is_no_procfs_ps_tells_when_a_process_started() -> None:
    with subprocess.Popen(["sleep", "600"]) as process:
        started = _started_by_ps(process.pid)
        process.kill()

    assert started
    assert _started_by_ps(process.pid) is None


async def test_a_folder_that_cannot_be_written_is_named(policies: PolicySet, tmp_path: Path) -> None:
    (tmp_path / "child").write_text("a file")

    with pytest.raises(OpaUnusable, match=r"/child cannot be written \(File exists\): see to EXECUTOR_STATE_DIR"):
        async with OpaChild(find_opa(), policies, folder=tmp_path / "child"):
            pass


def record(folder: Path, ownership: Ownership) -> None:
    fields = {name: getattr(ownership, name) for name in ("child", "child_started", "parent", "parent_started")}
    (folder / "owner.json").write_text(json.dumps(fields))


# That it starts, or says why not


async def test_a_state_directory_too_deep_for_a_socket_is_no_hindrance(policies: PolicySet, tmp_path: Path) -> None:
    async with OpaChild(find_opa(), policies, folder=tmp_path / ("deep" * 30)) as child:
        place = child.socket.parent
        assert (await a_gate(child, policies).decide(an_input(), run=None)).allowed
        assert 0o700 == stat.S_IMODE(place.stat().st_mode)

    assert not place.exists()


async def test_an_opa_that_ends_while_starting_says_why(policies: PolicySet, tmp_path: Path) -> None:
    broken = tmp_path / "opa"
    broken.write_text("#!/bin/sh\necho 'bundle is corrupt' >&2\nexit 3\n")
    broken.chmod(0o700)

    with pytest.raises(OpaUnusable, match=r"OPA ended while starting \(code 3\); it said: bundle is corrupt"):
        async with OpaChild(broken, policies, folder=tmp_path / "child"):
            pass


async def test_an_opa_that_never_serves_is_given_up_and_ended(
    policies: PolicySet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_module, "READY_SECONDS", 0.2)
    silent = tmp_path / "opa"
    silent.write_text("#!/bin/sh\nexec sleep 600\n")
    silent.chmod(0o700)
    child = OpaChild(silent, policies, folder=tmp_path / "child")

    with pytest.raises(OpaUnusable, match="did not answer on its socket"):
        async with child:
            pass
    assert child.pid is None


async def test_an_opa_that_cannot_be_run_is_named(policies: PolicySet, tmp_path: Path) -> None:
    with pytest.raises(OpaUnusable, match=r"/none/opa cannot be run \(No such file or directory\)"):
        async with OpaChild(Path("/none/opa"), policies, folder=tmp_path):
            pass


@pytest.mark.requirement("GATE-1")
async def test_the_policies_that_are_shipped_are_served(tmp_path: Path) -> None:
    async with open_gate(
        state_dir=tmp_path, policy_paths=[], opa_url=None, opa_token_file=None, timeout_seconds=10, clock=TestClock()
    ) as gate:
        assert (await gate.check()).ok
        assert gate.catalogue.rules
