"""
The whole path over HTTP with a real API server and a real OPA: what succeeds, what is denied, what is put back.
"""

import json
from typing import Any

import pytest

from deploy.local.control_plane import ControlPlane
from executor.core.actions import CATALOGUE
from executor.core.events import Event, first_broken
from tests.builders import a_budget
from tests.fixtures.admission import ADMISSION_LABEL
from tests.fixtures.kubernetes import make_namespace
from tests.plans import a_plan, cordon, restart, scale, set_image
from tests.serving import Caller
from tests.shop import Shop
from tests.waiting import eventually

pytestmark = pytest.mark.integration


@pytest.mark.requirement("RUN-1")
@pytest.mark.requirement("ACT-1")
@pytest.mark.requirement("AUD-1")
@pytest.mark.requirement("PLAN-1")
async def test_a_plan_of_four_steps_runs_in_its_order_and_leaves_a_chain_of_events(caller: Caller, shop: Shop) -> None:
    await shop.open("web", "api", "cache")
    there = {"namespace": shop.namespace}
    plan = a_plan(
        scale("web", to=2, **there),
        set_image("api", needs=["web"], **there),
        restart("cache", needs=["web"], **there),
        {**cordon("node-000002"), "needs": ["api", "cache"]},
        {**cordon("node-000002"), "id": "back", "action": "uncordon", "needs": ["node-000002"], "assess": "late"},
    )

    run = await caller.run_of(plan)

    assert "succeeded" == run["phase"], run
    assert {"total": 5, "done": 5, "percent": 100} == run["progress"]
    assert {("applied", "verified")} == {(step["actuation"], step["verification"]) for step in run["steps"]}
    events = await caller.events(run["id"])
    assert first_broken([_event(each) for each in events]) is None
    started = {event["step"]: event["sequence"] for event in events if event["type"] == "StepStarted"}
    ended = {event["step"]: event["sequence"] for event in events if event["type"] == "StepSucceeded"}
    assert max(started["api"], started["cache"]) < min(ended["api"], ended["cache"])
    assert ended["web"] < started["api"]
    assert max(ended["api"], ended["cache"]) < started["node-000002"]


@pytest.mark.requirement("POL-8")
@pytest.mark.requirement("GATE-8")
async def test_a_denial_names_rule_title_remedy_and_file_and_its_decision_is_kept_with_its_input(
    caller: Caller, shop: Shop
) -> None:
    await shop.open("web")

    run = await caller.run_of(a_plan(scale("web", to=21, namespace=shop.namespace)))

    assert "denied" == run["phase"]
    assert 1 == await shop.replicas("web")
    decision = await caller.get(f"/v1/decisions/{run['steps'][0]['decisions'][-1]}")
    (violation,) = decision["violations"]
    assert "replica_ceiling" == violation["code"]
    assert all(violation[key] for key in ("message", "title", "remedy"))
    assert "replica_ceiling.rego:" in violation["rule"]
    assert 21 == decision["input"]["step"]["parameters"]["replicas"]
    assert run["policy_revision"] == decision["revision"]
    assert "replica_ceiling" in run["message"]


@pytest.mark.requirement("DRY-5")
async def test_an_assessment_shows_every_step_and_writes_nothing(caller: Caller, shop: Shop) -> None:
    await shop.open("web")
    before = (await shop.live("web"))["metadata"]["resourceVersion"]
    plan = a_plan(
        scale("web", to=2, namespace=shop.namespace),
        restart("web", id="again", needs=["web"], namespace=shop.namespace),
        set_image("web", id="latest", image="registry.test/web:latest", needs=["again"], namespace=shop.namespace),
        scale("gone", needs=["latest"], namespace=shop.namespace),
    )

    status, report = await caller.post("/v1/assessments", plan)

    assert 200 == status
    assert ["allow", "allow", "deny", "fail"] == [step["effect"] for step in report["steps"]]
    assert [True, False, True, True] == [step["reversible"] for step in report["steps"]]
    assert ["/spec/replicas"] == report["steps"][0]["changed_paths"]
    decision = await caller.get(f"/v1/decisions/{report['steps'][0]['decisions'][0]}")
    assert decision["run"] is None
    assert before == (await shop.live("web"))["metadata"]["resourceVersion"]


