"""
`remediate policy check` and `test` as a person or CI runs them: what is printed where, and the exit code.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from executor.opa.workshop.scaffold import make
from tests.integration.workshop.folders import write_folder

pytestmark = [pytest.mark.integration, pytest.mark.requirement("POL-4")]

REMEDIATE = Path(sys.executable).with_name("remediate")
MADE = make("acme", "preflight/ticket_named")


def remediate(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [REMEDIATE, "policy", *words],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], **environment},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "acme", dict(MADE.files))


def test_a_clean_folder_ends_with_0_and_one_line(acme: Path) -> None:
    ended = remediate("check", "acme", cwd=acme.parent)

    assert (0, "ok: 1 rule in acme; nothing is wrong\n", "") == (ended.returncode, ended.stdout, ended.stderr)


def test_the_folders_of_the_setting_are_checked_when_none_is_named(acme: Path) -> None:
    ended = remediate("check", cwd=acme.parent, EXECUTOR_POLICY_PATHS=str(acme))

    assert (0, f"ok: 1 rule in {acme}; nothing is wrong\n") == (ended.returncode, ended.stdout)


def test_a_typo_ends_with_1_at_file_and_row_as_an_editor_opens_them(acme: Path) -> None:
    rule = acme / MADE.file
    rule.write_text(rule.read_text().replace("input.run.reason)", "input.run.reson)", 1))

    ended = remediate("check", "acme", cwd=acme.parent)

    row = rule.read_text()[: rule.read_text().index("reson")].count("\n") + 1
    expected = f"acme/{MADE.file}:{row}: undefined ref: input.run.reson\n    to do: write reason\n1 problem in 1 file\n"
    assert (1, expected) == (ended.returncode, ended.stdout)


def test_ci_reads_the_same_as_json(acme: Path) -> None:
    failing = remediate("test", "acme", "--no-bench", "-o", "json", cwd=acme.parent)
    report = json.loads(failing.stdout)

    assert (1, False, True) == (failing.returncode, report["ok"], report["ran"])
    assert [
        {
            "file": f"acme/{MADE.file.replace('.rego', '_test.rego')}",
            "row": 20,
            "message": "test_denies fails for 'no ticket'",
            "remedy": "correct the rule, or what the test expects",
            "kind": "test",
        }
    ] == report["problems"]
    assert {"cases": 4, "failed": 1, "captured": 0} == report["rules"][0]["tests"]


def test_a_folder_in_which_all_is_well_ends_with_0_and_a_line_per_rule(acme: Path) -> None:
    (acme / MADE.file).write_text(MADE.files[MADE.file].replace("# regex", "regex"))

    ended = remediate("test", "acme", "--no-bench", cwd=acme.parent)

    head, rule, end = ended.stdout.splitlines()
    assert 0 == ended.returncode
    assert ["RULE", "STAGE", "TESTS", "COVERAGE", "TIME", "LAW"] == head.split()
    assert ["acme/ticket_named", "preflight", "4/4", "100", "%", "-", "holds"] == rule.split()
    assert "ok: 1 rule, 4 cases; nothing is wrong" == end
