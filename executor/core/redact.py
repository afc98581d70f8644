"""
Owns the keeping of secret values out of everything that is recorded, shown or judged.

A value is replaced by a fingerprint: equal values have equal fingerprints, so a diff still shows *that* they differ.
The fingerprint is keyed (HMAC-SHA-256), so that short secrets cannot be guessed from it.
"""

import hashlib
import hmac
import json
from typing import Any

from executor.core.model import Json, Manifest

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_SECRET_FIELDS = ("data", "stringData")


def redact(manifest: Manifest, key: bytes) -> Manifest:
    """
    Return an object with every value of a Secret as its fingerprint; other kinds are returned as they are.

    The annotation that `kubectl apply` keeps repeats a Secret's values, so it is fingerprinted as well.
    """
    if manifest.get("kind") != "Secret":
        return manifest
    redacted: dict[str, Any] = dict(manifest)
    for field in _SECRET_FIELDS:
        if isinstance(manifest.get(field), dict):
            redacted[field] = {name: fingerprint(value, key) for name, value in manifest[field].items()}
    metadata = dict(manifest.get("metadata") or {})
    annotations = metadata.get("annotations") or {}
    if LAST_APPLIED in annotations:
        metadata["annotations"] = {**annotations, LAST_APPLIED: fingerprint(annotations[LAST_APPLIED], key)}
        redacted["metadata"] = metadata
    return redacted


def fingerprint(value: Json, key: bytes) -> str:
    """
    Return `fingerprint:<16 hex>` of a JSON value.
    """
    text = json.dumps(value, sort_keys=True).encode()
    return "fingerprint:" + hmac.new(key, text, hashlib.sha256).hexdigest()[:16]
