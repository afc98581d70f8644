"""
`check` names everything that is wrong with a folder at once: where it is, what is wrong, and what to do.
"""

import asyncio
from pathlib import Path

import pytest

from executor.opa.binary import find_opa
from executor.opa.shipped import shipped_policies
from executor.opa.workshop import Checked, check
from executor.opa.workshop.scaffold import make
from tests.integration.workshop.folders import METADATA, a_rule, a_test, write_folder
from tests.policies.opa import EXAMPLE

pytestmark = [pytest.mark.integration, pytest.mark.requirement("POL-4")]

RULE = "preflight/{0}/{0}.rego"
WRONG = {
    **a_rule(
        "typo", 'deny contains "a" if input.step.acton == "scale"\n\ndeny contains "b" if input.target.nam == "x"\n'
    ),
    **a_rule("boolean", 'deny if input.step.action == "scale"\n'),
    **a_rule("twice", 'deny contains "a" if input.step.action == "scale"\n'),
    "preflight/twice/more.rego": "package site.acme.preflight.twice\n\n"
    'deny contains "b" if not startswith(input.step.action, "a")\n',
    **a_rule("banned", 'deny contains "a" if http.send({"url": "http://a"}).status_code == 200\n'),
    **a_rule("old", 'deny[msg] { msg := "x" }\n'),
    **a_rule("plain", 'deny contains "a" if input.step.action == "scale"\n', metadata=""),
    **a_rule("unformatted", 'deny contains   "a" if input.step.action == "scale"\n'),
    **a_rule("unsafe", 'deny contains said if input.step.action == "scale"\n'),
    **a_rule("elsewhere", 'deny contains "a" if input.step.action == "scale"\n', stage="preflighty"),
    **a_rule("silent", 'objects contains "a" if input.step.action == "scale"\n'),
    "preflight/router/router.rego": 'package remediation\n\ndecision := {"effect": "allow"}\n',
    "preflight/shipped/shipped.rego": "package remediation.rules.preflight.replica_ceiling\n\ndeny := set()\n",
    "foreign/foreign.rego": "package kubernetes.admission\n",
    "defaults/data.json": '{\n  "plain":\n}\n',
    "config/data.yaml": """\
rules:
  replica_celing: {params: {maximum: 3}}
  replica_ceiling:
    mode: wran
    params: {maximun: 3}
    namespaces:
      shop:
        params:
          maximum: "50"
  disruption_budget:
    mode: off
  image_registry: strict
""",
}


def checked(folder: Path, work: Path) -> Checked:
    work.mkdir()
    return asyncio.run(check(find_opa(), shipped=shipped_policies(), authors=[folder], work=work))


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Checked]:
    place = tmp_path_factory.mktemp("wrong")
    folder = write_folder(place / "acme", WRONG)
    return folder, checked(folder, place / "work")


