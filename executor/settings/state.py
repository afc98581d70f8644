"""
Owns the state directory of one machine: `token`, `address` and the keys, each readable by its owner alone.
"""

import contextlib
import os
import secrets
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from executor.settings.errors import SettingsError
from executor.settings.tokens import is_token
from executor.settings.vault_key import NOT_A_KEY, is_vault_key, make_vault_key

_FOLDER = "remediation-executor"
_KEY_BYTES = 32
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True, slots=True)
class StateDirectory:
    """
    The directory and the small files in it; the database lies beside them. Raises SettingsError.
    """

    path: Path

    def prepare(self) -> None:
        """
        Make the directory with mode 0700; one that is there is taken as it is, unless others could replace its files.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            mode = self.path.stat().st_mode
        except OSError as error:
            raise SettingsError(
                f"EXECUTOR_STATE_DIR: {self.path} cannot be used ({error.strerror}): make it writable or name another"
            ) from error
        if mode & _OTHERS_WRITE:
            raise SettingsError(
                f"EXECUTOR_STATE_DIR: others can write to {self.path}: chmod 700 it, or name a directory in it that is"
                " then made"
            )

    def token(self) -> str:
        """
        Return the local token; the first start makes it.
        """
        text = self._kept("token", lambda: secrets.token_urlsafe(_KEY_BYTES))
        if not is_token(text):
            raise self._spoilt("token")
        return text

    def fingerprint_key(self) -> bytes:
        """
        Return the key of the fingerprints that stand for secret values; the first start makes it.
        """
        text = self._kept("keys", lambda: f"fingerprints:{secrets.token_hex(_KEY_BYTES)}")
        found = dict(line.partition(":")[::2] for line in text.splitlines())
        try:
            key = bytes.fromhex(found["fingerprints"])
        except (KeyError, ValueError):
            key = b""
        if len(key) != _KEY_BYTES:
            raise self._spoilt("keys")
        return key

    def vault_key(self) -> bytes:
        """
        Return the key that seals the values of Secrets; the first start makes it.
        """
        text = self._kept("vault_key", make_vault_key)
        if not is_vault_key(text):
            raise SettingsError(
                f"EXECUTOR_STATE_DIR: {self.path / 'vault_key'} {NOT_A_KEY}: put the right file back; if it is lost,"
                " remove this one, and the next start makes a key that opens nothing of what was sealed before"
            )
        return text.encode("ascii")

    def announce(self, url: str) -> None:
        """
        Write the URL served, so that the command line finds this server.
        """
        self._write("address", f"{url}\n", replace=True)

    def withdraw(self, url: str) -> None:
        """
        Remove the URL served, unless another server has announced itself since.
        """
        if self.known("address") == url:
            with contextlib.suppress(OSError):
                (self.path / "address").unlink()

    def known(self, name: str) -> str | None:
        """
        Return what a file of this directory holds, None where there is none or it cannot be read.
        """
        try:
            return (self.path / name).read_text("utf-8").strip() or None
        except (OSError, UnicodeDecodeError):
            return None

    def _kept(self, name: str, make: Callable[[], str]) -> str:
        place = self.path / name
        if not place.exists():
            self._write(name, f"{make()}\n", replace=False)
        try:
            if place.stat().st_mode & _OTHERS:
                raise SettingsError(f"EXECUTOR_STATE_DIR: {place} can be read by others: chmod 600 {place}")
            return place.read_text("utf-8").strip()
        except OSError as error:
            raise SettingsError(f"EXECUTOR_STATE_DIR: {place} cannot be read ({error.strerror})") from error
        except UnicodeDecodeError:
            raise self._spoilt(name) from None

    def _write(self, name: str, text: str, *, replace: bool) -> None:
        """
        Put a whole file in its place at once. Of two processes that make the same file, the first one's stays.
        """
        place, draft = self.path / name, self.path / f".{name}-{secrets.token_hex(8)}"
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            if replace:
                draft.replace(place)
                return
            with contextlib.suppress(FileExistsError):
                place.hardlink_to(draft)
        except OSError as error:
            raise SettingsError(
                f"EXECUTOR_STATE_DIR: {place} cannot be written ({error.strerror}): make the directory writable"
            ) from error
        finally:
            draft.unlink(missing_ok=True)

    def _spoilt(self, name: str) -> SettingsError:
        return SettingsError(
            f"EXECUTOR_STATE_DIR: {self.path / name} is spoilt: remove it, and the next start makes a new one"
        )


def find_state_directory(environment: Mapping[str, str]) -> StateDirectory:
    """
    Return the state directory of an environment: EXECUTOR_STATE_DIR, else the XDG one. Nothing is made.
    """
    named = environment.get("EXECUTOR_STATE_DIR", "").strip()
    if named:
        path = Path(named)
        if not path.is_absolute():
            raise SettingsError("EXECUTOR_STATE_DIR must be an absolute path: the command line looks there as well")
        return StateDirectory(path)
    base = Path(environment.get("XDG_STATE_HOME", ""))
    if base.is_absolute():  # the XDG specification asks to ignore relative ones
        return StateDirectory(base / _FOLDER)
    home = Path(environment.get("HOME", ""))
    if not home.is_absolute():
        raise SettingsError("EXECUTOR_STATE_DIR is not set and there is no HOME to take the default from: set it")
    return StateDirectory(home / ".local" / "state" / _FOLDER)
