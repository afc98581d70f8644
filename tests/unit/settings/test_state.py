"""
The state directory: made once, closed to others, and whole whoever comes first.
"""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from cryptography.fernet import Fernet

from executor.settings import SettingsError, StateDirectory
from executor.settings.tokens import is_token

URL = "http://127.0.0.1:4711"


@pytest.fixture
def state(tmp_path: Path) -> StateDirectory:
    made = StateDirectory(tmp_path / "deep" / "state")
    made.prepare()
    return made


def mode_of(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


@pytest.mark.requirement("SEC-1")
def test_what_is_made_is_closed_to_others(state: StateDirectory) -> None:
    state.token()
    state.fingerprint_key()
    state.vault_key()
    state.announce(URL)

    modes = {path.name: mode_of(path) for path in state.path.iterdir()}
    assert "0o700" == mode_of(state.path)
    assert dict.fromkeys(("token", "keys", "vault_key", "address"), "0o600") == modes


def test_the_token_and_the_keys_stay_the_same(state: StateDirectory) -> None:
    again = StateDirectory(state.path)
    again.prepare()

    assert (state.token(), state.fingerprint_key()) == (again.token(), again.fingerprint_key())
    assert Fernet(state.vault_key()).decrypt(Fernet(again.vault_key()).encrypt(b"x")) == b"x"
    assert is_token(state.token())
    assert 32 == len(state.fingerprint_key())


def test_two_machines_have_tokens_and_keys_of_their_own(state: StateDirectory, tmp_path: Path) -> None:
    other = StateDirectory(tmp_path / "other")
    other.prepare()

    assert state.token() != other.token()
    assert state.fingerprint_key() != other.fingerprint_key()
    assert state.vault_key() != other.vault_key()


def test_many_first_starts_at_once_agree_on_one_token(state: StateDirectory) -> None:
    starts = 16
    together = Barrier(starts)

    def start(_: int) -> str:
        together.wait()
        return state.token()

    with ThreadPoolExecutor(starts) as threads:
        tokens = set(threads.map(start, range(starts)))

    assert {state.known("token")} == tokens
    assert ["token"] == [path.name for path in state.path.iterdir()]


@pytest.mark.requirement("SEC-1")
@pytest.mark.parametrize("name", ["token", "keys", "vault_key"])
def test_a_secret_that_others_can_read_is_refused(state: StateDirectory, name: str) -> None:
    made = {"token": state.token, "keys": state.fingerprint_key, "vault_key": state.vault_key}[name]
    made()
    (state.path / name).chmod(0o644)

    with pytest.raises(SettingsError, match=f"^EXECUTOR_STATE_DIR: .*/{name} can be read by others: chmod 600"):
        made()


@pytest.mark.parametrize("text", ["", "two words", "fingerprints:abcd", "\u00e9"])
@pytest.mark.parametrize("name", ["token", "keys"])
def test_a_spoilt_secret_is_refused_and_not_replaced(state: StateDirectory, name: str, text: str) -> None:
    """
    Fingerprints made with another key would no longer compare, so a person decides.
    """
    made = {"token": state.token, "keys": state.fingerprint_key}[name]
    (state.path / name).touch(mode=0o600)
    (state.path / name).write_text(text)

    with pytest.raises(SettingsError, match=f"/{name} is spoilt: remove it"):
        made()

    assert text == (state.path / name).read_text()


@pytest.mark.requirement("ROLL-1")
@pytest.mark.parametrize(
    "text", ["", "two words", "\u00e9" * 44, "A" * 43, "A" * 42 + "==", "A" * 40 + "+?==", "A" * 88]
)
def test_a_spoilt_key_of_the_vault_is_refused_with_what_removing_it_means(state: StateDirectory, text: str) -> None:
    state.vault_key()
    (state.path / "vault_key").write_text(text)

    with pytest.raises(SettingsError, match=r"/vault_key is no Fernet key .*put the right file back; if it is lost"):
        state.vault_key()

    assert text == (state.path / "vault_key").read_text()


def test_a_directory_that_others_can_write_to_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)

    with pytest.raises(SettingsError, match=f"^EXECUTOR_STATE_DIR: others can write to {tmp_path}: chmod 700 it"):
        StateDirectory(tmp_path).prepare()

    assert "0o777" == mode_of(tmp_path)


def test_a_file_in_the_place_of_the_directory_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SettingsError, match=r"^EXECUTOR_STATE_DIR: .*/file cannot be used \(File exists\)"):
        StateDirectory(tmp_path / "file").prepare()


def test_the_url_served_is_known_until_it_is_withdrawn(state: StateDirectory) -> None:
    state.announce("http://127.0.0.1:1")
    state.announce(URL)
    announced = state.known("address")

    state.withdraw(URL)

    assert (URL, None) == (announced, state.known("address"))


def test_a_server_that_ends_leaves_the_address_of_its_successor(state: StateDirectory) -> None:
    state.announce("http://127.0.0.1:1")
    state.announce(URL)

    state.withdraw("http://127.0.0.1:1")

    assert URL == state.known("address")
