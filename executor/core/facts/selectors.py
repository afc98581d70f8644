"""
Owns which labels a LabelSelector selects, and the selector that a text says.

Sources: "Labels and Selectors" of the Kubernetes documentation; the text form is that of `labelSelector` parameters.
"""

import re
from collections.abc import Mapping
from typing import Any

_KEY = r"(?P<key>[A-Za-z0-9][A-Za-z0-9./_-]*)"
_VALUE = r"[A-Za-z0-9._-]*"
_TERMS = (
    re.compile(rf"{_KEY}\s*==?\s*(?P<value>{_VALUE})\Z"),
    re.compile(rf"{_KEY}\s*(?P<other>!=)\s*(?P<value>{_VALUE})\Z"),
    re.compile(rf"{_KEY}\s+(?P<word>in|notin)\s*\((?P<values>[^()]*)\)\Z"),
    re.compile(rf"(?P<not>!)?\s*{_KEY}\Z"),
)
_COMMA_OUTSIDE_PARENTHESES = re.compile(r",(?![^(]*\))")


def selects(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """
    Tell if a LabelSelector matches labels.

    An operator that is not known matches, so that a rule sees too much rather than too little.
    """
    if selector is None:
        return False
    if any(labels.get(key) != value for key, value in (selector.get("matchLabels") or {}).items()):
        return False
    return all(_expression_holds(expression, labels) for expression in selector.get("matchExpressions") or [])


def selector_of(text: str) -> dict[str, Any] | None:
    """
    Return the LabelSelector that a text such as `app=web,tier in (a,b),!legacy` says, or None for one that is none.
    """
    expressions = [_expression(term.strip()) for term in _COMMA_OUTSIDE_PARENTHESES.split(text)]
    return None if None in expressions else {"matchExpressions": expressions}


def _expression(term: str) -> dict[str, Any] | None:
    found = next((match for match in (form.match(term) for form in _TERMS) if match), None)
    if found is None:
        return None
    said = found.groupdict()
    if "word" in said:
        values = [value.strip() for value in said["values"].split(",")]
        return {"key": said["key"], "operator": "In" if said["word"] == "in" else "NotIn", "values": values}
    if "value" in said:
        return {"key": said["key"], "operator": "NotIn" if said.get("other") else "In", "values": [said["value"]]}
    return {"key": said["key"], "operator": "DoesNotExist" if said["not"] else "Exists"}


def _expression_holds(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    key, values = expression.get("key", ""), expression.get("values") or []
    match expression.get("operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
        case _:
            return True
