"""
What OPA's test reports mean: which lines were reached, and what each rule was asked.
"""

from executor.opa.workshop.lawful import REQUESTS_PER_RULE, smallest
from executor.opa.workshop.running import Coverage, coverage_of, telling, told

BUNDLE = "site/acme"
PLACE = f"{BUNDLE}/site/acme/preflight/a/a.rego"


def lines(*rows: int) -> list[dict[str, dict[str, int]]]:
    return [{"start": {"row": row}, "end": {"row": row}} for row in rows]


def test_lines_under_both_names_of_a_file_count_together() -> None:
    report = {
        "files": {
            PLACE: {"covered_lines": 3, "coverage": 100},
            f"{BUNDLE}/{PLACE}": {"not_covered": lines(4, 5, 9), "not_covered_lines": 3},
        }
    }

    assert {PLACE: Coverage(50.0, ((4, 5), (9, 9)))} == coverage_of(report, BUNDLE)


def test_a_file_that_is_reached_wholly_misses_nothing() -> None:
    assert {PLACE: Coverage(100.0, ())} == coverage_of({"files": {PLACE: {"covered_lines": 3}}}, BUNDLE)


def test_what_a_rule_is_asked_is_read_from_what_its_copy_prints() -> None:
    printed = (
        'somebody\'s own print\nremediation-request preflight/acme/a {"stage":"preflight"}\n'
        "remediation-request preflight/acme/a <undefined>\nremediation-request preflight/acme/a 3\n"
    )

    assert [("preflight/acme/a", {"stage": "preflight"})] == list(told(printed))


def test_a_copy_that_tells_says_nothing_else() -> None:
    text = telling(["deny"], "plan/acme/a")

    assert "\ndeny contains null if {\n" in text
    assert text.endswith("\tfalse\n}\n")
    assert "" == telling([], "plan/acme/a")


def test_the_law_takes_the_smallest_requests_apart() -> None:
    requests = {f"test #{n}": {"text": "x" * (100 - n)} for n in range(30)}

    assert [f"test #{n}" for n in range(29, 29 - REQUESTS_PER_RULE, -1)] == smallest(list(requests), requests)
