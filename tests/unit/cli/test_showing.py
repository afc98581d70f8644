"""
One run as people read it, as a whole: its steps, its denial, its diff, and what would happen.
"""

import json

import pytest

from executor.core.events import EventType
from tests.plans import a_plan, scale
from tests.unit.cli.conftest import Remediate
from tests.unit.cli.documents import (
    DENIAL,
    DIFF,
    RUN,
    WAITS,
    WANTED,
    a_denial,
    a_log,
    a_page,
    denied,
    happened,
    listed,
    started,
    step_of,
    succeeded,
    text,
    view_of,
    waiting,
)
from tests.unit.cli.scripted_server import ScriptedServer


@pytest.mark.requirement("API-3")
def test_show_tells_a_run_and_its_steps(server: ScriptedServer, remediate: Remediate) -> None:
    server.answers("GET", f"/v1/runs/{RUN}", view_of(a_log(succeeded())))

    result = remediate("show", RUN)

    assert (
        text("""
        run       01jd3z0m7q (relieve-shop)
        reason    the shop is slow
        labels    incident=inc-42
        phase     succeeded
        message   1 step done
        caller    local
        created   2026-11-23 11:24:00 UTC
        took      10s
        rollback  automatic, none
        policy    remediation cdcdcdcdcdcd
        plan      sha256:abababababababababababababababababababababababababababababababab

        STEP  ACTION  TARGET               PHASE      STAGE  TIME  MESSAGE
        web   scale   deployment/shop/web  succeeded         8.0s  deployment/shop/web: 3 of 3 are ready

        warning: step web: the field is deprecated
        """)
        == result.stdout
    )


@pytest.mark.requirement("POL-8")
def test_a_denial_reads_rule_what_it_saw_what_to_do(server: ScriptedServer, remediate: Remediate) -> None:
    server.answers("GET", f"/v1/runs/{RUN}", view_of(a_log(denied())))
    server.answers("GET", "/v1/decisions/d1", a_denial())

    result = remediate("show", RUN)

    assert (
        text("""
        STEP  ACTION  TARGET               PHASE   STAGE  TIME  MESSAGE
        web   scale   deployment/shop/web  denied         3.0s  replica_limit: 50 is above 20

        """)
        + DENIAL
        == result.stdout[result.stdout.index("STEP") :]
    )


@pytest.mark.requirement("POL-8")
def test_a_denial_of_the_whole_plan_is_found_in_its_assessment(server: ScriptedServer, remediate: Remediate) -> None:
    """
    Until its turn comes a step has no decisions; what denied the plan stands in PlanAssessed.
    """
    steps = [
        {"id": "web", "effect": "deny", "decisions": ["d1"]},
        {"id": "cache", "effect": "allow", "decisions": ["d2"]},
    ]
    events = a_log(
        [
            happened(EventType.RUN_CLAIMED),
            happened(EventType.STEP_SKIPPED, "web", message="not started"),
            happened(EventType.STEP_SKIPPED, "cache", message="not started"),
            happened(EventType.RUN_FINISHED, phase="denied", message="step web is denied"),
        ],
        plan=a_plan(scale("web"), scale("cache")),
    )
    assessed = {**listed(events)[1], "type": "PlanAssessed", "data": {"steps": steps}}
    server.answers("GET", f"/v1/runs/{RUN}", view_of(events))
    server.answers("GET", f"/v1/runs/{RUN}/events", a_page([listed(events)[0], assessed]))
    server.answers("GET", "/v1/decisions/d1", a_denial())

    result = remediate("show", RUN)

    assert DENIAL == result.stdout[result.stdout.index("denied by") :]


@pytest.mark.requirement("POL-8")
def test_a_denial_of_a_plan_of_one_step_is_found_in_its_events(server: ScriptedServer, remediate: Remediate) -> None:
    whole = happened(EventType.POLICY_DECIDED, decision="d1", stage="plan", effect="deny")
    ends = happened(EventType.STEP_DENIED, "web", code="denied", message="frozen", decision="d1")
    events = a_log([*started(), whole, ends, happened(EventType.RUN_FINISHED, phase="denied", message="frozen")])
    server.answers("GET", f"/v1/runs/{RUN}", view_of(events))
    server.answers("GET", f"/v1/runs/{RUN}/events", a_page(listed(events)))
    server.answers("GET", "/v1/decisions/d1", {**a_denial(), "step": None, "stage": "plan"})

    result = remediate("show", RUN)

    expected = DENIAL.replace("web, at preflight", "the plan as a whole, at plan")
    assert expected == result.stdout[result.stdout.index("denied by") :]


@pytest.mark.requirement("GATE-5")
def test_show_tells_what_a_run_waits_for_of_whom_and_until_when(server: ScriptedServer, remediate: Remediate) -> None:
    server.answers("GET", f"/v1/runs/{RUN}", view_of(a_log(waiting())))

    result = remediate("show", RUN)

    assert WAITS == result.stdout[result.stdout.index("waits for approval until 2026-11-23 11:40:00 UTC") :]


