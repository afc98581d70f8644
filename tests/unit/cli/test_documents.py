"""
Output for programs: the document of the API and nothing else.
"""

import json

import pytest
import yaml

from tests.unit.cli.conftest import Remediate
from tests.unit.cli.documents import (
    RUN,
)
from tests.unit.cli.scripted_server import ScriptedServer


@pytest.mark.parametrize("form", ["json", "yaml"])
@pytest.mark.parametrize(
    "command", ["show", "diff", "events", "list", "cancel", "reject", "submit", "assess", "actions"]
)
def test_json_and_yaml_are_the_apis_own_document(
    server: ScriptedServer, remediate: Remediate, plan_file: str, command: str, form: str
) -> None:
    document = {
        "id": RUN,
        "digest": "sha256:0",
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
    server.answers("POST", f"/v1/runs/{RUN}/approvals", document)
    server.answers("POST", "/v1/runs", document)
    server.answers("POST", "/v1/assessments", {**document, "effect": "allow"})
    arguments = {
        "diff": (RUN, "web"),
        "list": (),
        "actions": (),
        "cancel": (RUN, "--reason", "no"),
        "reject": (RUN, "--reason", "no"),
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
