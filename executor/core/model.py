"""
Owns the base of every value that crosses a boundary, and the JSON types they are made of.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict

Json = Any
"""Any JSON value: None, bool, int, float, str, list of Json, dict of str to Json."""

Manifest = dict[str, Any]
"""A Kubernetes object as the API server writes it. Treated as immutable: functions return new ones."""

ABSENT: Manifest = {}
"""The object that does not exist; a comparison with it makes or removes the whole."""


class Value(BaseModel):
    """
    A frozen value that refuses keys it does not know and coerces nothing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
