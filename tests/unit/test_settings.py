"""
Settings: every one read once, and a wrong one ended by one sentence that names it.
"""

from pathlib import Path

import pytest

from executor.settings import SETTINGS, Listen, Settings, SettingsError, read_settings

HOME = {"HOME": "/home/alice"}
STATE = Path("/home/alice/.local/state/remediation-executor")


def test_without_any_setting_the_defaults_hold() -> None:
    assert Settings(
        state_dir=STATE,
        listen=Listen("127.0.0.1", 8080),
        database_url=f"sqlite:///{STATE}/executor.db",
        opa_url=None,
        opa_token_file=None,
        policy_paths=(),
        tokens_file=None,
        vault_key_file=None,
        max_parallel_steps=5,
        max_running_runs=50,
        gate_timeout_seconds=5.0,
        kube_context=None,
    ) == read_settings(HOME)


def test_every_setting_is_read() -> None:
    environment = {
        "EXECUTOR_LISTEN": "[::1]:0",
        "EXECUTOR_STATE_DIR": "/var/lib/executor",
        "EXECUTOR_DATABASE_URL": "postgresql://user:password@db.test/executor",
        "EXECUTOR_OPA_URL": "https://opa.test:8181/base/",
        "EXECUTOR_OPA_TOKEN_FILE": "/run/secrets/opa",
        "EXECUTOR_POLICY_PATHS": "/etc/policies/a:/etc/policies/b",
        "EXECUTOR_TOKENS_FILE": "/etc/executor/tokens",
        "EXECUTOR_VAULT_KEY_FILE": "/run/secrets/vault_key",
        "EXECUTOR_MAX_PARALLEL_STEPS": "7",
        "EXECUTOR_MAX_RUNNING_RUNS": "9",
        "EXECUTOR_GATE_TIMEOUT_SECONDS": "0.5",
        "EXECUTOR_APPROVAL_SECONDS": "3600",
        "EXECUTOR_KUBE_CONTEXT": "staging",
    }

    assert Settings(
        state_dir=Path("/var/lib/executor"),
        listen=Listen("::1", 0),
        database_url="postgresql://user:password@db.test/executor",
        opa_url="https://opa.test:8181/base",
        opa_token_file=Path("/run/secrets/opa"),
        policy_paths=(Path("/etc/policies/a"), Path("/etc/policies/b")),
        tokens_file=Path("/etc/executor/tokens"),
        vault_key_file=Path("/run/secrets/vault_key"),
        max_parallel_steps=7,
        max_running_runs=9,
        gate_timeout_seconds=0.5,
        approval_seconds=3600,
        kube_context="staging",
    ) == read_settings(environment)
    assert set(environment) == {setting.name for setting in SETTINGS}


def test_an_empty_value_means_unset() -> None:
    assert read_settings(HOME) == read_settings(HOME | {setting.name: "" for setting in SETTINGS})


WRONG = {
    "no port": ("EXECUTOR_LISTEN", "8080"),
    "no host": ("EXECUTOR_LISTEN", ":8080"),
    "port out of range": ("EXECUTOR_LISTEN", "127.0.0.1:65536"),
    "port is no number": ("EXECUTOR_LISTEN", "127.0.0.1:http"),
    "port below zero": ("EXECUTOR_LISTEN", "127.0.0.1:-1"),
    "no address": ("EXECUTOR_LISTEN", "127.0.0.256:80"),
    "IPv6 without brackets": ("EXECUTOR_LISTEN", "::1:8080"),
    "IPv4 in brackets": ("EXECUTOR_LISTEN", "[127.0.0.1]:8080"),
    "a URL to listen on": ("EXECUTOR_LISTEN", "http://127.0.0.1:8080"),
    "relative state directory": ("EXECUTOR_STATE_DIR", "state"),
    "relative policy path": ("EXECUTOR_POLICY_PATHS", "/a:b"),
    "empty policy path": ("EXECUTOR_POLICY_PATHS", "/a::/b"),
    "policy path twice": ("EXECUTOR_POLICY_PATHS", "/a:/a/"),
    "relative tokens file": ("EXECUTOR_TOKENS_FILE", "tokens"),
    "relative vault key file": ("EXECUTOR_VAULT_KEY_FILE", "vault_key"),
    "relative token file of OPA": ("EXECUTOR_OPA_TOKEN_FILE", "token"),
    "token file without an OPA": ("EXECUTOR_OPA_TOKEN_FILE", "/run/secrets/opa"),
    "OPA without a scheme": ("EXECUTOR_OPA_URL", "opa.test:8181"),
    "OPA with credentials": ("EXECUTOR_OPA_URL", "http://user:hunter2@opa.test"),
    "OPA with a query": ("EXECUTOR_OPA_URL", "http://opa.test?token=hunter2"),
    "OPA on no port": ("EXECUTOR_OPA_URL", "http://opa.test:99999"),
    "another database": ("EXECUTOR_DATABASE_URL", "mysql://user:hunter2@db.test/executor"),
    "steps are no number": ("EXECUTOR_MAX_PARALLEL_STEPS", "five"),
    "no steps": ("EXECUTOR_MAX_PARALLEL_STEPS", "0"),
    "steps below zero": ("EXECUTOR_MAX_PARALLEL_STEPS", "-1"),
    "half a step": ("EXECUTOR_MAX_PARALLEL_STEPS", "1.5"),
    "too many steps": ("EXECUTOR_MAX_PARALLEL_STEPS", "101"),
    "no runs": ("EXECUTOR_MAX_RUNNING_RUNS", "0"),
    "a number only Python reads": ("EXECUTOR_MAX_RUNNING_RUNS", "1_0"),
    "no time": ("EXECUTOR_GATE_TIMEOUT_SECONDS", "0"),
    "time below zero": ("EXECUTOR_GATE_TIMEOUT_SECONDS", "-1"),
    "endless time": ("EXECUTOR_GATE_TIMEOUT_SECONDS", "inf"),
    "not a number": ("EXECUTOR_GATE_TIMEOUT_SECONDS", "nan"),
    "time with a unit": ("EXECUTOR_GATE_TIMEOUT_SECONDS", "5s"),
}


