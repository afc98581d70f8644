"""
Owns the key of the vault: how one is made, and how one is read from the file of `EXECUTOR_VAULT_KEY_FILE`.

The form is that of a Fernet key, https://github.com/fernet/spec/blob/master/Spec.md: 32 bytes in URL-safe base64.
"""

import base64
import binascii
import secrets
from pathlib import Path

from executor.settings.errors import SettingsError
from executor.settings.private_file import read_private_file

NOT_A_KEY = "is no Fernet key (32 random bytes in URL-safe base64)"
_KEY_BYTES = 32


def make_vault_key() -> str:
    """
    Return a new key.
    """
    return base64.urlsafe_b64encode(secrets.token_bytes(_KEY_BYTES)).decode("ascii")


def is_vault_key(text: str) -> bool:
    """
    Tell if a text is a Fernet key.
    """
    try:
        return len(base64.b64decode(text, altchars=b"-_", validate=True)) == _KEY_BYTES
    except (binascii.Error, ValueError):
        return False


def read_vault_key(path: Path) -> bytes:
    """
    Return the key that a file holds, in the form the vault takes it. Raises SettingsError, the content unsaid.
    """
    text = read_private_file("EXECUTOR_VAULT_KEY_FILE", path).strip()
    if not is_vault_key(text):
        raise SettingsError(
            f"EXECUTOR_VAULT_KEY_FILE: {path} {NOT_A_KEY}: put the file back that the values were sealed with, or unset"
            " the variable to have one made in the state directory"
        )
    return text.encode("ascii")
