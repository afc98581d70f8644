"""
Owns the reading of `status.conditions`.
"""

from executor.core.model import Manifest


def condition_is_true(manifest: Manifest, kind: str) -> bool:
    """
    Tell if an object's status carries the condition with status True.
    """
    conditions = manifest.get("status", {}).get("conditions") or []
    return any(condition.get("type") == kind and condition.get("status") == "True" for condition in conditions)
