"""
Owns the second look that no value of a Secret is in what is recorded, shown or judged.

The first is where objects come in (`engine.concealed`); what has come past there is caught here.
"""

from executor.core.concealing import conceal, is_secret, reveal
from executor.core.fingerprint import is_fingerprint
from executor.core.model import Manifest


def redact(manifest: Manifest, key: bytes) -> Manifest:
    """
    Return an object with every value of a Secret as its fingerprint; what is a fingerprint already stays one.
    """
    if not is_secret(manifest):
        return manifest
    concealed, values = conceal(manifest, key)
    redacted: Manifest = reveal(
        concealed, {mark: value if is_fingerprint(value) else mark for mark, value in values.items()}
    )
    return redacted
