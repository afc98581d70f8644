"""
Composing a policy set with a real OPA: what is built, how it is kept, and each reason for which a set is refused.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from executor.core.policy import ASKED_STAGES, Rule, Stage
from executor.opa import PolicyRefused, build_bundles
from executor.opa.binary import find_opa
from executor.opa.compose import compose
from executor.opa.policy_set import SETS_KEPT, PolicySet, find_set, forget_old_sets
from tests.fakes.policies import a_config_folder, a_rule, a_shipped_folder, an_author_folder, write

pytestmark = pytest.mark.integration

TEST = "package site.acme.preflight.freeze_test\n\n"


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    return a_shipped_folder(tmp_path / "policies")


async def composed(shipped: Path, *authors: Path, onto: Path | None = None) -> PolicySet:
    return await compose(find_opa(), shipped=shipped, authors=authors, onto=onto or shipped.parent / "state" / "sets")


def inspected(bundle: Path) -> dict[str, list[str]]:
    said = subprocess.run([find_opa(), "inspect", "-f", "json", bundle], capture_output=True, check=True)
    namespaces: dict[str, list[str]] = json.loads(said.stdout)["namespaces"]
    return namespaces


@pytest.mark.requirement("POL-1", "POL-8")
async def test_the_catalogue_says_of_each_rule_what_its_metadata_says(shipped: Path, tmp_path: Path) -> None:
    policies = await composed(shipped, an_author_folder(tmp_path / "site-rules"), a_config_folder(tmp_path / "config"))

    assert ("config", "remediation", "site/acme") == policies.bundles
    assert policies.bundles == tuple(policies.catalogue.revision)
    assert {"config": ("config",), "remediation": ("remediation",), "site/acme": ("site/acme",)} == dict(
        policies.catalogue.roots
    )
    assert Rule(
        code="acme/freeze",
        stage=Stage.PREFLIGHT,
        title="Steps by name",
        description="Some steps are not to be taken.",
        remedy="name the step otherwise",
        file="site-rules/preflight/freeze/freeze.rego",
        row=6,
    ) == policies.catalogue.rule(Stage.PREFLIGHT, "acme/freeze")
    assert {"name_limit", "acme/freeze"} == policies.catalogue.inventory(Stage.PREFLIGHT)
    assert {"name_limit"} == policies.catalogue.inventory(Stage.ROLLBACK)


async def test_no_test_is_served(shipped: Path) -> None:
    policies = await composed(shipped)

    assert [] == [name for name in inspected(policies.folder / "remediation") if name.endswith("_test")]


async def test_the_same_content_has_the_same_revision_and_bytes_wherever_it_lies(shipped: Path, tmp_path: Path) -> None:
    moved = Path(shutil.copytree(shipped, tmp_path / "elsewhere" / "policies"))

    one, two = await composed(shipped), await composed(moved, onto=tmp_path / "other" / "sets")

    assert one.catalogue.revision == two.catalogue.revision
    assert (one.folder / "remediation").read_bytes() == (two.folder / "remediation").read_bytes()


async def test_a_changed_rule_is_another_revision_and_a_changed_test_is_not(shipped: Path) -> None:
    first = await composed(shipped)
    rule = shipped / "remediation" / "rules" / "preflight" / "name_limit"
    with (rule / "name_limit_test.rego").open("a") as file:
        file.write("\ntest_more if true\n")
    second = await composed(shipped)
    with (rule / "name_limit.rego").open("a") as file:
        file.write("\n# more\n")
    third = await composed(shipped)

    assert first.catalogue.revision == second.catalogue.revision
    assert first.catalogue.revision != third.catalogue.revision


async def test_an_unchanged_set_is_found_again_without_asking_opa(
    shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    author = an_author_folder(tmp_path / "acme")
    first = await composed(shipped, author)

    async def refuse(*_: object, **__: object) -> None:
        raise AssertionError("OPA was asked again")

    monkeypatch.setattr("executor.opa.compose.run_opa", refuse)

    assert first == await composed(shipped, author)


@pytest.mark.parametrize("spoil", ["bundle", "index"])
async def test_a_kept_set_that_is_not_what_was_checked_is_made_anew(shipped: Path, spoil: str) -> None:
    first = await composed(shipped)
    file = first.folder / {"bundle": "remediation", "index": "set.json"}[spoil]
    expected = (first.folder / "remediation").read_bytes()
    file.chmod(0o600)
    file.write_bytes(b"spoilt")

    second = await composed(shipped)

    assert first == second
    assert expected == (second.folder / "remediation").read_bytes()


async def test_only_the_newest_sets_and_those_that_runs_need_are_kept(shipped: Path) -> None:
    rule = shipped / "remediation" / "rules" / "preflight" / "name_limit" / "name_limit.rego"
    made: list[PolicySet] = []
    for number in range(SETS_KEPT + 3):
        with rule.open("a") as file:
            file.write(f"\n# {number}\n")
        made.append(await composed(shipped))
        os.utime(made[-1].folder, (number, number))
    oldest, second, *_ = made

    forget_old_sets(made[0].folder.parent, [second.catalogue.revision, made[-1].catalogue.revision])

    kept = sorted(made[0].folder.parent.iterdir(), key=lambda folder: folder.stat().st_mtime)
    assert [each.folder for each in (second, *made[-SETS_KEPT:])] == kept
    assert find_set(oldest.folder.parent, oldest.catalogue.revision) is None
    assert second == find_set(oldest.folder.parent, second.catalogue.revision)


async def test_missing_tests_keep_nobody_from_starting(shipped: Path) -> None:
    for stage in ASKED_STAGES:
        (shipped / "remediation" / "rules" / stage / "name_limit" / "name_limit_test.rego").unlink()

    assert (await composed(shipped)).catalogue.rules


async def test_shipped_tests_do_not_see_the_sites_configuration(shipped: Path, tmp_path: Path) -> None:
    write(
        shipped / "remediation" / "remediation_test.rego",
        "package remediation.gate_test\n\nimport data.remediation\n\n"
        'test_enforced if remediation.decision.effect == "deny" with input as {"stage": "preflight", '
        '"step": {"id": "denied"}, "target": {"name": "x"}}\n',
    )

    assert (await composed(shipped, a_config_folder(tmp_path / "config"))).bundles == ("config", "remediation")


FREEZE = "preflight/freeze/freeze.rego"

REFUSALS = {
    "a syntax error": (
        {FREEZE: a_rule("site.acme.preflight.freeze", 'deny contains "x" if input.step.id = = "x"')},
        r"freeze\.rego:8: unexpected eq token",
    ),
    "what --strict forbids": (
        {FREEZE: a_rule("site.acme.preflight.freeze", 'deny contains "x" if {\n\ty := 1\n\tinput.step.id == "x"\n}')},
        r"freeze\.rego:9: assigned var y unused",
    ),
    "a misspelt field of the input": (
        {FREEZE: a_rule("site.acme.preflight.freeze", 'deny contains "x" if input.acton == "x"')},
        r"freeze\.rego:8: undefined ref: input\.acton",
    ),
    "an argument of the wrong type": (
        {FREEZE: a_rule("site.acme.preflight.freeze", 'deny contains "x" if startswith(input.step.attempt, "x")')},
        r"freeze\.rego:8: startswith: invalid argument",
    ),
    "a question to the network": (
        {FREEZE: a_rule("site.acme.preflight.freeze", 'deny contains "x" if http.send({"url": "x"}).status')},
        r"freeze\.rego:8: undefined function http\.send, which policies may not use",
    ),
    "a look at the environment": (
        {FREEZE: a_rule("site.acme.preflight.freeze", "deny contains opa.runtime().env.HOME")},
        r"freeze\.rego:8: undefined function opa\.runtime",
    ),
    "a clock": (
        {FREEZE: a_rule("site.acme.preflight.freeze", 'deny contains "x" if time.now_ns() > 1')},
        r"undefined function time\.now_ns",
    ),
    "a rule that asks the gate": (
        {
            FREEZE: a_rule(
                "site.acme.preflight.freeze", 'deny contains "x" if data.remediation.decision.effect == "allow"'
            )
        },
        "may be recursive",
    ),
    "data outside the owner's root": (
        {
            ".manifest": '{"roots": ["site/acme"]}',
            FREEZE: a_rule("site.acme.preflight.freeze"),
            "data.json": '{"a": 1}',
        },
        r"manifest roots \[site/acme\] do not permit data",
    ),
    "a failing test": (
        {
            FREEZE: a_rule("site.acme.preflight.freeze"),
            "preflight/freeze/freeze_test.rego": TEST + "test_it if 1 == 2\n",
        },
        r"freeze_test\.rego:3: test site\.acme\.preflight\.freeze_test\.test_it fails",
    ),
    "a test that raises an error": (
        {
            FREEZE: a_rule("site.acme.preflight.freeze"),
            "preflight/freeze/freeze_test.rego": TEST + "f(x) := y if some y in x\n\ntest_it if f([1, 2]) == 1\n",
        },
        r"freeze_test\.rego:\d+: test .*test_it raises an error",
    ),
    "a rule without title": (
        {FREEZE: 'package site.acme.preflight.freeze\n\ndeny contains "x" if input.step.id == "x"\n'},
        r"freeze\.rego:1: rule acme/freeze of stage preflight has no title",
    ),
    "a stage that does not exist": (
        {"prefight/freeze/freeze.rego": a_rule("site.acme.prefight.freeze")},
        r"package site\.acme\.prefight\.freeze is no rule the router finds",
    ),
    "a package too deep": (
        {FREEZE: a_rule("site.acme.preflight.freeze.more")},
        "is no rule the router finds: write site.acme.<stage>.<rule>",
    ),
    "a package too flat": ({FREEZE: a_rule("site.acme.preflight")}, "is no rule the router finds"),
    "tests alone": (
        {"preflight/freeze/freeze_test.rego": "package site.acme.preflight.freeze_test\n\ntest_it if true\n"},
        "bundle site/acme holds no rules",
    ),
    "an entrypoint of its own": (
        {
            FREEZE: a_rule(
                "site.acme.preflight.freeze",
                '# METADATA\n# entrypoint: true\ndeny contains "x" if input.step.id == "x"',
            )
        },
        r"freeze\.rego:10: data\.site\.acme\.preflight\.freeze\.deny is declared an entrypoint",
    ),
    "configuration that is no JSON": ({"data.json": '{"rules": '}, r"data\.json"),
    "configuration that is no YAML": ({"data.yaml": "rules: {"}, r"data\.yaml"),
}


@pytest.mark.parametrize(("files", "reason"), REFUSALS.values(), ids=REFUSALS)
@pytest.mark.requirement("GATE-10", "POL-2")
async def test_a_set_is_refused_for(shipped: Path, tmp_path: Path, files: dict[str, str], reason: str) -> None:
    author = tmp_path / "acme"
    for path, text in files.items():
        write(author / path, text)

    with pytest.raises(PolicyRefused, match=reason) as refused:
        await composed(shipped, author)
    assert "\n" not in str(refused.value)
    assert not list((tmp_path / "state").rglob("set.json"))


async def test_the_refusal_names_the_authors_own_file_and_how_much_more_there_is(shipped: Path, tmp_path: Path) -> None:
    author = tmp_path / "acme"
    body = 'deny contains "x" if input.acton == "x"\n\ndeny contains "y" if input.stepp == "y"'
    write(author / FREEZE, a_rule("site.acme.preflight.freeze", body))

    with pytest.raises(PolicyRefused) as refused:
        await composed(shipped, author)

    assert f"{author}/{FREEZE}:8: undefined ref: input.acton (and 1 more)" == str(refused.value)


async def test_no_rules_at_a_stage_that_is_asked_is_refused(shipped: Path) -> None:
    shutil.rmtree(shipped / "remediation" / "rules" / "rollback")

    with pytest.raises(PolicyRefused, match="no rules are loaded for stage rollback"):
        await composed(shipped)


async def test_a_router_without_entrypoint_is_refused(shipped: Path) -> None:
    router = shipped / "remediation" / "remediation.rego"
    router.write_text(router.read_text().replace("# entrypoint: true\n", ""))

    with pytest.raises(PolicyRefused, match=r"no entrypoint data\.remediation\.decision"):
        await composed(shipped)


@pytest.mark.parametrize("missing", ["capabilities.json", "schemas/input.json"])
async def test_a_damaged_installation_is_refused(shipped: Path, missing: str) -> None:
    (shipped / missing).unlink()

    with pytest.raises(PolicyRefused, match=rf"{missing}.*install the package again"):
        await composed(shipped)


async def test_what_is_built_for_an_opa_elsewhere_has_the_revisions_of_the_set(shipped: Path, tmp_path: Path) -> None:
    paths = [an_author_folder(tmp_path / "acme"), a_config_folder(tmp_path / "config")]

    catalogue = await build_bundles(tmp_path / "out", state_dir=tmp_path / "state", policy_paths=paths, shipped=shipped)

    assert {"config", "remediation", "site/acme"} == {
        str(file.relative_to(tmp_path / "out")) for file in (tmp_path / "out").rglob("*") if file.is_file()
    }
    assert (await composed(shipped, *paths)).catalogue == catalogue
