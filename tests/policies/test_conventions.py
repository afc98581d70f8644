"""
Each convention notices when it is broken: the example folder, with one thing wrong.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from executor.opa.conventions import problems
from tests.policies.opa import EXAMPLE, read_policies, staged_author

pytestmark = [pytest.mark.integration, pytest.mark.requirement("POL-1")]

RULE = "preflight/change_freeze/change_freeze.rego"
TEST = "preflight/change_freeze/change_freeze_test.rego"
PACKAGE = "site.acme.preflight.change_freeze"
PLACE = "site/acme/preflight/change_freeze/change_freeze.rego"
DEFAULTS = "defaults/data.json"


def replaced(file: str, old: str, new: str) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        text = (folder / file).read_text()
        assert old in text
        (folder / file).write_text(text.replace(old, new))

    return edit


def moved(file: str, to: str) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        (folder / to).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).rename(folder / to)

    return edit


def more(file: str, text: str) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        (folder / file).write_text(text)

    return edit


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (
            replaced(RULE, "# title:", "# titel:"),
            {f"package {PACKAGE} has no title in its METADATA"},
        ),
        (
            replaced(RULE, "#   solution: ", "#   advice: "),
            {f"package {PACKAGE} does not say under custom.solution what a denied person can do"},
        ),
        (
            replaced(RULE, "#       because: ", "#       why: "),
            {"custom.absence_allows is a list of {path, because}"},
        ),
        (
            moved(RULE, "preflight/change_freeze/freeze.rego"),
            {
                f"package {PACKAGE} belongs into {PLACE}",
                "has no test beside it: write freeze_test.rego",
            },
        ),
        (
            more("preflight/change_freeze/more.rego", f'package {PACKAGE}\n\ndeny contains "more"\n'),
            {
                f"package {PACKAGE} belongs into {PLACE}",
                f"package {PACKAGE} is in {PLACE} already: a rule is one file",
                "has no test beside it: write more_test.rego",
            },
        ),
        (lambda folder: (folder / TEST).unlink(), {"has no test beside it: write change_freeze_test.rego"}),
        (
            replaced(TEST, "package site.acme.preflight.change_freeze_test", "package site.acme.preflight.tests"),
            {"package site.acme.preflight.tests is no test of the package in this folder: end it in _test"},
        ),
        (
            replaced(DEFAULTS, '"harmless_actions"', '"harmless"'),
            {
                "reads the parameter harmless_actions of acme/change_freeze, which has no default",
                "acme/change_freeze.harmless is read by no rule",
            },
        ),
        (
            replaced(RULE, '"acme/change_freeze"', '"change_freeze"'),
            {
                "reads a parameter of change_freeze, which is the code of no rule here",
                "acme/change_freeze.harmless_actions is read by no rule",
            },
        ),
    ],
    ids=["title", "solution", "exception", "file", "twice", "untested", "test package", "default", "code"],
)
def test_what_breaks_a_convention_is_named(tmp_path: Path, edit: Callable[[Path], None], expected: set[str]) -> None:
    folder = tmp_path / "acme"
    shutil.copytree(EXAMPLE, folder)
    edit(folder)

    found = problems(read_policies(staged_author(folder, tmp_path / "staged")["site/acme"]))

    assert expected == {problem.message for problem in found}
