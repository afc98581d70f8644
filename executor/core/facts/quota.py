"""
Owns the fact `quota`: the ResourceQuotas of a namespace, and what they leave.
"""

from collections.abc import Iterable

from pydantic import Field

from executor.core.model import Manifest, Value
from executor.core.quantity import EXACT, quantity, spelled


class QuotaFact(Value):
    """
    One ResourceQuota; by resource (`pods`, `requests.memory`), as quantities in the API server's spelling.
    """

    name: str
    hard: dict[str, str]
    used: dict[str, str | None] = Field(description="null until its controller has counted")
    headroom: dict[str, str | None] = Field(description="hard less used; below zero where a limit was lowered")
    scopes: list[str] = Field(description="it counts pods of these scopes only; empty: all")


def quota_facts(quotas: Iterable[Manifest]) -> list[QuotaFact]:
    """
    Read the limits of each quota, what is used of them and what is left.
    """
    return [_quota_fact(quota) for quota in quotas]


def _quota_fact(quota: Manifest) -> QuotaFact:
    spec = quota.get("spec") or {}
    hard: dict[str, str] = spec.get("hard") or {}
    used: dict[str, str] = (quota.get("status") or {}).get("used") or {}
    selected = (spec.get("scopeSelector") or {}).get("matchExpressions") or []
    return QuotaFact(
        name=quota["metadata"]["name"],
        hard=hard,
        used={resource: used.get(resource) for resource in hard},
        headroom={resource: _left(limit, used.get(resource)) for resource, limit in hard.items()},
        scopes=[*(spec.get("scopes") or ()), *(expression["scopeName"] for expression in selected)],
    )


def _left(hard: str, used: str | None) -> str | None:
    if used is None:
        return None
    try:
        limit, taken = quantity(hard), quantity(used)
    except ValueError:
        return None
    return spelled(EXACT.subtract(limit, taken), like=hard if limit else used)
