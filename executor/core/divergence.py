"""
Owns where a written object is not as its preview said.

An object that is made gets its uid twice: one in the dry run, another when it is made. What follows from the uid (the
labels by which a Job finds its pods) differs with it, and is no divergence.
"""

from typing import Any

from executor.core.diff import Difference, diff
from executor.core.model import Json, Manifest


def divergence(preview: Manifest, applied: Manifest) -> tuple[Difference, ...]:
    """
    Return what differs between preview and object, as a change of the preview.
    """
    return diff(with_uid_of(preview, applied), applied)


def with_uid_of(preview: Manifest, applied: Manifest) -> Manifest:
    """
    Return a preview as it is with the uid of the object that was made, wherever the preview repeats its own.
    """
    before, after = _uid(preview), _uid(applied)
    if before is None or after is None or before == after:
        return preview
    exchanged: Manifest = _exchanged(preview, before, after)
    return exchanged


def _exchanged(value: Json, before: str, after: str) -> Any:
    if isinstance(value, dict):
        return {key: _exchanged(each, before, after) for key, each in value.items()}
    if isinstance(value, list):
        return [_exchanged(each, before, after) for each in value]
    return after if value == before else value


def _uid(manifest: Manifest) -> str | None:
    uid: str | None = manifest.get("metadata", {}).get("uid")
    return uid
