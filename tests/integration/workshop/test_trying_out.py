"""
`test` runs an author's tests and says what they show: failures, lines not reached, leaks, and the time of each rule.
"""

import asyncio
from pathlib import Path

import pytest

from executor.opa.binary import find_opa
from executor.opa.shipped import shipped_policies
from executor.opa.workshop import Trial, running, try_out
from executor.opa.workshop.judging import RuleReport
from executor.opa.workshop.scaffold import make
from tests.integration.workshop.folders import METADATA, a_rule, a_test, write_folder
from tests.policies.opa import EXAMPLE

pytestmark = [pytest.mark.integration, pytest.mark.requirement("POL-4")]

SCALE = "count({0}.{1}) == 1 with input as fixture.scale(3, 50)\n"
EXCUSED = f"{METADATA}#   absence_allows:\n#     - {{path: /run/reason, because: it is about the reason}}\n"
RULES = {
    **a_rule("leaky", 'deny contains "too many" if input.after.spec.replicas > 20\n'),
    **a_test("leaky", f"test_it if {SCALE.format('leaky', 'deny')}"),
    **a_rule(
        "raising",
        'deny contains "too long" if {\n\tis_string(input.step.action)\n\tcount(input.run.labels) >= 0\n}\n\n'
        'deny contains "at no time" if time.parse_rfc3339_ns(input.now) < 0\n',
    ),
    **a_test("raising", f"test_it if {SCALE.format('raising', 'deny')}"),
    **a_rule(
        "half",
        'deny contains "a" if not _ok\n\n_ok if input.step.action == "restart"\n\n'
        '_ok if {\n\tinput.step.action == "drain"\n\tinput.target.kind == "Node"\n}\n',
    ),
    **a_test("half", f"test_it if {SCALE.format('half', 'deny')}"),
    **a_rule("unproven", 'deny contains "a" if input.step.action == "explode"\n'),
    **a_test("unproven", "test_it if unproven.deny == set() with input as fixture.scale(3, 5)\n"),
    **a_rule("excused", 'deny contains "a" if not _ok\n\n_ok if input.run.reason == "ok"\n', metadata=EXCUSED),
    **a_test("excused", f"test_it if {SCALE.format('excused', 'deny')}"),
    **a_rule("warning", 'warn contains "a" if input.step.action == "scale"\n'),
    **a_test("warning", f"test_it if {SCALE.format('warning', 'warn')}"),
}


def tried(folder: Path, work: Path, *, threshold: float = 100.0, bench: bool = False) -> Trial:
    work.mkdir()
    return asyncio.run(
        try_out(find_opa(), shipped=shipped_policies(), authors=[folder], work=work, threshold=threshold, bench=bench)
    )


def rule(found: Trial, code: str) -> RuleReport:
    return next(each for each in found.rules if each.code == f"acme/{code}")


@pytest.fixture(scope="module")
def careless(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Trial]:
    place = tmp_path_factory.mktemp("careless")
    folder = write_folder(place / "acme", RULES)
    return folder, tried(folder, place / "work")


@pytest.mark.parametrize(
    ("name", "row", "message", "law"),
    [
        (
            "leaky",
            6,
            "acme/leaky allows what it denied (test_it #1) when /after/spec/replicas is null or removed",
            "broken",
        ),
        ("raising", 13, "acme/raising raises an error when something of a request is missing", "broken"),
        ("unproven", 6, "no test of acme/unproven shows something that it denies", "unproven"),
        (
            "excused",
            8,
            "custom.absence_allows names /run/reason, and no test of acme/excused needs",
            "unused exception",
        ),
    ],
)
def test_a_rule_that_may_allow_for_want_of_knowledge_is_named(
    careless: tuple[Path, Trial], name: str, row: int, message: str, law: str
) -> None:
    folder, found = careless
    place = str(folder / f"preflight/{name}/{name}.rego")

    assert [row] == [each.row for each in found.flaws if each.file == place and each.message.startswith(message)]
    assert law == rule(found, name).law


def test_lines_that_no_test_reaches_are_named(careless: tuple[Path, Trial]) -> None:
    folder, found = careless

    assert [("coverage", 10, "its tests reach 20 % of the file, not lines 10, 12-14")] == [
        (each.kind, each.row, each.message)
        for each in found.flaws
        if each.file == str(folder / "preflight/half/half.rego") and each.kind == "coverage"
    ]
    assert 20 == rule(found, "half").coverage


