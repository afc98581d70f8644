"""
Owns reading one setting's text as the value it stands for; what is refused is never repeated when it may hold a secret.
"""

import ipaddress
import math
import re
from pathlib import Path
from urllib.parse import urlsplit

from executor.settings.errors import SettingsError
from executor.settings.values import Listen

_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")
_HIGHEST_PORT = 65_535


def listen(name: str, text: str) -> Listen:
    """
    Read `host:port`, `[::1]:port`.
    """
    host, colon, port = text.strip().rpartition(":")
    if not colon:
        raise SettingsError(f"{name} must be host:port, such as 127.0.0.1:8080")
    if not host:
        raise SettingsError(f"{name} names no host: write 127.0.0.1:{port}, or 0.0.0.0:{port} for every interface")
    if not port.isascii() or not port.isdigit() or int(port) > _HIGHEST_PORT:
        raise SettingsError(f"{name} has no port from 0 to {_HIGHEST_PORT} behind its last colon")
    return Listen(_host(name, host), int(port))


def opa_url(name: str, text: str) -> str:
    """
    Read the base URL of an OPA.
    """
    try:
        parts = urlsplit(text.strip())
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError(f"{name} must be an http or https URL, such as http://127.0.0.1:8181")
    if parts.username or parts.password:
        raise SettingsError(
            f"{name} must hold no credentials: put the token into a file and name it with {name[:-3]}TOKEN_FILE"
        )
    if parts.query or parts.fragment:
        raise SettingsError(f"{name} must end with its path: no query and no fragment")
    return text.strip().rstrip("/")


def database_url(name: str, text: str) -> str:
    """
    Read a database URL; whether it can be opened is the store's to say.
    """
    if not text.strip().startswith(("sqlite:", "postgresql:", "postgresql+", "postgres:")):
        raise SettingsError(
            f"{name} must be sqlite:////path/of/file.db or postgresql://user:password@host:5432/database"
        )
    return text.strip()


def file(name: str, text: str) -> Path:
    """
    Read the absolute path of a file.
    """
    path = Path(text.strip())
    if not path.is_absolute():
        raise SettingsError(f"{name} must be an absolute path: a service has no directory of its own to start from")
    return path


def paths(name: str, text: str) -> tuple[Path, ...]:
    """
    Read colon-separated absolute paths.

    An empty entry is refused: it is most often a variable that was not set, and rules would silently be missing.
    """
    entries = [entry.strip() for entry in text.strip().split(":")]
    if not all(entries):
        raise SettingsError(f"{name} has an empty entry: name every folder, with one colon between two")
    found = tuple(Path(entry) for entry in entries)
    for path in found:
        if not path.is_absolute():
            raise SettingsError(f"{name} must hold absolute paths, and {str(path)!r} is relative")
    if len(set(found)) < len(found):
        raise SettingsError(f"{name} names a folder twice: name each one once")
    return found


def whole(name: str, text: str, *, most: int) -> int:
    """
    Read a whole number from 1 to a limit.
    """
    digits = text.strip()
    if not re.fullmatch(r"[0-9]{1,9}", digits) or not 1 <= int(digits) <= most:
        raise SettingsError(f"{name} must be a whole number from 1 to {most}")
    return int(digits)


def seconds(name: str, text: str, *, most: float) -> float:
    """
    Read a number of seconds above 0.
    """
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number <= most or "_" in text:
        raise SettingsError(f"{name} must be a number of seconds above 0 and at most {most:g}")
    return number


def _host(name: str, text: str) -> str:
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        if bare != text or not _HOST_NAME.fullmatch(text) or re.fullmatch(r"[0-9.]+", text):
            raise SettingsError(f"{name} must begin with an IP address or a host name, such as 127.0.0.1") from None
        return text
    if (address.version == 6) != (bare != text):  # noqa: PLR2004 - the version of IP
        raise SettingsError(f"{name}: an IPv6 address, and no other, stands in brackets, such as [::1]:8080")
    return bare