@pytest.mark.requirement("ROLL-7")
@pytest.mark.requirement("ROLL-1")
async def test_an_image_that_cannot_be_pulled_rolls_everything_back_proven_equal(caller: Caller, shop: Shop) -> None:
    await shop.open("web", "api", replicas=2, progress_seconds=5)
    before = {name: (await shop.live(name))["spec"] for name in ("web", "api")}
    plan = a_plan(
        scale("web", to=3, namespace=shop.namespace),
        set_image("api", image="fault.local/image-pull:1", needs=["web"], namespace=shop.namespace),
    )

    run = await caller.run_of(plan)

    assert "rolled_back" == run["phase"], run
    assert before == {name: (await shop.live(name))["spec"] for name in ("web", "api")}
    step = await caller.get(f"/v1/runs/{run['id']}/steps/api")
    assert before["api"] == step["snapshot"]["spec"]
    assert [".spec.template.spec.containers[app].image"] == step["restore"]["equal"]


@pytest.mark.requirement("ROLL-6")
async def test_what_somebody_else_changed_meanwhile_is_left_alone_and_named(caller: Caller, shop: Shop) -> None:
    await shop.open("web", "api")
    plan = a_plan(
        scale("web", to=3, namespace=shop.namespace),
        set_image("api", image="fault.local/never-ready:1", needs=["web"], namespace=shop.namespace),
    )
    run_id = await caller.submit(plan)
    await eventually(lambda: _applied(caller, run_id, "api"))
    await shop.edit("web", {"spec": {"replicas": 5}})
    # Only now may the rollout be given up, however long all that took.
    await shop.edit("api", {"spec": {"progressDeadlineSeconds": 1}})

    run = await caller.ended(run_id)

    assert "degraded" == run["phase"], run
    assert 5 == await shop.replicas("web")
    residue = [(each["path"], each["expected"], each["actual"]) for each in run["rollback"]["residue"]]
    assert [("/spec/replicas", 1, 5)] == residue


@pytest.mark.requirement("DRY-2")
@pytest.mark.usefixtures("admission")
async def test_what_admission_would_add_is_seen_in_the_preview_and_denied(
    caller: Caller, control_plane: ControlPlane
) -> None:
    shop = Shop(control_plane, make_namespace(control_plane, **{ADMISSION_LABEL: "mutate"}))
    await shop.open("web")

    run = await caller.run_of(a_plan(scale("web", to=2, namespace=shop.namespace)))

    assert "denied" == run["phase"], run
    assert "unrequested_changes" in run["message"]
    step = await caller.get(f"/v1/runs/{run['id']}/steps/web")
    requested = {difference["path"]: difference["requested"] for difference in step["diff"]}
    assert requested["/spec/replicas"]
    assert any("mutated" in str(difference) and not difference["requested"] for difference in step["diff"])
    assert 1 == await shop.replicas("web")


@pytest.mark.usefixtures("admission")
async def test_an_admission_policy_that_denies_fails_the_step_with_its_own_words(
    caller: Caller, control_plane: ControlPlane
) -> None:
    shop = Shop(control_plane, make_namespace(control_plane, **{ADMISSION_LABEL: "deny"}))
    await shop.open("web")

    run = await caller.run_of(a_plan(scale("web", to=2, namespace=shop.namespace)))

    assert "failed" == run["phase"]
    assert "replicas are sacred here" in run["message"]


@pytest.mark.usefixtures("admission")
async def test_a_warning_of_admission_reaches_the_step_and_the_policy(
    caller: Caller, control_plane: ControlPlane
) -> None:
    shop = Shop(control_plane, make_namespace(control_plane, **{ADMISSION_LABEL: "warn"}))
    await shop.open("web")

    run = await caller.run_of(a_plan(scale("web", to=2, namespace=shop.namespace)))

    assert "succeeded" == run["phase"], run
    assert any("replicas are dear here" in warning for warning in run["steps"][0]["warnings"])
    _, previewed, _ = run["steps"][0]["decisions"]
    decision = await caller.get(f"/v1/decisions/{previewed}")
    assert ("dry_run", run["steps"][0]["warnings"]) == (decision["stage"], decision["input"]["warnings"])


