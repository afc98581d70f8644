"""
Which server is asked, and with whose token.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from executor.cli.failures import Failure, Unreachable
from executor.cli.servers import Server, find_server


def a_state(path: Path, files: Mapping[str, str]) -> dict[str, str]:
    for name, text in files.items():
        (path / name).write_text(text)
    return {"EXECUTOR_STATE_DIR": str(path)}


@pytest.mark.requirement("SEC-1")
def test_on_one_machine_nothing_has_to_be_configured(tmp_path: Path) -> None:
    environment = a_state(tmp_path, {"address": "http://127.0.0.1:4711\n", "token": "secret\n"})

    assert Server("http://127.0.0.1:4711", "secret") == find_server(environment)


def test_the_environment_wins(tmp_path: Path) -> None:
    environment = a_state(tmp_path, {"address": "http://127.0.0.1:4711\n", "token": "secret\n"})
    environment |= {"EXECUTOR_URL": "https://executor.test/base/", "EXECUTOR_TOKEN": "mine"}

    assert Server("https://executor.test/base", "mine") == find_server(environment)


@pytest.mark.requirement("SEC-1")
def test_the_local_token_is_not_sent_to_another_machine(tmp_path: Path) -> None:
    environment = a_state(tmp_path, {"token": "secret\n"}) | {"EXECUTOR_URL": "http://executor.test"}

    with pytest.raises(Failure, match=r"^no token for executor\.test: set EXECUTOR_TOKEN"):
        find_server(environment)


def test_no_server_at_all_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match=r"start one with `remediate serve`, or set EXECUTOR_URL$"):
        find_server(a_state(tmp_path, {}))


def test_no_token_says_where_it_was_looked_for(tmp_path: Path) -> None:
    environment = a_state(tmp_path, {"address": "http://127.0.0.1:4711"})

    with pytest.raises(Failure, match=re.escape(str(tmp_path))):
        find_server(environment)


@pytest.mark.parametrize(
    "url",
    ["executor.test", "ftp://executor.test", "http://", "http://a:b@executor.test", "http://h:99999", "http://[::1"],
)
def test_a_url_that_is_none_is_refused_unsaid(tmp_path: Path, url: str) -> None:
    with pytest.raises(Failure, match=r"^EXECUTOR_URL must be an http or https URL without credentials") as refused:
        find_server(a_state(tmp_path, {}) | {"EXECUTOR_URL": url})

    assert "a:b" not in refused.value.message


def test_a_token_that_cannot_stand_in_a_header_is_refused_unsaid(tmp_path: Path) -> None:
    environment = a_state(tmp_path, {}) | {"EXECUTOR_URL": "http://127.0.0.1:1", "EXECUTOR_TOKEN": "se\ncret"}

    with pytest.raises(Failure, match=r"check EXECUTOR_TOKEN$") as refused:
        find_server(environment)

    assert "cret" not in refused.value.message


def test_a_server_does_not_show_its_token() -> None:
    assert "secret" not in repr(Server("http://127.0.0.1:1", "secret"))
