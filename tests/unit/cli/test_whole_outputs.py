"""
What people read, as a whole: a run, its denial, its diff, its events, an assessment, an action.
"""

import json
import textwrap

import pytest
import yaml

from executor.core.events import EventType
from tests.unit.cli.conftest import Remediate
from tests.unit.cli.documents import (
    DIFF,
    RUN,
    a_denial,
    a_log,
    a_page,
    denied,
    happened,
    listed,
    started,
    step_of,
    succeeded,
    view_of,
)
from tests.unit.cli.scripted_server import ScriptedServer

DENIAL = """\
denied by replica_limit: Scaling stays within a limit
  step   web, at preflight
  rule   remediation/rules/preflight/replica_limit/replica_limit.rego:12
  saw    /spec/replicas: 50 replicas are asked for, 20 are allowed
  to do  Ask for at most 20, or raise params.max_replicas of this rule.
"""


def text(shown: str) -> str:
    return textwrap.dedent(shown).removeprefix("\n")


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
            happened(EventType.RUN_FINISHED, phase="denied", message="step web is denied"),
        ]
    )
    assessed = {**listed(events)[1], "type": "PlanAssessed", "data": {"steps": steps}}
    server.answers("GET", f"/v1/runs/{RUN}", view_of(events))
    server.answers("GET", f"/v1/runs/{RUN}/events", a_page([listed(events)[0], assessed]))
    server.answers("GET", "/v1/decisions/d1", a_denial())

    result = remediate("show", RUN)

    assert DENIAL == result.stdout[result.stdout.index("denied by") :]


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

    assert "web: scale deployment/shop/web\n  no dry run yet (pending): not started\n" == result.stdout


def test_diff_of_a_step_that_changes_nothing_says_so(server: ScriptedServer, remediate: Remediate) -> None:
    server.answers("GET", f"/v1/runs/{RUN}/steps/web", {**step_of(a_log(succeeded())), "diff": []})

    result = remediate("diff", RUN, "web")

    assert "web: scale deployment/shop/web\n  already as asked: nothing changes\n" == result.stdout


def test_events_are_told_one_a_line(server: ScriptedServer, remediate: Remediate) -> None:
    pages = listed(a_log(denied()))
    server.answers("GET", f"/v1/runs/{RUN}/events", a_page(pages[:4], "4"), a_page(pages[4:]))

    result = remediate("events", RUN)

    assert (
        text("""
        11:24:00.500    1  RunAccepted
        11:24:01.500    2  RunClaimed
        11:24:02.500    3  RunQueued  waits for its turn
        11:24:03.500    4  RunStarted
        11:24:04.500    5  web: StepStarted
        11:24:05.500    6  web: SnapshotTaken
        11:24:06.500    7  web: PolicyDecided  preflight: deny
        11:24:07.500    8  web: StepDenied  replica_limit: 50 is above 20
        11:24:08.500    9  RunFinished  denied: step web was denied: replica_limit
        """)
        == result.stdout
    )
    assert [[("limit", "200")], [("limit", "200"), ("cursor", "4")]] == [asked.query for asked in server.asked]


def test_runs_are_listed_with_their_filters(server: ScriptedServer, remediate: Remediate) -> None:
    server.answers("GET", "/v1/runs", a_page([view_of(a_log(denied()))], "more"))

    result = remediate(
        "list", "--phase", "denied", "-n", "shop", "-l", "a=b", "-l", "c=d", "--caller", "x", "--limit", "1"
    )

    assert (
        text("""
        RUN         PHASE   NAME          DONE  CALLER  CREATED (UTC)        MESSAGE
        01jd3z0m7q  denied  relieve-shop  1/1   local   2026-11-23 11:24:00  step web was denied: replica_limit
        """)
        == result.stdout
    )
    assert "there are more; --limit 2 shows them\n" == result.stderr
    assert [
        ("phase", "denied"),
        ("namespace", "shop"),
        ("label", "a=b"),
        ("label", "c=d"),
        ("caller", "x"),
        ("limit", "1"),
    ] == server.asked[0].query