@pytest.mark.parametrize(
    ("file", "row", "message", "remedy"),
    [
        (RULE.format("typo"), 8, "undefined ref: input.step.acton", "write action"),
        (RULE.format("typo"), 10, "undefined ref: input.target.nam", "write name"),
        (RULE.format("boolean"), 8, "deny must be a set of findings", "write `deny contains … if { … }`"),
        ("preflight/twice/more.rego", 1, "package site.acme.preflight.twice belongs into ", "move the file there"),
        (RULE.format("twice"), 6, "package site.acme.preflight.twice is in ", "a rule is one file"),
        ("preflight/twice/more.rego", 3, "is undefined, not true, when part of it is missing", "name the good case"),
        (RULE.format("banned"), 8, "undefined function http.send", "policies are pure"),
        (RULE.format("old"), 8, "`if` keyword is required", "this is Rego v0"),
        (RULE.format("plain"), 1, "rule acme/plain of stage preflight has no title", "write `# METADATA`"),
        (RULE.format("plain"), 1, "has no description in its METADATA", "write `# METADATA`"),
        (RULE.format("plain"), 1, "what a denied person can do", "write `# custom:`"),
        (RULE.format("plain"), 1, "has no test beside it", "write plain_test.rego"),
        (RULE.format("unformatted"), 0, "the file is not formatted", "opa fmt --write "),
        (RULE.format("unsafe"), 8, "var said is unsafe", "give it a value first"),
        ("preflighty/elsewhere/elsewhere.rego", 1, "is no rule the router finds", "stage one of plan, preflight"),
        (RULE.format("silent"), 6, "says nothing that the router reads", "deny, warn, require_approval"),
        (RULE.format("router"), 1, "router and shipped library are neither replaced", "write site.<owner>"),
        (RULE.format("shipped"), 1, "would replace the shipped rule replica_ceiling", "{mode: off}"),
        ("foreign/foreign.rego", 1, "package kubernetes.admission is foreign", "write site.<owner>"),
        ("defaults/data.json", 3, "the file is no valid JSON", "correct it"),
        ("config/data.yaml", 2, "replica_celing is the code of no rule", "write replica_ceiling"),
        ("config/data.yaml", 4, "the mode of replica_ceiling is none of enforce, warn, shadow, off", "write one"),
        ("config/data.yaml", 5, "replica_ceiling has no parameter maximun", "write maximum"),
        ("config/data.yaml", 9, "the parameter maximum of replica_ceiling is a text", "write a number"),
        ("config/data.yaml", 12, "image_registry is no object", "write keys and values"),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_what_to_do(
    wrong: tuple[Path, Checked], file: str, row: int, message: str, remedy: str
) -> None:
    folder, found = wrong

    there = [each for each in found.flaws if (str(folder / file), row) == (each.file, each.row)]

    assert [True] == [remedy in each.remedy for each in there if message in each.message], there


def test_a_mode_is_read_as_opa_reads_it(wrong: tuple[Path, Checked]) -> None:
    assert [] == [each for each in wrong[1].flaws if "disruption_budget" in each.message]


def test_nothing_of_it_is_run(wrong: tuple[Path, Checked]) -> None:
    assert not wrong[1].runs


def test_the_example_and_every_rule_that_new_makes_have_nothing_wrong(tmp_path: Path) -> None:
    made = {path: text for stage in ("plan", "verify") for path, text in make("acme", f"{stage}/ticket").files.items()}
    folder = write_folder(tmp_path / "acme", made)

    found = checked(folder, tmp_path / "work")

    assert ((), True, {"plan", "verify"}) == (found.flaws, found.runs, {str(rule.stage) for rule in found.rules})
    assert () == checked(EXAMPLE, tmp_path / "again").flaws


def test_the_shipped_policies_are_not_the_authors_to_mend(tmp_path: Path) -> None:
    found = checked(write_folder(tmp_path / "config", {"data.yaml": "rules: {}\n"}), tmp_path / "work")

    assert ((), ()) == (found.flaws, found.rules)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, "holds no rules and no configuration"),
        ({"README.txt": "hello"}, "holds no rules and no configuration"),
        (a_test("alone", "test_it if not alone.deny with input as fixture.scale(3, 5)\n"), "holds no rules"),
        (
            {**a_rule("one", 'deny contains "a"\n'), "preflight/two/two.rego": "package site.other.preflight.two\n"},
            "has two owners",
        ),
        (
            {**a_rule("one", 'deny contains "a"\n'), ".manifest": '{"roots": ["remediation"]}'},
            "claims the root 'remediation'",
        ),
        (
            {
                **a_rule("one", 'deny contains "a"\n'),
                "acme.rego": f"{METADATA}package site.acme\n",
            },
            "switches the schema check off",
        ),
    ],
    ids=["empty", "no policies", "tests alone", "two owners", "foreign root", "no schema"],
)
def test_a_folder_that_would_be_refused_is_named(tmp_path: Path, files: dict[str, str], expected: str) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()

    found = checked(write_folder(folder, files), tmp_path / "work")

    assert [str(folder)] == list({each.file[: len(str(folder))] for each in found.flaws})
    assert [] != [each for each in found.flaws if expected in each.message]


def test_two_folders_of_one_owner_are_named(tmp_path: Path) -> None:
    folders = [write_folder(tmp_path / name, dict(make("acme", f"plan/{name}").files)) for name in ("one", "two")]
    (tmp_path / "work").mkdir()

    found = asyncio.run(check(find_opa(), shipped=shipped_policies(), authors=folders, work=tmp_path / "work"))

    assert [f"policy folders {folders[0]} and {folders[1]} both own site/acme"] == [
        each.message for each in found.flaws
    ]
