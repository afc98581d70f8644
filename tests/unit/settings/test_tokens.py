"""
The file of callers' tokens: what is taken, and what is refused without saying a token.
"""

from pathlib import Path

import pytest

from executor.settings import SettingsError, read_tokens

pytestmark = pytest.mark.requirement("SEC-1")


def a_file(folder: Path, text: str | bytes, *, mode: int = 0o600) -> Path:
    file = folder / "tokens"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    file.chmod(mode)
    return file


def test_each_line_is_a_caller_and_a_token(tmp_path: Path) -> None:
    text = "# people\nalice:s3cret\n\nci-bot@shop.test:dG9rZW4=\r\n"

    assert {"alice": "s3cret", "ci-bot@shop.test": "dG9rZW4="} == read_tokens(a_file(tmp_path, text))


WRONG = {
    "no colon": ("alice:a\nhunter2", "line 2: not of the form name:token"),
    "no name": (":hunter2", "line 1: a name is 1 to 63"),
    "a name with a space": ("al ice:hunter2", "line 1: a name is 1 to 63"),
    "no token": ("alice:", "line 1: the token of alice cannot stand in a header"),
    "a token with a colon": ("alice:hunter2:x", "line 1: the token of alice cannot stand in a header"),
    "a token with a space": ("alice: hunter2", "line 1: the token of alice cannot stand in a header"),
    "a name twice": ("alice:a\nalice:hunter2", "line 2: alice has a token already"),
    "a token twice": ("alice:hunter2\nbob:hunter2", "line 2: bob has the token of somebody else"),
    "the name of the local token": ("local:hunter2", "line 1: the name 'local' is that of the token"),
    "nobody": ("# hunter2\n", ": .* holds no line name:token"),
    "not text": (b"alice:\xff\xfe", ": .* is not UTF-8 text"),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_a_wrong_line_is_named_and_no_token_is_said(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(SettingsError, match=f"^EXECUTOR_TOKENS_FILE,? ?{message}") as refused:
        read_tokens(a_file(tmp_path, text))

    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666], ids=oct)
def test_a_file_that_others_can_open_is_refused(tmp_path: Path, mode: int) -> None:
    file = a_file(tmp_path, "alice:s3cret", mode=mode)

    with pytest.raises(SettingsError, match=rf"chmod 600 {file}$"):
        read_tokens(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^EXECUTOR_TOKENS_FILE: .*/tokens cannot be read \(No such file"):
        read_tokens(tmp_path / "tokens")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^EXECUTOR_TOKENS_FILE: "):
        read_tokens(tmp_path)