def test_no_runs_at_all_leave_standard_output_empty(server: ScriptedServer, remediate: Remediate) -> None:
    server.answers("GET", "/v1/runs", a_page([]))

    result = remediate("list")

    assert ("", "no runs\n") == (result.stdout, result.stderr)


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


ACTION = {
    "action": "scale",
    "kinds": ["Deployment", "StatefulSet"],
    "parameters": {
        "type": "object",
        "properties": {"replicas": {"type": "integer", "minimum": 0, "maximum": 1000, "description": "how many"}},
        "required": ["replicas"],
    },
    "reversible": True,
    "irreversible_because": None,
    "permissions": [{"api_group": "apps", "resource": "deployments", "verbs": ["get", "patch"]}],
    "facts": ["pods"],
    "description": "Set the replicas.",
}


@pytest.mark.requirement("ACT-3")
def test_actions_are_listed(server: ScriptedServer, remediate: Remediate) -> None:
    server.answers("GET", "/v1/actions", a_page([ACTION]))

    assert (
        text("""
        ACTION  KINDS                    UNDO  WHAT IT DOES
        scale   Deployment, StatefulSet  yes   Set the replicas.
        """)
        == remediate("actions").stdout
    )


@pytest.mark.requirement("ACT-3")
def test_an_action_is_shown_with_a_step_to_copy(server: ScriptedServer, remediate: Remediate) -> None:
    server.answers("GET", "/v1/actions", a_page([ACTION]))

    result = remediate("actions", "scale")

    assert (
        text("""
        scale
          Set the replicas.
          a rollback restores it

        parameters
          replicas: integer 0..1000 - how many

        a step
          - id: scale
            action: scale
            target: {kind: Deployment, namespace: NAMESPACE, name: NAME}
            parameters: {replicas: 1}

        permissions the executor needs
          apps/deployments: get, patch
        """)
        == result.stdout
    )


def test_an_unknown_action_names_the_known_ones(server: ScriptedServer, remediate: Remediate) -> None:
    server.answers("GET", "/v1/actions", a_page([ACTION]))

    result = remediate("actions", "shell")

    assert (2, "error: no action has this name; known are: scale\n") == (result.exit_code, result.stderr)


@pytest.mark.parametrize("form", ["json", "yaml"])
@pytest.mark.parametrize("command", ["show", "diff", "events", "list", "cancel", "submit", "assess", "actions"])
def test_json_and_yaml_are_the_apis_own_document(
    server: ScriptedServer, remediate: Remediate, plan_file: str, command: str, form: str
) -> None:
    document = {
        "id": RUN,
        "odd": "tab\tbell\x07csi\x9b31m \u00e9\u2603",
        "number": 1.5,
        "none": None,
        "items": [],
        "next_cursor": None,
    }
    path = {"list": "/v1/runs", "actions": "/v1/actions", "diff": f"/v1/runs/{RUN}/steps/web"}.get(
        command, f"/v1/runs/{RUN}"
    )
    if command in {"list", "events"}:
        document = {"items": [document], "next_cursor": None}
    server.answers("GET", f"{path}/events" if command == "events" else path, document)
    server.answers("POST", f"/v1/runs/{RUN}/cancel", document)
    server.answers("POST", "/v1/runs", document)
    server.answers("POST", "/v1/assessments", {**document, "effect": "allow"})
    arguments = {
        "diff": (RUN, "web"),
        "list": (),
        "actions": (),
        "cancel": (RUN, "--reason", "no"),
        "submit": (plan_file,),
        "assess": (plan_file,),
    }.get(command, (RUN,))

    result = remediate(command, *arguments, "-o", form)

    expected = {**document, "effect": "allow"} if command == "assess" else document
    assert (0, "", expected) == (
        result.exit_code,
        result.stderr,
        (json.loads if form == "json" else yaml.safe_load)(result.stdout),
    )
    assert "\x9b" not in result.stdout
    assert "\x07" not in result.stdout
