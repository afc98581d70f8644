"""
Owns the file of callers' tokens (`EXECUTOR_TOKENS_FILE`): lines `name:token`, readable by its owner alone.
"""

import re
from pathlib import Path

from executor.settings.errors import SettingsError
from executor.settings.private_file import read_private_file

LOCAL_NAME = "local"
"""The caller behind the state directory's token; no line may take this name."""

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._@-]{0,61}[A-Za-z0-9])?")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""What may stand behind `Bearer` (RFC 6750, section 2.1)."""


def read_tokens(path: Path) -> dict[str, str]:
    """
    Return token by name; blank lines and lines that begin with `#` are skipped. Raises SettingsError, token unsaid.
    """
    tokens: dict[str, str] = {}
    for number, line in enumerate(read_private_file("EXECUTOR_TOKENS_FILE", path).splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, token = _read_line(line.strip(), f"EXECUTOR_TOKENS_FILE, line {number}")
        if name in tokens:
            raise SettingsError(f"EXECUTOR_TOKENS_FILE, line {number}: {name} has a token already: remove one of them")
        if token in tokens.values():
            raise SettingsError(
                f"EXECUTOR_TOKENS_FILE, line {number}: {name} has the token of somebody else: make each its own"
            )
        tokens[name] = token
    if not tokens:
        raise SettingsError(f"EXECUTOR_TOKENS_FILE: {path} holds no line name:token: add one, or unset the variable")
    return tokens


def is_token(text: str) -> bool:
    """
    Tell if a text can stand behind `Bearer` in a header.
    """
    return _TOKEN.fullmatch(text) is not None


def _read_line(line: str, where: str) -> tuple[str, str]:
    name, colon, token = line.partition(":")
    if not colon:
        raise SettingsError(f"{where}: not of the form name:token")
    if not _NAME.fullmatch(name):
        raise SettingsError(f"{where}: a name is 1 to 63 letters, digits, '.', '_', '@' or '-'")
    if name == LOCAL_NAME:
        raise SettingsError(
            f"{where}: the name {LOCAL_NAME!r} is that of the token in the state directory: take another"
        )
    if not is_token(token):
        raise SettingsError(
            f"{where}: the token of {name} cannot stand in a header: make one with `openssl rand -hex 32`"
        )
    return name, token
