"""
The shipped policies under OPA's own tools, and under our conventions.
"""

import json
from pathlib import Path

import pytest

from executor.opa.conventions import config_problems, problems
from tests.policies.opa import EXAMPLE, POLICIES, evaluate, opa, read_policies, staged_author

pytestmark = [pytest.mark.integration, pytest.mark.requirement("POL-1")]

PATIENCE = ("--timeout", "200s")
"""OPA gives a test five seconds, which a busy machine may need more of."""

VOCABULARY = ("--schema", str(POLICIES / "schemas"), "--capabilities", str(POLICIES / "capabilities.json"))


@pytest.mark.parametrize("folder", [POLICIES, EXAMPLE], ids=["shipped", "example"])
def test_they_are_formatted(folder: Path) -> None:
    done = opa("fmt", "--fail", "--list", str(folder))

    assert (0, "", "") == (done.returncode, done.stdout, done.stderr)


def test_they_pass_the_strict_check_with_schema_and_capabilities(tmp_path: Path) -> None:
    example = staged_author(EXAMPLE, tmp_path)

    done = opa("check", "--strict", "-b", str(POLICIES), *map(str, example.values()), *VOCABULARY)

    assert (0, "", "") == (done.returncode, done.stdout, done.stderr)


def test_every_line_is_covered_by_their_own_tests() -> None:
    done = opa("test", "-b", str(POLICIES), "--coverage", "-f", "json", "--fail-on-empty", *PATIENCE)

    report = json.loads(done.stdout)
    missed = {file: lines["not_covered"] for file, lines in report["files"].items() if lines.get("not_covered")}
    assert (0, {}, 100) == (done.returncode, missed, report["coverage"])


def test_their_tests_pass_as_a_person_types_it() -> None:
    done = opa("test", "policies", *PATIENCE, cwd=POLICIES.parent)

    assert 0 == done.returncode, done.stdout
    assert "FAIL" not in done.stdout


def test_the_examples_tests_pass_beside_the_shipped_policies(tmp_path: Path) -> None:
    example = staged_author(EXAMPLE, tmp_path)["site/acme"]

    done = opa("test", "-b", str(POLICIES), str(example), "-r", r"^data\.site\.acme\.", "--fail-on-empty", *PATIENCE)

    assert 0 == done.returncode, done.stdout


def test_they_keep_the_conventions(tmp_path: Path) -> None:
    example = staged_author(EXAMPLE, tmp_path)["site/acme"]

    assert ((), ()) == (problems(read_policies(POLICIES)), problems(read_policies(example)))


@pytest.mark.requirement("GATE-10")
@pytest.mark.parametrize("call", ["http.send({})", "time.now_ns()", "opa.runtime()", "rand.intn(`a`, 7)", "trace(`x`)"])
def test_a_policy_cannot_reach_out_or_draw_lots(tmp_path: Path, call: str) -> None:
    (tmp_path / "rule.rego").write_text(f"package rule\n\ndeny contains `no` if {call}\n")

    done = opa("check", str(tmp_path), *VOCABULARY)

    assert 1 == done.returncode
    assert f"undefined function {call.partition('(')[0]}" in done.stderr


def test_the_examples_configuration_is_understood_and_one_with_typos_is_not(tmp_path: Path) -> None:
    staged = staged_author(EXAMPLE, tmp_path)
    known = {**read_policies(POLICIES).defaults, **read_policies(staged["site/acme"]).defaults}
    written = evaluate("data.config.rules", {}, "-b", str(staged["config"]))
    misspelt = {
        "replica_celing": {},
        "replica_ceiling": {"mod": "off", "params": {"maximun": 3}, "namespaces": {"shop": {"mode": "wran"}}},
        "replica_floor": {"labelled": {"environment=test": {"mode": "of", "namespaces": {}}}},
    }

    assert () == config_problems(written, known, file="it")
    assert [
        "it: replica_ceiling has no parameter maximun",
        "it: replica_ceiling has no setting mod",
        "it: replica_celing is the code of no rule",
        "it: replica_floor, label environment=test has no setting namespaces",
        "it: the mode of replica_ceiling, namespace shop is none of enforce, warn, shadow, off: it enforces",
        "it: the mode of replica_floor, label environment=test is none of enforce, warn, shadow, off: it enforces",
    ] == [str(problem) for problem in config_problems(misspelt, known, file="it")]
