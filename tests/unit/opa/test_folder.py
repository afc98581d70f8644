"""
Reading a policy folder: what is taken, what is left aside, what is refused.
"""

import os
from pathlib import Path

import pytest

from executor.opa import PolicyRefused
from executor.opa import folder as folder_module
from executor.opa.folder import read_folder
from tests.fakes.policies import write


def test_rules_data_and_manifest_are_taken_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path / "preflight" / "freeze" / "freeze.rego", "package x")
    write(tmp_path / "preflight" / "freeze" / "data.yaml", "a: 1")
    write(tmp_path / ".manifest", "{}")
    write(tmp_path / "README.md", "read me")
    write(tmp_path / ".git" / "config", "hidden")

    read = read_folder(tmp_path)

    assert [".manifest", "preflight/freeze/data.yaml", "preflight/freeze/freeze.rego"] == list(read.files)
    assert ("README.md",) == read.ignored


def test_a_link_inside_the_folder_is_followed_as_mounted_config_maps_have_them(tmp_path: Path) -> None:
    write(tmp_path / "..2026" / "rule.rego", "package x")
    (tmp_path / "..data").symlink_to("..2026")
    (tmp_path / "rule.rego").symlink_to("..data/rule.rego")

    assert {"rule.rego": b"package x"} == read_folder(tmp_path).files


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    secret = write(tmp_path / "elsewhere" / "data.json", "{}")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "data.json").symlink_to(secret)

    with pytest.raises(PolicyRefused, match=r"rules/data\.json is a link that leaves the policy folder"):
        read_folder(tmp_path / "rules")


def test_a_linked_folder_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "more").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(PolicyRefused, match=r"rules/more is a link that leaves the policy folder"):
        read_folder(tmp_path / "rules")


def test_a_folder_that_links_to_itself_ends(tmp_path: Path) -> None:
    (tmp_path / "again").symlink_to(tmp_path)

    with pytest.raises(PolicyRefused, match="too large or too deep"):
        read_folder(tmp_path)


def test_a_link_to_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rule.rego").symlink_to("gone.rego")

    with pytest.raises(PolicyRefused, match=r"rule\.rego cannot be read \(No such file or directory\)"):
        read_folder(tmp_path)


def test_links_that_form_a_loop_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.rego").symlink_to("b.rego")
    (tmp_path / "b.rego").symlink_to("a.rego")

    with pytest.raises(PolicyRefused, match=r"a\.rego cannot be read"):
        read_folder(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyRefused, match=r"none cannot be read \(No such file or directory\): correct EXECUTOR_POL"):
        read_folder(tmp_path / "none")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(PolicyRefused, match="is no folder: EXECUTOR_POLICY_PATHS takes folders"):
        read_folder(write(tmp_path / "bundle.tar.gz", "…"))


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "rule.rego")

    with pytest.raises(PolicyRefused, match=r"rule\.rego is no regular file"):
        read_folder(tmp_path)


def test_an_unreadable_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)  # root may read everything, so the kernel would not refuse it here

    with pytest.raises(PolicyRefused, match=r"cannot be read \(Permission denied\): make it readable"):
        read_folder(tmp_path)


@pytest.mark.parametrize(("limit", "value"), [("FILE_LIMIT", 1), ("BYTE_LIMIT", 10)])
def test_a_huge_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    write(tmp_path / "a.rego", "package a")
    write(tmp_path / "b.rego", "package b")
    monkeypatch.setattr(folder_module, limit, value)

    with pytest.raises(PolicyRefused, match="is too large"):
        read_folder(tmp_path)
