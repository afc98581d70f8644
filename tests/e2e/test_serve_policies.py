"""
What a site brings: folders refused by file and line, one that denies under its owner's name, an OPA of its own.
"""

from pathlib import Path

import pytest

from deploy.local.control_plane import ControlPlane
from tests.e2e.person import Person
from tests.e2e.starting import home_environment, refused_start
from tests.fakes.opa import an_external_opa
from tests.fixtures.kubernetes import make_namespace
from tests.plans import a_plan, restart, scale
from tests.serving import Caller, calling, environment_for, serving
from tests.shop import Shop

pytestmark = pytest.mark.e2e

EXAMPLE = Path(__file__).resolve().parents[1] / "policies" / "site_example"
RULE = "preflight/freeze/freeze.rego"


@pytest.mark.requirement("GATE-4")
@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({RULE: "package site.acme.preflight.freeze\n\ndeny contains if {\n"}, f"{RULE}:3: ", id="syntax"),
        pytest.param(
            {RULE: "package site.acme.preflight.freeze\n\ndeny contains input.acton if true\n"},
            f"{RULE}:3: ",
            id="typo",
        ),
        pytest.param({RULE: "package remediation.preflight.freeze\n\ndeny := set()\n"}, RULE, id="foreign package"),
        pytest.param({}, "holds no rules and no configuration", id="nothing"),
    ],
)
def test_a_policy_folder_that_cannot_be_served_is_refused_by_file_and_line(
    fresh_state: Path, tmp_path: Path, files: dict[str, str], expected: str
) -> None:
    folder = tmp_path / "policies"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(text)

    said = refused_start(
        home_environment(tmp_path, EXECUTOR_STATE_DIR=str(fresh_state), EXECUTOR_POLICY_PATHS=str(folder))
    )

    assert str(folder) in said
    assert expected in said


@pytest.mark.requirement("POL-8")
async def test_a_rule_of_the_site_denies_a_plan_under_its_owners_name(
    control_plane: ControlPlane, tmp_path: Path
) -> None:
    shop = Shop(control_plane, make_namespace(control_plane, **{"acme.example/freeze": "true"}))
    await shop.open("web")
    before = (await shop.live("web"))["metadata"]["resourceVersion"]
    settings = {"EXECUTOR_POLICY_PATHS": str(EXAMPLE)}

    async with serving(tmp_path / "state", control_plane.kubeconfig, **settings) as served:
        async with calling(served) as session:
            caller = Caller(session)
            denied = await caller.run_of(a_plan(restart("web", namespace=shop.namespace)))
            policy = await caller.get("/v1/policy")
        told = Person(environment_for(served.state, control_plane.kubeconfig)).run("show", denied["id"])

    assert "denied" == denied["phase"]
    assert "acme/change_freeze" in denied["message"]
    assert before == (await shop.live("web"))["metadata"]["resourceVersion"]
    assert "acme/change_freeze" in [rule["code"] for rule in policy["rules"]["preflight"]]
    assert {"remediation", "site/acme"} <= set(denied["policy_revision"])
    assert "denied by acme/change_freeze: No remediation while the shop is frozen" in told.stdout
    assert "change_freeze.rego:" in told.stdout


@pytest.mark.requirement("GATE-4")
async def test_an_opa_elsewhere_judges_with_the_bundles_that_were_built_for_it_and_with_no_others(
    control_plane: ControlPlane, fresh_state: Path, shop: Shop, tmp_path: Path
) -> None:
    await shop.open("web")
    person = Person(environment_for(fresh_state, control_plane.kubeconfig))
    built = tmp_path / "bundles"
    assert 0 == person.run("policy", "build", "--output", str(built)).returncode
    other = _changed_policies(tmp_path)

    async with an_external_opa(built, "remediation") as url:
        settings = {"EXECUTOR_OPA_URL": url}
        async with serving(fresh_state, control_plane.kubeconfig, **settings) as served, calling(served) as session:
            run = await Caller(session).run_of(a_plan(scale("web", to=2, namespace=shop.namespace)))
    async with an_external_opa(built, "remediation") as url:
        settings = {"EXECUTOR_OPA_URL": url, "EXECUTOR_POLICY_PATHS": str(other)}
        async with (
            serving(fresh_state, control_plane.kubeconfig, **settings) as served,
            calling(served) as session,
            session.get("/readyz") as ready,
        ):
            checks = {check["name"]: check for check in (await ready.json())["checks"]}
            denied = await Caller(session).run_of(a_plan(scale("web", to=3, namespace=shop.namespace)))

    assert "succeeded" == run["phase"], run
    assert "denied" == denied["phase"]
    assert "policy_revision" in denied["message"]
    assert (503, False) == (ready.status, checks["opa"]["ok"])
    assert "remediate policy build" in checks["opa"]["message"]
    assert 2 == await shop.replicas("web")


def _changed_policies(folder: Path) -> Path:
    """
    Write a configuration that the OPA elsewhere was not given.
    """
    place = folder / "changed" / "config" / "data.yaml"
    place.parent.mkdir(parents=True)
    place.write_text("rules: {replica_ceiling: {params: {maximum: 50}}}\n")
    return folder / "changed"
