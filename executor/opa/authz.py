"""
Owns who may ask our OPA what: a bundle with `system.authz` that lets one token ask for the decision and the health.

Only the token's digest is written. Everything else of OPA's API, writing data and policy above all, is refused.
"""

import hashlib
import json
from pathlib import Path

BUNDLE = "system"

_POLICY = """\
package system.authz

default allow := false

allow if {{
	_ours
	input.method == "POST"
	input.path == ["v1", "data", "remediation", "decision"]
}}

allow if {{
	_ours
	input.method == "GET"
	input.path == ["health"]
}}

_ours if crypto.sha256(input.identity) == "{digest}"
"""


def write_authz(folder: Path, *, token: str) -> None:
    """
    Write the bundle below a folder.
    """
    bundle = folder / BUNDLE
    bundle.mkdir(mode=0o700, exist_ok=True)
    manifest = {"roots": ["system/authz"], "revision": "executor", "rego_version": 1}
    (bundle / ".manifest").write_text(json.dumps(manifest))
    (bundle / "authz.rego").write_text(_POLICY.format(digest=hashlib.sha256(token.encode()).hexdigest()))