@pytest.mark.requirement("GATE-5")
def test_a_rejection_is_bound_to_the_digest_of_the_run(server: ScriptedServer, remediate: Remediate) -> None:
    view = view_of(a_log(waiting()))
    server.answers("GET", f"/v1/runs/{RUN}", view)
    answer = {**view, "phase": "denied", "message": "rejected by local: not on a Friday; nothing was written"}
    server.answers("POST", f"/v1/runs/{RUN}/approvals", answer)

    result = remediate("reject", RUN, "--reason", "not on a Friday")

    assert (0, f"run {RUN} denied: rejected by local: not on a Friday; nothing was written\n") == (
        result.exit_code,
        result.stdout,
    )
    assert {"verdict": "reject", "digest": view["digest"], "comment": "not on a Friday"} == json.loads(
        server.asked[-1].body
    )


@pytest.mark.requirement("GATE-5")
def test_an_assessment_tells_which_approvals_are_wanted(
    server: ScriptedServer, remediate: Remediate, plan_file: str
) -> None:
    report = {"effect": "require_approval", "plan_gate": None, "steps": [], "approvals": [WANTED]}
    server.answers("POST", "/v1/assessments", report)

    result = remediate("assess", plan_file)

    told = WAITS.split("\n", 1)[1]
    assert (6, f"require_approval: the plan would wait for approval\n\n{told}") == (result.exit_code, result.stdout)


@pytest.mark.requirement("ROLL-6")
def test_show_tells_what_a_rollback_left_changed_and_why(server: ScriptedServer, remediate: Remediate) -> None:
    left = {
        "step": "web",
        "target": "deployment/shop/web",
        "path": "/spec/replicas",
        "expected": 3,
        "actual": 7,
        "why": ".spec.replicas: somebody else changed it since",
    }
    view = view_of(a_log(succeeded()))
    rollback = {"strategy": "automatic", "state": "failed", "residue": [left]}
    server.answers("GET", f"/v1/runs/{RUN}", {**view, "phase": "degraded", "rollback": rollback, "steps": []})

    result = remediate("show", RUN)

    assert (
        text("""
        left changed; a person must look:
          step web  deployment/shop/web  /spec/replicas
            .spec.replicas: somebody else changed it since
            was 3, is 7
        """)
        == result.stdout[result.stdout.index("left changed") :]
    )


@pytest.mark.requirement("DRY-2")
def test_diff_shows_each_path_with_what_was_and_what_comes(server: ScriptedServer, remediate: Remediate) -> None:
    events = a_log(succeeded())
    server.answers("GET", f"/v1/runs/{RUN}", view_of(events))
    server.answers("GET", f"/v1/runs/{RUN}/steps/web", step_of(events))

    assert (
        text("""
        web: scale deployment/shop/web
          .metadata.annotations["policy.test/seen"]  (admission)
            + "yes"
          .spec.template.spec.containers[app].image
            - "registry.test/web:1"
            + "registry.test/web:2"
        """)
        == remediate("diff", RUN).stdout
        == remediate("diff", RUN, "web").stdout
    )


def test_diff_of_a_step_that_was_not_tried_yet_says_so(server: ScriptedServer, remediate: Remediate) -> None:
    server.answers("GET", f"/v1/runs/{RUN}/steps/web", step_of(a_log(started()[:3])))

    result = remediate("diff", RUN, "web")

    assert "web: scale deployment/shop/web\n  no dry run (pending): not started\n" == result.stdout


@pytest.mark.requirement("DRY-2")
def test_diff_of_a_step_that_was_denied_before_its_dry_run_shows_what_was_asked(
    server: ScriptedServer, remediate: Remediate
) -> None:
    asked = [{"path": "/spec/replicas", "op": "replace", "before": 3, "after": 50, "requested": True}]
    step = {**step_of(a_log(denied())), "preview": None, "diff": [], "decisions": ["d1"]}
    server.answers("GET", f"/v1/runs/{RUN}/steps/web", step)
    server.answers("GET", "/v1/decisions/d1", {**a_denial(), "input": {"diff": asked}})

    result = remediate("diff", RUN, "web")

    assert (
        text("""
        web: scale deployment/shop/web
          asked for, and denied before any dry run:
          .spec.replicas
            - 3
            + 50
        """)
        == result.stdout
    )


def test_diff_of_a_step_that_changes_nothing_says_so(server: ScriptedServer, remediate: Remediate) -> None:
    server.answers("GET", f"/v1/runs/{RUN}/steps/web", {**step_of(a_log(succeeded())), "diff": []})

    result = remediate("diff", RUN, "web")

    assert "web: scale deployment/shop/web\n  already as asked: nothing changes\n" == result.stdout


@pytest.mark.requirement("DRY-5")
def test_an_assessment_shows_each_step_and_every_objection(
    server: ScriptedServer, remediate: Remediate, plan_file: str
) -> None:
    step = {
        "id": "web",
        "effect": "deny",
        "code": None,
        "reversible": False,
        "irreversible_because": "pods are gone for good",
        "changed_paths": [each["path"] for each in DIFF],
        "diff": DIFF,
        "warnings": ["the field is deprecated"],
        "message": "replica_limit: too many",
        "decisions": ["d1"],
    }
    server.answers("POST", "/v1/assessments", {"effect": "deny", "plan_gate": None, "steps": [step]})
    server.answers("GET", "/v1/decisions/d1", a_denial())

    result = remediate("assess", plan_file)

    assert (
        text("""
        deny: the plan would be denied

        web: deny: replica_limit: too many
          cannot be undone: pods are gone for good
          warning: the field is deprecated
          .metadata.annotations["policy.test/seen"]  (admission)
            + "yes"
          .spec.template.spec.containers[1].image
            - "registry.test/web:1"
            + "registry.test/web:2"

        """)
        + DENIAL
        == result.stdout
    )
