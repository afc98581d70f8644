"""
The policy gate: the only package that knows OPA.

It composes the policy set (`compose`), serves it (`child`, or an OPA elsewhere), and asks it (`gate`). It imports core,
engine ports, opa-python-client and aiohttp; the rest of the service sees `open_gate`, `build_bundles` and the errors.
Tested over a real OPA (`tests/integration`, `tests/contract`), its pure parts alone (`tests/unit/opa`).
"""

from executor.opa.errors import OpaMissing, OpaSetupError, OpaUnusable, PolicyRefused
from executor.opa.gate import OpaGate
from executor.opa.opening import build_bundles, open_gate

__all__ = ["OpaGate", "OpaMissing", "OpaSetupError", "OpaUnusable", "PolicyRefused", "build_bundles", "open_gate"]
