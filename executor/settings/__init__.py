"""
The executor's settings, read once from the environment, and its state directory.

`values` is the table of every setting with its default and the reason for it; `reading` makes `Settings` from an
environment and knows what is wrong with one; `tokens` reads the callers' tokens, `vault_key` the
key of the vault; `state` keeps what one machine needs
(token, address, keys). It may import `executor.core.errors` alone, so that the command line starts fast. Tested by
plain calls and temporary directories (`tests/unit/test_settings.py`, `tests/unit/settings`).
"""

from executor.settings.errors import SettingsError
from executor.settings.reading import read_settings
from executor.settings.state import StateDirectory, find_state_directory
from executor.settings.tokens import LOCAL_NAME, read_tokens
from executor.settings.values import SETTINGS, Listen, Setting, Settings
from executor.settings.vault_key import read_vault_key

__all__ = [
    "LOCAL_NAME",
    "SETTINGS",
    "Listen",
    "Setting",
    "Settings",
    "SettingsError",
    "StateDirectory",
    "find_state_directory",
    "read_settings",
    "read_tokens",
    "read_vault_key",
]
