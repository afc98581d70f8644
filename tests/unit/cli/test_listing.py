"""
Lists as people read them, as a whole: events, runs, actions.
"""

import pytest

from tests.unit.cli.conftest import Remediate
from tests.unit.cli.documents import (
    RUN,
    a_log,
    a_page,
    denied,
    listed,
    text,
    view_of,
)
from tests.unit.cli.scripted_server import ScriptedServer


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


@pytest.mark.requirement("POL-7")
def test_an_event_tells_what_rules_in_shadow_said(server: ScriptedServer, remediate: Remediate) -> None:
    (decided,) = [event for event in listed(a_log(denied())) if event["type"] == "PolicyDecided"]
    said = {"code": "acme/quiet", "level": "deny", "message": "no", "path": None}
    decided = {**decided, "data": {**decided["data"], "effect": "allow", "shadowed": [said, said]}}
    server.answers("GET", f"/v1/runs/{RUN}/events", a_page([decided]))

    result = remediate("events", RUN)

    assert "11:24:06.500    7  web: PolicyDecided  preflight: allow (in shadow: acme/quiet deny)\n" == result.stdout


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
    "irreversible_kinds": {},
    "permissions": [{"api_group": "apps", "resource": "deployments", "verbs": ["get", "patch"]}],
    "facts": ["pods"],
    "description": "Set the replicas.",
    "example": {},
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
          targets: Deployment, StatefulSet
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


@pytest.mark.requirement("ACT-2")
def test_an_action_for_any_kind_tells_which_kinds_are_not_restored(
    server: ScriptedServer, remediate: Remediate
) -> None:
    delete = {**ACTION, "action": "delete", "kinds": ["*"], "irreversible_kinds": {"Pod": "a new one is another"}}
    server.answers("GET", "/v1/actions", a_page([{**delete, "parameters": {"properties": {}}}]))

    result = remediate("actions", "delete")

    assert "  targets: any kind\n" in result.stdout
    assert "    Pod: not restored, a new one is another\n" in result.stdout


@pytest.mark.requirement("ACT-2")
def test_an_action_about_no_object_has_no_target_to_copy(server: ScriptedServer, remediate: Remediate) -> None:
    server.answers("GET", "/v1/actions", a_page([{**ACTION, "kinds": []}]))

    result = remediate("actions", "scale")

    assert "  targets: no object\n" in result.stdout
    assert "target: {" not in result.stdout


def test_an_unknown_action_names_the_known_ones(server: ScriptedServer, remediate: Remediate) -> None:
    server.answers("GET", "/v1/actions", a_page([ACTION]))

    result = remediate("actions", "shell")

    assert (2, "error: no action has this name; known are: scale\n") == (result.exit_code, result.stderr)
