"""
Owns where the shipped policies are: inside an installed wheel, or at the root of a checkout.
"""

from pathlib import Path

from executor.opa.errors import PolicyRefused

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped_policies() -> Path:
    """
    Return the folder that holds `remediation/`, `schemas/` and `capabilities.json`.
    """
    for folder in (_PACKAGE / "_policies", _PACKAGE.parent / "policies"):
        if folder.is_dir():
            return folder
    raise PolicyRefused(f"the shipped policies are missing beside {_PACKAGE}: install the package again")