@pytest.mark.parametrize(("name", "value"), WRONG.values(), ids=WRONG)
def test_a_wrong_setting_is_named_in_one_sentence_that_holds_no_secret(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name}") as refused:
        read_settings(HOME | {name: value})

    assert "hunter2" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_misspelt_setting_is_told_with_the_one_that_was_meant() -> None:
    expected = "EXECUTOR_POLICY_PATH is no setting of the executor: did you mean EXECUTOR_POLICY_PATHS?"

    with pytest.raises(SettingsError, match=f"^{expected[:-1]}[?]$"):
        read_settings(HOME | {"EXECUTOR_POLICY_PATH": "/etc/policies"})


def test_an_unknown_setting_is_told() -> None:
    with pytest.raises(SettingsError, match=r"^EXECUTOR_FOO is no setting of the executor: `remediate serve --help`"):
        read_settings(HOME | {"EXECUTOR_FOO": "1"})


def test_settings_of_other_programs_of_ours_are_no_mistake() -> None:
    others = {
        "EXECUTOR_URL": "http://127.0.0.1:1",
        "EXECUTOR_TOKEN": "x",
        "EXECUTOR_TOOLS_DOWNLOAD": "off",
        "EXECUTOR_TOOLS_BASE_URL": "https://mirror.test",
    }

    assert read_settings(HOME) == read_settings(HOME | others)


def test_what_kubernetes_sets_for_a_service_named_executor_is_no_mistake() -> None:
    links = {
        "EXECUTOR_SERVICE_HOST": "10.0.0.1",
        "EXECUTOR_SERVICE_PORT": "8080",
        "EXECUTOR_SERVICE_PORT_HTTP": "8080",
        "EXECUTOR_PORT": "tcp://10.0.0.1:8080",
        "EXECUTOR_PORT_8080_TCP": "tcp://10.0.0.1:8080",
        "EXECUTOR_PORT_8080_TCP_ADDR": "10.0.0.1",
        "EXECUTOR_METRICS_SERVICE_HOST": "10.0.0.2",
    }

    assert read_settings(HOME) == read_settings(HOME | links)


def test_a_port_that_a_person_set_is_a_mistake() -> None:
    with pytest.raises(SettingsError, match=r"^EXECUTOR_PORT is no setting"):
        read_settings(HOME | {"EXECUTOR_PORT": "9090"})


STATE_DIRECTORIES = {
    "named": ({"EXECUTOR_STATE_DIR": "/srv/state", "XDG_STATE_HOME": "/xdg"}, "/srv/state"),
    "XDG": ({"XDG_STATE_HOME": "/xdg"}, "/xdg/remediation-executor"),
    "relative XDG": ({"XDG_STATE_HOME": "xdg"}, str(STATE)),
    "home": ({}, str(STATE)),
}


@pytest.mark.parametrize(("environment", "expected"), STATE_DIRECTORIES.values(), ids=STATE_DIRECTORIES)
def test_the_state_directory_is_the_one_named_else_that_of_xdg(environment: dict[str, str], expected: str) -> None:
    assert Path(expected) == read_settings(HOME | environment).state_dir


def test_without_a_home_the_state_directory_must_be_named() -> None:
    with pytest.raises(SettingsError, match=r"^EXECUTOR_STATE_DIR is not set and there is no HOME"):
        read_settings({})


URLS = {
    "as it is": (Listen("127.0.0.1", 8080), None, "http://127.0.0.1:8080"),
    "the port that was bound": (Listen("127.0.0.1", 0), 4711, "http://127.0.0.1:4711"),
    "IPv6": (Listen("::1", 80), None, "http://[::1]:80"),
    "every interface": (Listen("0.0.0.0", 80), None, "http://127.0.0.1:80"),  # noqa: S104 - not bound here
    "every IPv6 interface": (Listen("::", 80), None, "http://[::1]:80"),
}


@pytest.mark.parametrize(("listen", "bound", "expected"), URLS.values(), ids=URLS)
def test_the_url_served_is_one_that_a_client_here_can_use(listen: Listen, bound: int | None, expected: str) -> None:
    assert expected == listen.url(bound)
