"""
Where the `opa` executable is looked for.
"""

from pathlib import Path

import pytest

from executor.opa import OpaMissing
from executor.opa.binary import find_opa


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """
    An empty tools cache, and a PATH without opa.
    """
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path / "remediation-executor" / "tools"


def an_executable(file: Path) -> Path:
    file.parent.mkdir(parents=True)
    file.write_text("#!/bin/sh\n")
    file.chmod(0o700)
    return file


def test_the_one_on_path_is_taken_first(cache: Path, tmp_path: Path) -> None:
    an_executable(cache / "opa" / "1.22.2" / "opa")
    on_path = an_executable(tmp_path / "bin" / "opa")

    assert on_path == find_opa()


def test_else_the_newest_of_the_cache_by_number_not_by_letter(cache: Path) -> None:
    an_executable(cache / "opa" / "1.9.0" / "opa")
    newest = an_executable(cache / "opa" / "1.22.2" / "opa")

    assert newest == find_opa()


def test_a_file_that_cannot_be_run_is_no_executable(cache: Path) -> None:
    usable = an_executable(cache / "opa" / "1.9.0" / "opa")
    an_executable(cache / "opa" / "1.22.2" / "opa").chmod(0o600)

    assert usable == find_opa()


@pytest.mark.usefixtures("cache")
def test_without_one_the_error_says_what_to_do() -> None:
    with pytest.raises(OpaMissing, match=r"no opa executable on PATH or below .*tools: run `make setup`"):
        find_opa()


def test_a_relative_cache_home_is_ignored_as_the_xdg_rules_say(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = an_executable(cache / "opa" / "1.22.2" / "opa")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setattr(Path, "home", lambda: found)

    with pytest.raises(OpaMissing):
        find_opa()
