"""
Which bundles folders become, and what no bundle may be made of. Nothing here asks OPA.
"""

import json
from pathlib import Path

import pytest

from executor.opa import PolicyRefused
from executor.opa.compose import gather
from executor.opa.folder import read_folder
from executor.opa.staging import Source, stage_author
from tests.fakes.policies import a_config_folder, a_rule, a_shipped_folder, an_author_folder, write

OWNER_METADATA = """\
# METADATA
# title: Rules of acme
# scope: subpackages
# schemas:
#   - input: schema.input
package site.acme
"""


def staged(folder: Path) -> tuple[Source, ...]:
    return stage_author(read_folder(folder))


def roots(source: Source) -> list[str]:
    declared: list[str] = json.loads(source.files[".manifest"])["roots"]
    return declared


def test_the_shipped_folder_becomes_the_bundle_remediation(tmp_path: Path) -> None:
    (source,) = gather(a_shipped_folder(tmp_path), [])

    assert ("remediation", ["remediation"], None) == (source.bundle, roots(source), source.owner)
    assert "remediation/remediation.rego" in source.files


def test_tests_are_staged_but_not_served(tmp_path: Path) -> None:
    (source,) = gather(a_shipped_folder(tmp_path), [])

    test = "remediation/rules/preflight/name_limit/name_limit_test.rego"
    assert test in source.files
    assert test not in source.served


def test_a_folder_of_rules_is_staged_below_its_owners_root(tmp_path: Path) -> None:
    an_author_folder(tmp_path)
    write(tmp_path / "preflight" / "freeze" / "data.json", "{}")

    (source,) = staged(tmp_path)

    assert ("site/acme", ["site/acme"], "acme") == (source.bundle, roots(source), source.owner)
    assert {
        ".manifest",
        "site/acme/acme.rego",
        "site/acme/preflight/freeze/data.json",
        "site/acme/preflight/freeze/freeze.rego",
    } == set(source.files)
    assert "preflight/freeze/freeze.rego" == source.origins["site/acme/preflight/freeze/freeze.rego"]


def test_a_folder_that_is_laid_out_as_a_bundle_is_staged_as_it_lies(tmp_path: Path) -> None:
    an_author_folder(tmp_path / "site" / "acme")
    write(tmp_path / ".manifest", '{"roots": ["/site/acme/"]}')

    (source,) = staged(tmp_path)

    assert "site/acme/preflight/freeze/freeze.rego" in source.files


def test_the_input_schema_holds_for_an_author_who_wrote_no_metadata_for_it(tmp_path: Path) -> None:
    (source,) = staged(an_author_folder(tmp_path))

    assert OWNER_METADATA.encode() == source.files["site/acme/acme.rego"]


def test_the_owners_own_metadata_is_kept(tmp_path: Path) -> None:
    own = OWNER_METADATA + "# no more\n"
    write(an_author_folder(tmp_path) / "acme.rego", own)

    (source,) = staged(tmp_path)

    assert own.encode() == source.files["site/acme/acme.rego"]


@pytest.mark.parametrize("text", ["rules: {x: {mode: warn}}", "{}", "- no mapping", "broken: ["])
def test_configuration_at_the_folders_root_is_staged_below_config(tmp_path: Path, text: str) -> None:
    write(tmp_path / "data.yaml", text)

    (source,) = staged(tmp_path)

    assert ("config", ["config"]) == (source.bundle, roots(source))
    assert "config/data.yaml" in source.files


@pytest.mark.parametrize("place", ["data.json", "config/data.json", "config/rules/data.json"])
def test_configuration_that_says_config_itself_is_staged_as_it_lies(tmp_path: Path, place: str) -> None:
    write(tmp_path / place, '{"config": {"rules": {}}}')

    (source,) = staged(tmp_path)

    assert place in source.files


def test_rules_and_configuration_in_one_folder_become_two_bundles(tmp_path: Path) -> None:
    sources = staged(a_config_folder(an_author_folder(tmp_path)))

    assert ["site/acme", "config"] == [source.bundle for source in sources]
    assert {".manifest", "config/data.yaml"} == set(sources[1].files)


def test_a_folder_named_twice_is_read_once(tmp_path: Path) -> None:
    author = an_author_folder(tmp_path / "acme")

    sources = gather(a_shipped_folder(tmp_path / "policies"), [author, author])

    assert ["remediation", "site/acme"] == [source.bundle for source in sources]


