"""
The coverage matrix: what it reads from tests, and that gaps and misspelt markers fail it.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.matrix import HERE, Matrix, Shown, requirements, tier_of

pytestmark = pytest.mark.requirement("TEST-1")

ROWS = """
[A-1]
statement = "a is shown"
source = "peer"

[B-1]
statement = "b is shown"
source = "new"
"""
TESTS = """
import pytest

pytestmark = pytest.mark.requirement("A-1")

@pytest.mark.parametrize("n", [1, pytest.param(2, marks=pytest.mark.requirement("{marker}"))])
def test_something(n):
    assert False, "collected, never run"
"""


def matrix_of(folder: Path, *, marker: str) -> subprocess.CompletedProcess[str]:
    """
    Run the matrix on a folder of two tests, one of which carries this marker besides A-1.
    """
    (folder / "requirements.toml").write_text(ROWS)
    tests = folder / "tests" / "contract"
    tests.mkdir(parents=True)
    (tests / "test_it.py").write_text(TESTS.format(marker=marker))
    (folder / "tests" / "pytest.ini").write_text("[pytest]\nmarkers = requirement(id)\n")
    arguments = ["--tests", str(folder / "tests"), "--requirements", str(folder / "requirements.toml")]
    return subprocess.run(
        [sys.executable, "-m", "tests.matrix", *arguments],
        cwd=HERE.parent,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_each_test_counts_in_its_tier_and_a_gap_and_a_misspelt_marker_are_named(tmp_path: Path) -> None:
    """
    Markers of modules and of parameters count like those of functions.
    """
    result = matrix_of(tmp_path, marker="B1")

    assert 1 == result.returncode
    assert [
        ["unit", "property", "contract", "policy", "integration", "e2e", "bench"],
        ["A-1", ".", ".", "2", ".", ".", ".", ".", "a", "is", "shown"],
        ["B-1", ".", ".", ".", ".", ".", ".", ".", "b", "is", "shown"],
    ] == [line.split() for line in result.stdout.splitlines()]
    assert [
        "B-1: no test shows it",
        "contract/test_it.py::test_something[2]: B1 names no requirement of requirements.toml",
    ] == result.stderr.splitlines()


def test_a_test_file_that_cannot_be_collected_fails(tmp_path: Path) -> None:
    result = matrix_of(tmp_path, marker='B-1"), nonsense("')

    assert 1 == result.returncode
    assert "pytest cannot collect" in result.stderr


def test_a_matrix_without_faults_has_none() -> None:
    matrix = Matrix({"A-1": "a"}, [Shown("A-1", "unit", "test_a")])

    assert ([], []) == (matrix.without_test, matrix.unknown)


def test_a_requirement_shown_only_by_a_misspelt_marker_is_not_shown() -> None:
    matrix = Matrix({"A-1": "a"}, [Shown("A1", "unit", "test_a")])

    assert (["A-1"], ["test_a: A1"]) == (matrix.without_test, matrix.unknown)


@pytest.mark.parametrize(
    ("path", "tier"),
    [
        ("unit/core/test_a.py", "unit"),
        ("properties/test_a.py", "property"),
        ("policies/test_a.py", "policy"),
        ("faults/test_a.py", "integration"),
        ("test_a.py", "unit"),
    ],
)
def test_a_tier_is_a_folder(path: str, tier: str) -> None:
    assert tier == tier_of(Path(path))


def test_a_requirement_says_what_and_where_from(tmp_path: Path) -> None:
    rows = tmp_path / "requirements.toml"
    rows.write_text('[A-1]\nstatement = "a"\nsource = ""\n')

    with pytest.raises(ValueError, match="A-1 needs exactly a statement and a source"):
        requirements(rows)


def test_our_own_requirements_can_be_read() -> None:
    assert "PLAN-1" in requirements(HERE / "requirements.toml")
