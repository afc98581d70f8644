"""
Owns what `metadata.managedFields` says of an object: when we wrote it, and who owns its fields.
"""

from executor.core.change import FIELD_MANAGER
from executor.core.model import Manifest


def written_at(manifest: Manifest) -> str | None:
    """
    Return the API server's time of our last write to an object (RFC 3339, whole seconds), or None where it has none.
    """
    entries = manifest.get("metadata", {}).get("managedFields") or []
    times = [entry["time"] for entry in entries if entry.get("manager") == FIELD_MANAGER and "time" in entry]
    return max(times, default=None)