@pytest.mark.requirement("GATE-12")
@pytest.mark.requirement("GATE-7")
async def test_a_budget_without_headroom_denies_a_restart(caller: Caller, shop: Shop) -> None:
    await shop.open("web")
    budget = a_budget("web", shop.namespace, min_available=1)
    del budget["status"]
    await shop.create("/apis/policy/v1", budget)
    await eventually(lambda: _denied_by_the_budget(caller, shop))


async def test_system_namespaces_and_the_last_ready_node_are_protected(caller: Caller) -> None:
    _, system = await caller.post("/v1/assessments", a_plan(scale("coredns", namespace="kube-system", to=1)))
    nodes = [cordon("node-000000"), {**cordon("node-000001"), "needs": ["node-000000"]}]
    _, workers = await caller.post("/v1/assessments", a_plan(*nodes))

    assert "fail" == system["steps"][0]["effect"] or "protected_namespaces" in system["steps"][0]["message"]
    assert ["allow", "allow"] == [step["effect"] for step in workers["steps"]]


@pytest.mark.requirement("OBS-1")
@pytest.mark.requirement("ACT-3")
async def test_figures_catalogue_and_policy_are_served(caller: Caller, shop: Shop) -> None:
    await shop.open("web")
    await caller.run_of(a_plan(scale("web", to=2, namespace=shop.namespace)))

    async with caller.session.get("/metrics") as response:
        page = await response.text()
    assert 'executor_runs_total{phase="succeeded"}' in page
    assert 'executor_steps_total{action="scale",phase="succeeded"}' in page
    assert 'executor_decisions_total{effect="allow",stage="dry_run"}' in page
    actions = (await caller.get("/v1/actions"))["items"]
    assert list(CATALOGUE) == [each["action"] for each in actions]
    policy = await caller.get("/v1/policy")
    assert {"plan", "preflight", "dry_run", "verify", "rollback"} == set(policy["rules"])
    assert "replica_ceiling" in [rule["code"] for rule in policy["rules"]["preflight"]]
    ready = await caller.get("/readyz")
    assert ready


@pytest.mark.requirement("LOCK-1")
async def test_a_second_run_on_a_target_waits_for_the_first_and_can_be_cancelled(caller: Caller, shop: Shop) -> None:
    await shop.open("web")
    await shop.hold("web")
    there = {"namespace": shop.namespace}
    first = await caller.submit(a_plan(scale("web", to=2, **there)))
    await eventually(lambda: _applied(caller, first, "web"))
    second = await caller.submit(a_plan(scale("web", to=3, **there)))
    await eventually(lambda: _waits_for(caller, second, first))

    status, _ = await caller.post(f"/v1/runs/{second}/cancel", {"reason": "not needed"})

    assert 202 == status
    assert "cancelled" == (await caller.ended(second))["phase"]
    await shop.let_go("web")
    assert "succeeded" == (await caller.ended(first))["phase"]


async def _applied(caller: Caller, run: str, step: str) -> bool:
    found = await caller.get(f"/v1/runs/{run}/steps/{step}")
    return bool(found["actuation"] == "applied")


async def _waits_for(caller: Caller, run: str, other: str) -> bool:
    view = await caller.get(f"/v1/runs/{run}")
    return bool(view["phase"] == "queued" and other in view["message"])


async def _denied_by_the_budget(caller: Caller, shop: Shop) -> bool:
    _, report = await caller.post("/v1/assessments", a_plan(restart("web", namespace=shop.namespace)))
    return bool(report["effect"] == "deny") and "disruption_budget" in report["steps"][0]["message"]


def _event(document: dict[str, Any]) -> Event:
    return Event.model_validate_json(json.dumps(document))
