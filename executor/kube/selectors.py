"""
Owns the query form of a LabelSelector: `app=web,tier in (a,b),!legacy`.
"""

from collections.abc import Mapping
from typing import Any


def query_of(selector: Mapping[str, Any] | None) -> str | None:
    """
    Return a selector as the `labelSelector` parameter, or None when it selects nothing or cannot be said in one.
    """
    if not selector:
        return None
    terms = [f"{key}={value}" for key, value in (selector.get("matchLabels") or {}).items()]
    for expression in selector.get("matchExpressions") or []:
        term = _term(expression)
        if term is None:
            return None
        terms.append(term)
    return ",".join(terms) or None


def _term(expression: Mapping[str, Any]) -> str | None:
    key, values = expression.get("key"), ",".join(expression.get("values") or [])
    match expression.get("operator"):
        case "In":
            return f"{key} in ({values})"
        case "NotIn":
            return f"{key} notin ({values})"
        case "Exists":
            return f"{key}"
        case "DoesNotExist":
            return f"!{key}"
        case _:
            return None
