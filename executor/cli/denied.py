"""
Owns finding the decisions that denied a run, wherever they stand: in its steps, or in the assessment of its plan.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from executor.cli.client import Client, run_path, segment

_PAGE = 200
_STOPPED = frozenset({"denied", "restore_failed"})


async def denials_of(client: Client, view: Mapping[str, Any]) -> list[dict[str, Any]]:
    """
    Return every decision that says no to a run, in the order in which they were made.
    """
    stopped = [step for step in view["steps"] if step["phase"] in _STOPPED]
    found = await denying(client, (each for step in stopped for each in step["decisions"]))
    if found or view["phase"] != "denied":
        return found
    return await denying(client, await _assessed(client, view["id"]))


async def denying(client: Client, decisions: Iterable[str]) -> list[dict[str, Any]]:
    """
    Return those of some decisions that deny.
    """
    asked = [await client.get(f"/v1/decisions/{segment(each)}") for each in dict.fromkeys(decisions)]
    return [decision for decision in asked if decision["effect"] == "deny"]


async def _assessed(client: Client, run: str) -> list[str]:
    """
    Return the decisions about a plan as a whole, and of its assessment those of steps that it denied.

    They stand at no step: PlanAssessed tells them, and for a plan of one step a PolicyDecided of its own.
    """
    page = await client.get(run_path(run, "events"), limit=_PAGE)
    found = []
    for event in page["items"]:
        data = event["data"]
        if event["type"] == "PlanAssessed":
            found += [each for step in data["steps"] if step["effect"] == "deny" for each in step["decisions"]]
            whole = data.get("plan_gate")
            found += [whole["decision"]] if whole is not None and whole["effect"] == "deny" else []
        elif event["type"] == "PolicyDecided" and event["step"] is None:
            found.append(data["decision"])
    return found
