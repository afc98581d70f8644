"""
Owns plans as documents with one thing changed, and the problems that validation finds in them.
"""

from typing import Any

from executor.core.errors import PlanInvalid, Problem
from executor.core.plan import Plan
from executor.core.validation import read_plan
from tests.plans import a_plan, scale

GONE: Any = object()
"""Put in place of a value: the key is left out."""

SERVER_LIMIT = 5


def with_change(place: str, value: Any, *steps: dict[str, Any]) -> Any:
    """
    Return a valid plan with one value set (or GONE) at a place such as `steps.0.target.name`.
    """
    document: Any = a_plan(*(steps or (scale("web"),)))
    *parents, last = [int(token) if token.isdigit() else token for token in place.split(".")]
    inner = document
    for token in parents:
        inner = inner[token]
    if value is GONE:
        del inner[last]
    else:
        inner[last] = value
    return document


def problems(document: Any) -> tuple[Problem, ...]:
    """
    Return every problem validation finds; none for a valid plan.
    """
    try:
        read(document)
    except PlanInvalid as invalid:
        return invalid.problems
    return ()


def found(document: Any) -> list[tuple[str, str]]:
    """
    Return pointer and code of every problem.
    """
    return [(problem.pointer, problem.code) for problem in problems(document)]


def read(document: Any) -> Plan:
    """
    Return the plan of a document, on a server that runs five steps side by side.
    """
    return read_plan(document, max_parallel=SERVER_LIMIT)
