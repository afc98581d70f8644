"""
Wrong settings: the start ends with exit code 2 and one sentence that names the setting, and no secret is repeated.
"""

import socket
from pathlib import Path

import pytest

from deploy.local.control_plane import ControlPlane
from tests.e2e.starting import home_environment, refused_start
from tests.e2e.trap import kubeconfig_of
from tests.plans import a_plan, scale
from tests.serving import Caller, calling, serving
from tests.shop import Shop

pytestmark = pytest.mark.e2e

SECRET = "s3cr3t-of-mine"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EXECUTOR_LISTEN", "8080"),
        ("EXECUTOR_LISTEN", "203.0.113.7:8080"),
        ("EXECUTOR_STATE_DIR", "/dev/null/state"),
        ("EXECUTOR_DATABASE_URL", f"mysql://me:{SECRET}@127.0.0.1/runs"),
        ("EXECUTOR_DATABASE_URL", f"postgresql://me:{SECRET}@127.0.0.1:1/runs"),
        ("EXECUTOR_OPA_URL", f"unix:///{SECRET}"),
        ("EXECUTOR_OPA_TOKEN_FILE", "/nonexistent/token"),
        ("EXECUTOR_POLICY_PATHS", "/nonexistent/policies"),
        ("EXECUTOR_TOKENS_FILE", "/nonexistent/tokens"),
        ("EXECUTOR_VAULT_KEY_FILE", "/nonexistent/vault_key"),
        ("EXECUTOR_MAX_PARALLEL_STEPS", "0"),
        ("EXECUTOR_MAX_RUNNING_RUNS", "many"),
        ("EXECUTOR_GATE_TIMEOUT_SECONDS", "inf"),
        ("EXECUTOR_KUBE_CONTEXT", "nobodys"),
        ("EXECUTOR_GATE_TIMEOUT", "5"),
    ],
)
def test_a_wrong_setting_ends_the_start_with_one_sentence_that_names_it(
    fresh_state: Path, tmp_path: Path, name: str, value: str
) -> None:
    (tmp_path / ".kube").mkdir()
    (tmp_path / ".kube" / "config").write_text(kubeconfig_of("http://127.0.0.1:1"))

    said = refused_start(home_environment(tmp_path, EXECUTOR_STATE_DIR=str(fresh_state)) | {name: value})

    assert name in said
    assert SECRET not in said


def test_a_listening_port_that_is_taken_is_named(fresh_state: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        said = refused_start(home_environment(tmp_path, EXECUTOR_STATE_DIR=str(fresh_state), EXECUTOR_LISTEN=address))

    assert f"EXECUTOR_LISTEN: {address} cannot be listened on" in said


@pytest.mark.requirement("SEC-1")
@pytest.mark.parametrize(
    ("mode", "content", "expected"),
    [
        (0o644, f"alice:{SECRET}\n", "can be read by others: chmod 600"),
        (0o600, f"{SECRET}\n", "line 1: not of the form name:token"),
        (0o600, f"alice:{SECRET}\nalice:other\n", "line 2: alice has a token already"),
        (0o600, f"alice:{SECRET}\nbob:{SECRET}\n", "line 2: bob has the token of somebody else"),
        (0o600, f"local:{SECRET}\n", "line 1: the name 'local' is that of the token in the state directory"),
    ],
)
def test_a_tokens_file_that_is_open_or_wrong_is_refused_and_no_token_is_said(
    fresh_state: Path, tmp_path: Path, mode: int, content: str, expected: str
) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text(content)
    tokens.chmod(mode)
    environment = home_environment(tmp_path, EXECUTOR_STATE_DIR=str(fresh_state), EXECUTOR_TOKENS_FILE=str(tokens))

    said = refused_start(environment)

    assert "EXECUTOR_TOKENS_FILE" in said
    assert expected in said
    assert SECRET not in said


@pytest.mark.requirement("SEC-1")
@pytest.mark.requirement("ROLL-1")
def test_a_key_of_the_vault_that_is_none_ends_the_start_and_is_not_said(fresh_state: Path, tmp_path: Path) -> None:
    key = tmp_path / "vault_key"
    key.write_text(f"{SECRET}\n")
    key.chmod(0o600)
    environment = home_environment(tmp_path, EXECUTOR_STATE_DIR=str(fresh_state), EXECUTOR_VAULT_KEY_FILE=str(key))

    said = refused_start(environment)

    assert f"EXECUTOR_VAULT_KEY_FILE: {key} is no Fernet key" in said
    assert SECRET not in said


@pytest.mark.requirement("SEC-1")
@pytest.mark.requirement("PLAN-1")
async def test_each_caller_of_a_tokens_file_is_known_by_name_in_the_runs(
    control_plane: ControlPlane, fresh_state: Path, tmp_path: Path, shop: Shop
) -> None:
    await shop.open("web")
    tokens = tmp_path / "tokens"
    tokens.write_text("# who may submit\nalice:a11ce-token\nbob:b0b-token\n")
    tokens.chmod(0o600)
    callers = []

    async with serving(fresh_state, control_plane.kubeconfig, EXECUTOR_TOKENS_FILE=str(tokens)) as served:
        async with calling(served) as session:
            for to, token in enumerate(("a11ce-token", "b0b-token"), start=2):
                session.headers["Authorization"] = f"Bearer {token}"
                run = await Caller(session).run_of(a_plan(scale("web", to=to, namespace=shop.namespace)))
                callers.append((run["caller"], run["phase"]))
            listed = await Caller(session).get("/v1/runs?caller=alice")
            session.headers["Authorization"] = "Bearer nobodys-token"
            async with session.get("/v1/runs") as refused:
                challenge = refused.headers["WWW-Authenticate"]

        assert "token" not in served.log.replace("tokens", "")

    assert [("alice", "succeeded"), ("bob", "succeeded")] == callers
    assert ["alice"] == [run["caller"] for run in listed["items"]]
    assert (401, "Bearer") == (refused.status, challenge)
