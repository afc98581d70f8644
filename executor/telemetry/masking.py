"""
Owns what no log line may hold: values under keys that name a secret, and bearer tokens inside of texts.
"""

import re
from collections.abc import Mapping
from typing import Any

MASK = "***"

_SECRET_KEYS = re.compile(
    r"token|authori[sz]ation|secret|passw|credential|cookie|api_?key|private_?key|kubeconfig", re.IGNORECASE
)
_BEARER = re.compile(r"(?i)(\bbearer|\bauthorization\W{1,4}basic)\s+[^\s\"',;}\]]+")
_URL_PASSWORD = re.compile(r"(?<=://)([^/\s:@]*):[^/\s@]+(?=@)")
_MAX_DEPTH = 8


def masked(value: Any, depth: int = 0) -> Any:
    """
    Return a value without what names itself a secret; what is nested deeper than anybody logs is left out.
    """
    if depth > _MAX_DEPTH:
        return MASK
    if isinstance(value, str):
        if "://" not in value and not _BEARER.search(value):
            return value
        return _URL_PASSWORD.sub(rf"\1:{MASK}", _BEARER.sub(rf"\1 {MASK}", value))
    if isinstance(value, Mapping):
        return {key: _of_key(str(key), each, depth) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [masked(each, depth + 1) for each in value]
    return value


def _of_key(key: str, value: Any, depth: int) -> Any:
    return MASK if _SECRET_KEYS.search(key) and value is not None else masked(value, depth + 1)