def test_a_rule_that_only_warns_is_not_under_the_law(careless: tuple[Path, Trial]) -> None:
    folder, found = careless

    assert [] == [each for each in found.flaws if each.file.startswith(str(folder / "preflight/warning"))]
    assert "not asked" == rule(found, "warning").law


def test_the_rule_that_new_makes_fails_in_one_case_and_passes_with_the_line_that_its_comment_holds(
    tmp_path: Path,
) -> None:
    made = make("acme", "preflight/ticket_named")
    folder = write_folder(tmp_path / "acme", dict(made.files))

    before = tried(folder, tmp_path / "before")
    (folder / made.file).write_text(made.files[made.file].replace("# regex", "regex"))
    after = tried(folder, tmp_path / "after", bench=True)

    assert [("test", "test_denies fails for 'no ticket'")] == [(each.kind, each.message) for each in before.flaws]
    assert (3, 4) == (before.rules[0].cases - before.rules[0].failed, before.rules[0].cases)
    assert ((), 100, "holds", 2) == (
        after.flaws,
        after.rules[0].coverage,
        after.rules[0].law,
        after.rules[0].law_requests,
    )
    assert after.rules[0].microseconds is not None
    assert after.rules[0].microseconds > 0


def test_captured_decisions_are_run_and_counted(tmp_path: Path) -> None:
    made = make("acme", "preflight/ticket_named")
    captured = a_test(
        "ticket_named",
        "test_captured if count(ticket_named.deny) == 1 with input as _asked\n\n"
        '_asked := object.union(fixture.scale(3, 5), {"run": {"reason": "x"}})\n',
        which="captured_test",
    )
    text = made.files[made.file].replace("# regex", "regex")
    folder = write_folder(tmp_path / "acme", {**made.files, made.file: text, **captured})

    found = tried(folder, tmp_path / "work")

    assert ((), 5, 1) == (found.flaws, found.rules[0].cases, found.rules[0].captured)


def test_a_lower_threshold_takes_less_coverage(tmp_path: Path) -> None:
    half = {path: text for path, text in RULES.items() if "/half/" in path}

    found = tried(write_folder(tmp_path / "acme", half), tmp_path / "work", threshold=20)

    assert () == found.flaws


def test_the_example_folder_passes_with_its_configuration(tmp_path: Path) -> None:
    found = tried(EXAMPLE, tmp_path / "work")

    assert ((), "holds") == (found.flaws, found.rules[0].law)


def test_what_does_not_compile_is_not_run(tmp_path: Path) -> None:
    found = tried(write_folder(tmp_path / "acme", a_rule("old", "deny[x] { x := 1 }\n")), tmp_path / "work")

    assert (False, ()) == (found.ran, found.rules)
    assert found.flaws


def test_a_rule_without_an_end_and_one_that_contradicts_itself_are_named_and_asked_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "TEST_SECONDS", 2)
    long = "some x in numbers.range(1, 200000)\n\tsome y in numbers.range(1, 200000)\n\tx + y == 0\n"
    files = {
        **a_rule("endless", f'deny contains "a" if {{\n\t{long}}}\n'),
        **a_test("endless", f"test_it if {SCALE.format('endless', 'deny')}"),
        **a_rule("torn", 'deny contains _said\n\n_said := "a"\n\n_said := input.step.action\n'),
        **a_test("torn", "test_it if torn.deny with input as fixture.scale(3, 5)\n"),
    }

    folder = write_folder(tmp_path / "acme", files)
    found = tried(folder, tmp_path / "work", bench=True)

    torn = f"{folder}/preflight/torn/torn.rego"
    values = f'conflicting values: "a" at {torn}:10 "scale" at {torn}:12'
    assert [
        ("endless", "test_it does not end within 2 s"),
        ("torn", f"test_it raises an error: rule data.site.acme.preflight.torn._said produced {values}"),
    ] == [(Path(each.file).parent.name, each.message) for each in found.flaws if each.kind == "test"]
    assert [None, None] == [each.microseconds for each in found.rules]
