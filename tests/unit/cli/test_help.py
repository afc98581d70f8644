"""
Help: every command with worked examples, every setting with its default and why.
"""

import re

import pytest

from executor.settings import SETTINGS
from tests.unit.cli.conftest import Remediate

COMMANDS = [
    "serve",
    "submit",
    "assess",
    "list",
    "show",
    "events",
    "diff",
    "cancel",
    "reject",
    "actions",
    "policy",
    "doctor",
]


@pytest.mark.requirement("API-3")
def test_help_names_every_command_and_the_exit_codes(remediate: Remediate) -> None:
    shown = remediate("--help").stdout

    assert COMMANDS == [name for name in COMMANDS if re.search(rf"^  {name} +\S", shown, re.MULTILINE)]
    assert "8 server unreachable" in shown


def test_no_arguments_show_help_and_are_wrong_usage(remediate: Remediate) -> None:
    result = remediate()

    assert 2 == result.exit_code
    assert "Usage: remediate" in result.output


@pytest.mark.parametrize(
    "command",
    [
        *(name for name in COMMANDS if name != "policy"),
        "policy build",
        "policy capture",
        "policy explain",
        "policy replay",
    ],
)
def test_help_of_every_command_has_worked_examples(remediate: Remediate, command: str) -> None:
    result = remediate(*command.split(), "--help")

    assert 0 == result.exit_code
    assert re.search(rf"Examples:\n.*remediate {command}", result.stdout, re.DOTALL)


def test_help_of_serve_tells_every_setting_with_its_default_and_why(remediate: Remediate) -> None:
    shown = remediate("serve", "--help").stdout

    assert [
        f"    {each.name}\n        {each.decides}\n        default: {each.default}\n        because: {each.because}\n"
        for each in SETTINGS
    ] == re.findall(r"^    EXECUTOR_\w+\n(?:        .+\n)+", shown, re.MULTILINE)


@pytest.mark.requirement("SEC-1")
@pytest.mark.parametrize(
    "command",
    [
        *(name for name in COMMANDS if name != "policy"),
        "policy build",
        "policy capture",
        "policy explain",
        "policy replay",
    ],
)
def test_no_command_takes_a_token(remediate: Remediate, command: str) -> None:
    options = re.findall(r"^  .*--[\w-]+", remediate(*command.split(), "--help").stdout, re.MULTILINE)

    assert [] == [option for option in options if "token" in option]
