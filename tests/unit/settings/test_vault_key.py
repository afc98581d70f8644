"""
The file of the vault's key: what is taken, and what is refused without saying what it holds.
"""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from executor.settings import SettingsError, read_vault_key

pytestmark = [pytest.mark.requirement("ROLL-1"), pytest.mark.requirement("SEC-1")]

SECRET = "hunter2"


def a_file(folder: Path, content: bytes, *, mode: int = 0o600) -> Path:
    file = folder / "key"
    file.write_bytes(content)
    file.chmod(mode)
    return file


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_a_key_as_fernet_makes_it_is_taken(tmp_path: Path, end: bytes) -> None:
    key = Fernet.generate_key()

    assert key == read_vault_key(a_file(tmp_path, key + end))


@pytest.mark.parametrize("content", [b"", SECRET.encode(), b"A" * 42 + b"==", Fernet.generate_key() * 2])
def test_what_is_no_key_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(SettingsError, match=r"^EXECUTOR_VAULT_KEY_FILE: .*/key is no Fernet key") as refused:
        read_vault_key(a_file(tmp_path, content))

    assert SECRET not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^EXECUTOR_VAULT_KEY_FILE: .*/key can be read by others: chmod 600"):
        read_vault_key(a_file(tmp_path, Fernet.generate_key(), mode=0o640))


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^EXECUTOR_VAULT_KEY_FILE: .*/key is not UTF-8 text"):
        read_vault_key(a_file(tmp_path, b"\xff\xfe"))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^EXECUTOR_VAULT_KEY_FILE: .*/key cannot be read \(No such file"):
        read_vault_key(tmp_path / "key")