REFUSALS = {
    "nothing in it": ({"README.md": "…"}, "holds no rules and no configuration"),
    "a foreign package": (
        {"preflight/x/x.rego": "# mine\npackage kubernetes.admission\n"},
        r"preflight/x/x\.rego:2: package kubernetes\.admission is foreign",
    ),
    "a package of the shipped rules": (
        {"preflight/x/x.rego": "package remediation.rules.preflight.x\n"},
        "package remediation.rules.preflight.x is foreign",
    ),
    "a router of the author's": (
        {"remediation.rego": 'package remediation\n\ndecision := {"effect": "allow"}\n'},
        r"remediation\.rego:1: package remediation is foreign",
    ),
    "a router hidden behind another package": (
        {
            "x.rego": "package remediation;x := `\npackage site.acme.preflight.x # mine\n`\n",
            ".manifest": '{"roots": [""]}',
        },
        r"claims the root ''",
    ),
    "a package of OPA's own": ({"x.rego": "package system.authz\n"}, r"package system\.authz is foreign"),
    "a package without owner": ({"x.rego": "package site\n"}, "package site is foreign"),
    "an owner that is no name": ({"x.rego": 'package site["A-b"].x.y\n'}, "is foreign"),
    "no package": ({"x.rego": "deny := true\n"}, r"x\.rego:1: no package is declared"),
    "two owners": (
        {"a.rego": a_rule("site.acme.preflight.a"), "b.rego": a_rule("site.other.preflight.b")},
        r"has two owners, acme \(a\.rego\) and other \(b\.rego\)",
    ),
    "a manifest that is no JSON": (
        {".manifest": "roots: x", "x.rego": a_rule("site.acme.preflight.x")},
        r"\.manifest is no bundle manifest",
    ),
    "a manifest without roots, which owns everything": (
        {".manifest": "{}", "x.rego": a_rule("site.acme.preflight.x")},
        r"\.manifest claims the root ''",
    ),
    "a manifest that claims OPA's own root": (
        {".manifest": '{"roots": ["system"]}', "x.rego": a_rule("site.acme.preflight.x")},
        "claims the root 'system'",
    ),
    "a manifest that claims the shipped root": (
        {".manifest": '{"roots": ["site/acme", "remediation"]}', "x.rego": a_rule("site.acme.preflight.x")},
        "claims the root 'remediation'",
    ),
    "a manifest that claims all sites": (
        {".manifest": '{"roots": ["site"]}', "x.rego": a_rule("site.acme.preflight.x")},
        "claims the root 'site'",
    ),
    "a manifest of another owner": (
        {".manifest": '{"roots": ["site/other"]}', "x.rego": a_rule("site.acme.preflight.x")},
        r'the folder\'s packages need \["site/acme"\]',
    ),
    "a manifest of rules over configuration": (
        {".manifest": '{"roots": ["site/acme"]}', "config/data.json": "{}"},
        "but the folder holds no rules",
    ),
    "configuration under a name that OPA does not read": (
        {"config/rules.yaml": "rules: {}", "config/data.yaml": "{}"},
        r"config/rules\.yaml would not be read",
    ),
    "a rule in the owner's package": (
        {"acme.rego": OWNER_METADATA + "\nfreeze := true\n", "x.rego": a_rule("site.acme.preflight.x")},
        r"acme\.rego:8: the owner's package may hold METADATA alone",
    ),
    "metadata that switches the schema off": (
        {"acme.rego": "package site.acme\n", "x.rego": a_rule("site.acme.preflight.x")},
        r"acme\.rego:1: the owner's METADATA switches the schema check off",
    ),
}


@pytest.mark.requirement("POL-3")
@pytest.mark.parametrize(("files", "reason"), REFUSALS.values(), ids=REFUSALS)
def test_a_folder_is_refused_for(tmp_path: Path, files: dict[str, str], reason: str) -> None:
    for path, text in files.items():
        write(tmp_path / path, text)

    with pytest.raises(PolicyRefused, match=reason) as refused:
        staged(tmp_path)
    assert str(tmp_path) in str(refused.value)


def test_two_folders_of_one_owner_are_refused(tmp_path: Path) -> None:
    one, two = an_author_folder(tmp_path / "one"), an_author_folder(tmp_path / "two", rule="other")

    with pytest.raises(PolicyRefused, match=r"one and .*two both own site/acme: merge them"):
        gather(a_shipped_folder(tmp_path / "policies"), [one, two])


def test_two_configurations_are_refused(tmp_path: Path) -> None:
    one, two = a_config_folder(tmp_path / "one"), a_config_folder(tmp_path / "two")

    with pytest.raises(PolicyRefused, match=r"one and .*two are both configuration"):
        gather(a_shipped_folder(tmp_path / "policies"), [one, two])
