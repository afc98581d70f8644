"""
`remediate policy`: help of every command has worked examples, and `new` refuses what it cannot make.
"""

import re
from pathlib import Path

import pytest

from executor.cli.commands.policy import COMMANDS
from executor.opa.shipped import shipped_policies
from tests.unit.cli.conftest import Remediate

NAMES = [command.__name__.rpartition(".")[2] for command in COMMANDS]


def test_help_names_every_command(remediate: Remediate) -> None:
    shown = remediate("policy", "--help").stdout

    assert {"new", "check", "test", "build"} <= set(NAMES)
    assert NAMES == re.findall(r"^  (\w+)  +\S", shown.partition("Commands:")[2], re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
def test_help_of_every_command_has_worked_examples(remediate: Remediate, name: str) -> None:
    result = remediate("policy", name, "--help")

    assert 0 == result.exit_code
    assert re.search(rf"Examples:\n.*remediate policy {name}", result.stdout, re.DOTALL)


def test_a_new_rule_says_where_it_is_and_what_is_next(remediate: Remediate, tmp_path: Path) -> None:
    folder = tmp_path / "acme"

    result = remediate("policy", "new", "--owner", "acme", "preflight/my_rule", "--into", str(folder))

    assert 0 == result.exit_code
    assert ["my_rule.rego", "my_rule_test.rego"] == sorted(file.name for file in folder.rglob("*.rego"))
    assert f"{folder}/preflight/my_rule/my_rule.rego" in result.stdout
    assert f"remediate policy test {folder}" in result.stderr


def test_the_owner_of_a_second_rule_is_the_folders(remediate: Remediate, tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    remediate("policy", "new", "--owner", "acme", "preflight/one", "--into", str(folder))

    assert 0 == remediate("policy", "new", "plan/two", "--into", str(folder)).exit_code
    assert "package site.acme.plan.two\n" in (folder / "plan/two/two.rego").read_text()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["preflight/rule"], "name --owner"),
        (["--owner", "acme", "rule"], "rule is no STAGE/RULE"),
        (["--owner", "acme", "before/rule"], "the stage is one of plan, preflight, dry_run, verify, rollback"),
        (["--owner", "acme", "preflight/"], "is no name of a rule"),
        (["--owner", "acme", "preflight/Rule"], "is no name of a rule"),
        (["--owner", "acme", "preflight/../rule"], "is no name of a rule"),
        (["--owner", "acme", "preflight/input"], "cannot be the name of a rule"),
        (["--owner", "acme", "preflight/rule_test"], "cannot be the name of a rule"),
        (["--owner", "a.b", "preflight/rule"], "is no name of an owner"),
        (["--owner", "other", "preflight/rule"], "holds rules of acme"),
        (["--owner", "acme", "preflight/taken"], "taken.rego is there already"),
    ],
)
def test_what_is_no_rule_is_refused_and_nothing_changes(
    remediate: Remediate, tmp_path: Path, words: list[str], expected: str
) -> None:
    folder = tmp_path / "acme"
    remediate("policy", "new", "--owner", "acme", "preflight/taken", "--into", str(folder))
    (folder / "preflight/taken/taken.rego").write_text("package site.acme.preflight.taken\n")
    place = () if "name --owner" in expected else ("--into", str(folder))

    result = remediate("policy", "new", *words, *place)

    assert (2, True) == (result.exit_code, expected in result.stderr), result.stderr
    assert ["taken.rego", "taken_test.rego"] == sorted(file.name for file in folder.rglob("*.rego"))
    assert "package site.acme.preflight.taken\n" == (folder / "preflight/taken/taken.rego").read_text()


@pytest.mark.parametrize("command", ["check", "test"])
def test_no_folder_at_all_is_wrong_usage_and_no_clean_bill(remediate: Remediate, command: str) -> None:
    result = remediate("policy", command)

    assert (2, True) == (result.exit_code, "no policy folder is named" in result.stderr)


@pytest.mark.parametrize("command", ["check", "test"])
def test_a_folder_that_is_not_there_is_wrong_usage(remediate: Remediate, command: str) -> None:
    assert 2 == remediate("policy", command, "nowhere").exit_code


@pytest.mark.parametrize("command", ["check", "test"])
def test_the_shipped_policies_are_no_folder_of_an_authors(remediate: Remediate, command: str) -> None:
    result = remediate("policy", command, str(shipped_policies()))

    assert (2, True) == (result.exit_code, "always beside" in result.stderr)
