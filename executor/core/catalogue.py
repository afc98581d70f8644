"""
Owns how actions and rules are shown: the items of `GET /v1/actions` and the document of `GET /v1/policy`.
"""

from typing import Any

from executor.core.action import Action
from executor.core.loading import Attempt, Loading
from executor.core.policy import ASKED_STAGES, Catalogue, Rule


def action_view(action: Action[Any]) -> dict[str, Any]:
    """
    Return an action as the API lists it; `parameters` is a JSON Schema without references.
    """
    return {
        "action": action.name,
        "kinds": list(action.kinds),
        "parameters": action.parameters.model_json_schema(),
        "reversible": action.reversible,
        "irreversible_because": action.irreversible_because,
        "irreversible_kinds": dict(action.irreversible_kinds),
        "permissions": [
            {"api_group": each.api_group, "resource": each.resource, "verbs": list(each.verbs)}
            for each in action.permissions
        ],
        "facts": sorted(str(fact) for fact in action.facts),
        "description": action.description,
        "example": dict(action.example),
    }


def policy_view(catalogue: Catalogue, loading: Loading) -> dict[str, Any]:
    """
    Return the active policy set: revision and roots by bundle, rules by stage, and how loading went, newest first.
    """
    refused = loading.refused
    return {
        "revision": dict(catalogue.revision),
        "roots": {bundle: list(roots) for bundle, roots in catalogue.roots.items()},
        "rules": {
            str(stage): [_rule_view(rule) for rule in catalogue.rules if rule.stage is stage] for stage in ASKED_STAGES
        },
        "state": {
            "loaded_at": loading.loaded_at,
            "refused": None if refused is None else {"at": refused.at, "reason": refused.reason},
        },
        "events": [_attempt_view(attempt) for attempt in reversed(loading.attempts)],
    }


def _attempt_view(attempt: Attempt) -> dict[str, Any]:
    return {
        "at": attempt.at,
        "outcome": str(attempt.outcome),
        "revision": None if attempt.revision is None else dict(attempt.revision),
        "reason": attempt.reason,
        "duration_seconds": attempt.duration_seconds,
    }


def _rule_view(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "title": rule.title,
        "description": rule.description,
        "remedy": rule.remedy,
        "file": f"{rule.file}:{rule.row}",
    }
