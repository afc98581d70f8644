"""
Which cluster is found, as kubectl finds it, and the one sentence that a wrong set-up gets.
"""

import json
import re
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from executor.kube import Connection, KubeCluster, SetupError, connect, credentials, open_cluster
from tests.fixtures.scripted_server import ScriptedServer, a_kubeconfig, an_object
from tests.waiting import eventually


async def found(**given: Any) -> Connection:
    """
    Return which cluster is found.
    """
    async with open_cluster(**given) as cluster:
        return cluster.connection


async def test_an_explicit_kubeconfig_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(a_kubeconfig(tmp_path / "other", "http://127.0.0.1:9", context="other")))

    assert Connection("mine", "http://127.0.0.1:1") == await found(
        kubeconfig=a_kubeconfig(tmp_path / "mine", "http://127.0.0.1:1", context="mine")
    )


async def test_several_files_are_merged_and_the_first_context_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    As kubectl does; the library alone would take the last file's context.
    """
    first = a_kubeconfig(tmp_path / "a", "http://127.0.0.1:1", context="first")
    second = tmp_path / "b"
    second.write_text(
        json.dumps(
            {
                "current-context": "second",
                "clusters": [{"name": "d", "cluster": {"server": "http://127.0.0.1:2"}}],
                "contexts": [{"name": "second", "context": {"cluster": "d"}}],
            }
        )
    )
    (tmp_path / "empty").touch()
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path}/missing:{tmp_path}/empty:{first}:{second}")

    assert Connection("first", "http://127.0.0.1:1") == await found()
    assert Connection("second", "http://127.0.0.1:2") == await found(context="second")


async def test_the_home_directory_is_looked_at_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBECONFIG")
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".kube").mkdir()
    a_kubeconfig(tmp_path / ".kube" / "config", "http://127.0.0.1:1", context="home")

    assert "home" == (await found()).context


async def test_inside_a_pod_its_own_cluster_and_namespace_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(client_configuration: Any) -> None:
        client_configuration.host = "https://10.0.0.1:443"

    (tmp_path / "namespace").write_text("remediation\n")
    monkeypatch.setattr(connect, "_SERVICE_ACCOUNT", tmp_path)
    monkeypatch.setattr(connect, "load_incluster_config", load)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")

    assert Connection("in-cluster", "https://10.0.0.1:443", "remediation") == await found()


def broken(folder: Path, text: str) -> Path:
    path = folder / "broken"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is not valid YAML"),
        ("just text", "has not the shape of one"),
        ("[]", "has not the shape of one"),
        ("{}", "names no current context; set EXECUTOR_KUBE_CONTEXT"),
        ('{"current-context": "x"}', "has no context x (it has none)"),
        ('{"current-context": "x", "contexts": [{"name": "x"}]}', "Expected key context"),
        (
            '{"current-context": "x", "contexts": [{"name": "x", "context": {"cluster": "c"}}]}',
            "Expected object with name c",
        ),
    ],
)
async def test_a_broken_kubeconfig_gets_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SetupError, match=re.escape(says)) as caught:
        await found(kubeconfig=broken(tmp_path, text))

    assert "\n" not in str(caught.value)


async def test_a_missing_kubeconfig_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"the kubeconfig .*nowhere does not exist"):
        await found(kubeconfig=tmp_path / "nowhere")


async def test_an_unknown_context_lists_the_known(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"has no context prod \(it has scripted\)"):
        await found(kubeconfig=a_kubeconfig(tmp_path / "k", "http://127.0.0.1:1"), context="prod")


async def test_without_any_configuration_it_says_what_to_set() -> None:
    with pytest.raises(SetupError, match=r"no cluster is configured: .* set KUBECONFIG"):
        await found()


async def test_a_missing_certificate_file_is_named(tmp_path: Path) -> None:
    kubeconfig = a_kubeconfig(tmp_path / "k", "https://127.0.0.1:1", **{"client-certificate": "gone.crt"})

    with pytest.raises(SetupError, match=r"gone\.crt"):
        await found(kubeconfig=kubeconfig)


def a_plugin(program: str, *, arguments: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": sys.executable,
            "args": ["-c", program, *arguments],
        }
    }


ANSWERS = """
import json, sys
json.dump({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": STATUS}, sys.stdout)
"""


async def test_a_credential_plugin_gives_the_token(api_server: ScriptedServer, tmp_path: Path) -> None:
    plugin = a_plugin(ANSWERS.replace("STATUS", '{"token": "from-plugin"}'))
    api_server.script(an_object({"kind": "APIVersions"}))

    async with open_cluster(kubeconfig=a_kubeconfig(tmp_path / "k", api_server.address, **plugin)) as cluster:
        await cluster.check()

    assert "Bearer from-plugin" == api_server.requests[0].headers["authorization"]


async def test_a_token_that_expires_is_asked_for_again(api_server: ScriptedServer, tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    program = f"open({str(counter)!r}, 'a').write('x')\n" + ANSWERS.replace(
        "STATUS",
        f'{{"token": str(len(open({str(counter)!r}).read())), "expirationTimestamp": "2020-01-01T00:00:00Z"}}',
    )
    api_server.script(an_object({"kind": "APIVersions"}))

    kubeconfig = a_kubeconfig(tmp_path / "k", api_server.address, **a_plugin(program))
    async with open_cluster(kubeconfig=kubeconfig) as cluster:
        await cluster.check()

    assert "Bearer 2" == api_server.requests[0].headers["authorization"]


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("import sys; sys.stderr.write('hunter2'); sys.exit(3)", "failed with exit code 3"),
        ("print('hunter2')", "answered no JSON"),
        ("print('{}')", "answered no client.authentication.k8s.io/v1 credential"),
        (ANSWERS.replace("STATUS", "{}"), "neither token nor client certificate"),
    ],
)
async def test_a_credential_plugin_that_fails_ends_the_start(tmp_path: Path, program: str, says: str) -> None:
    """
    The library would go on without credentials, as an anonymous caller.
    """
    with pytest.raises(SetupError, match=re.escape(says)) as caught:
        await found(kubeconfig=a_kubeconfig(tmp_path / "k", "http://127.0.0.1:1", **a_plugin(program)))

    assert "hunter2" not in str(caught.value)


async def test_a_credential_plugin_that_hangs_is_ended_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = tmp_path / "child"
    # A shell starts fast enough to have its child well before it is given up.
    plugin = a_plugin("")
    plugin["exec"] |= {"command": "/bin/sh", "args": ["-c", f"sleep 600 & echo $! > '{child}'; wait"]}
    monkeypatch.setattr(credentials.Loader, "plugin_timeout_seconds", 2.0)
    began = time.monotonic()

    with pytest.raises(SetupError, match="gave no answer within 2 s"):
        await found(kubeconfig=a_kubeconfig(tmp_path / "k", "http://127.0.0.1:1", **plugin))

    assert time.monotonic() - began < 60
    await eventually(ended(int(child.read_text())))


def ended(pid: int) -> Callable[[], Awaitable[bool]]:
    """
    Look if a process has ended; one that is dead and not yet reaped has.
    """

    async def look() -> bool:
        return state_of(pid) in {None, "Z", "X"}

    return look


def state_of(pid: int) -> str | None:
    """
    Return a process's state letter, or None when it is no more.
    """
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return None


async def test_a_missing_credential_plugin_is_named(tmp_path: Path) -> None:
    user: dict[str, Any] = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "no-such-plugin"}}

    with pytest.raises(SetupError, match="the credential plugin no-such-plugin cannot be started"):
        await found(kubeconfig=a_kubeconfig(tmp_path / "k", "http://127.0.0.1:1", **user))


async def test_a_token_file_is_read_again_when_due(api_server: ScriptedServer, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("first\n")
    api_server.script(an_object({"kind": "APIVersions"}))
    kubeconfig = a_kubeconfig(tmp_path / "k", api_server.address, tokenFile=str(token))

    async with open_cluster(kubeconfig=kubeconfig) as cluster:
        await cluster.check()
        token.write_text("second\n")
        make_due(cluster)
        await cluster.check()

    assert ["Bearer first", "Bearer second"] == [each.headers["authorization"] for each in api_server.requests]


def make_due(cluster: KubeCluster) -> None:
    """
    Let the minute pass.
    """
    loader = cluster._client._exchange._api.configuration.refresh_api_key_hook.__self__
    loader._due_at -= credentials._TOKEN_FILE_PERIOD
