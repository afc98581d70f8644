"""
Official downloads, taken only when they equal the checksum published beside them.

Each host gets one short chance per run: where it does not answer in time, later tools do not wait for it again.
The checksum comes from the same place as the file. It shows that the file arrived whole, not that the place is honest;
who wants the latter builds from source, where `go.sum` pins every byte.
"""

import hashlib
import http.client
import json
import os
import re
import shutil
import tarfile
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from deploy.local.catalogue import Release

CONNECT_SECONDS = 3.0  # name lookup, TCP and TLS together: a machine without internet should notice quickly
IDLE_SECONDS = 15.0  # without a single byte
DOWNLOAD_SECONDS = 300.0  # in all: beyond it, building from source is as fast
LARGEST_CHECKSUM_FILE = 4 << 20


class UnavailableError(Exception):
    """
    One way of getting a tool did not work; the message is a clause that completes "could not be had: …".
    """


class Downloads:
    """
    The downloads of one run, from the projects themselves or from a mirror with the same paths below one address.
    """

    def __init__(self, mirror: str | None = None, *, allowed: bool = True) -> None:
        self._mirror = mirror
        self._allowed = allowed
        self._silent_hosts: dict[str, str] = {}
        self._opener = urllib.request.build_opener(_Http, _Https, _NoDowngrade)

    def fetch(self, release: Release, onto: Path) -> None:
        """
        Put the released executable at `onto`, or say why not; `onto` is written only with verified bytes.
        """
        if not self._allowed:
            raise UnavailableError("downloads are switched off (EXECUTOR_TOOLS_DOWNLOAD)")
        expected = digest_in(self._read(self._address(release.checksum)), release.file_name)
        with tempfile.TemporaryFile(dir=onto.parent) as body:
            found = self._download(self._address(release.file), body)
            if found != expected:
                raise UnavailableError(f"the download of {release.file_name} does not match its published checksum")
            body.seek(0)
            with onto.open("wb") as executable:
                shutil.copyfileobj(_member(body, release.member) if release.member else body, executable)
        onto.chmod(0o755)

    def _address(self, path: str) -> str:
        if self._mirror is None:
            return f"https://{path}"
        if not re.match(r"https?://[^/]", self._mirror):
            raise UnavailableError("EXECUTOR_TOOLS_BASE_URL is not an http:// or https:// address")
        return f"{self._mirror.rstrip('/')}/{path}"

    def _read(self, address: str) -> bytes:
        with self._open(address) as answer:
            try:
                return answer.read(LARGEST_CHECKSUM_FILE)
            except (OSError, http.client.HTTPException) as error:
                raise self._silence(address, error) from error

    def _download(self, address: str, onto: IO[bytes]) -> str:
        """
        Copy the body and answer its SHA-256.
        """
        digest, size, ends_at = hashlib.sha256(), 0, time.monotonic() + DOWNLOAD_SECONDS
        with self._open(address) as answer:
            try:
                while chunk := answer.read(1 << 16):
                    digest.update(chunk)
                    size += onto.write(chunk)
                    if time.monotonic() > ends_at:
                        raise TimeoutError
            except (OSError, http.client.HTTPException) as error:
                raise self._silence(address, error) from error
            promised = answer.headers.get("Content-Length")
        if promised is not None and int(promised) != size:
            raise UnavailableError(f"{_host(address)} broke off after {size} of {promised} bytes")
        return digest.hexdigest()

    def _open(self, address: str) -> http.client.HTTPResponse:
        host = _host(address)
        if host in self._silent_hosts:
            raise UnavailableError(self._silent_hosts[host])
        try:
            answer: http.client.HTTPResponse = self._opener.open(address, timeout=CONNECT_SECONDS)
        except urllib.error.HTTPError as error:
            error.close()
            raise UnavailableError(f"{host} answered {error.code} for {urlsplit(address).path}") from error
        except (OSError, http.client.HTTPException) as error:
            raise self._silence(address, error) from error
        return answer

    def _silence(self, address: str, error: Exception) -> UnavailableError:
        """
        Remember that this host is no use in this run, and put it in words.
        """
        cause = error.reason if isinstance(error, urllib.error.URLError) else error
        if isinstance(cause, TimeoutError):
            why = "did not answer in time"
        elif isinstance(cause, OSError) and cause.strerror:
            why = f"is not reachable ({cause.strerror})"
        else:
            why = f"answered unusably ({type(cause).__name__})"
        self._silent_hosts[_host(address)] = f"{_host(address)} {why}"
        return UnavailableError(f"{_host(address)} {why}")


def digest_in(published: bytes, file_name: str) -> str:
    """
    Find the SHA-256 of a file in what its project publishes: a bare digest, `sha256sum` lines, or a release's JSON.
    """
    text = published.decode("utf-8", "replace")
    if text.lstrip().startswith("{"):
        candidates = _digests_of_assets(text)
    else:
        lines = [line.split() for line in text.splitlines() if line.strip()]
        candidates = [(words[1].lstrip("*") if len(words) > 1 else file_name, words[0]) for words in lines]
    for name, digest in candidates:
        if name == file_name and re.fullmatch(r"[0-9a-fA-F]{64}", digest):
            return digest.lower()
    raise UnavailableError(f"no checksum of {file_name} is published")


def _digests_of_assets(text: str) -> list[tuple[str, str]]:
    try:
        assets = json.loads(text).get("assets", [])
        return [(asset["name"], str(asset.get("digest", "")).removeprefix("sha256:")) for asset in assets]
    except (ValueError, TypeError, KeyError, AttributeError):
        return []


def _member(archive: IO[bytes], name: str) -> IO[bytes]:
    """
    Open one file of a tar archive; nothing is unpacked, so no path in it matters.
    """
    try:
        member = tarfile.open(fileobj=archive, mode="r:gz").extractfile(name)  # noqa: SIM115  the caller reads from it
    except (tarfile.TarError, KeyError, OSError, EOFError) as error:
        raise UnavailableError(f"the archive holds no {name}") from error
    if member is None:
        raise UnavailableError(f"{name} in the archive is not a file")
    return member


def _host(address: str) -> str:
    return urlsplit(address).netloc


def _in_time(connect: Callable[[], None]) -> None:
    """
    Run a connect under one limit: sockets take a timeout, but a name lookup does not.
    """
    failures: list[OSError | None] = []

    def attempt() -> None:
        try:
            connect()
        except OSError as error:
            failures.append(error)
        else:
            failures.append(None)

    worker = threading.Thread(target=attempt, daemon=True)
    worker.start()
    worker.join(CONNECT_SECONDS + 0.1)
    if not failures:
        raise TimeoutError
    if failures[0] is not None:
        raise failures[0]


class _Connection(http.client.HTTPConnection):
    def connect(self) -> None:
        _in_time(super().connect)
        self.sock.settimeout(IDLE_SECONDS)


class _SecureConnection(http.client.HTTPSConnection):
    def connect(self) -> None:
        _in_time(super().connect)
        self.sock.settimeout(IDLE_SECONDS)


class _Http(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Connection, req)


class _Https(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_SecureConnection, req)


class _NoDowngrade(urllib.request.HTTPRedirectHandler):
    """
    Follow redirects (releases live behind them), but never from https to plain http.
    """

    def redirect_request(self, req: urllib.request.Request, *answer: Any) -> urllib.request.Request | None:
        following = super().redirect_request(req, *answer)
        if following is not None and req.type == "https" and following.type != "https":
            raise UnavailableError(f"{req.host} redirects to an address without TLS")
        return following


def downloads_of_environment() -> Downloads:
    """
    The downloads as the environment wants them.
    """
    return Downloads(
        os.environ.get("EXECUTOR_TOOLS_BASE_URL") or None,
        allowed=os.environ.get("EXECUTOR_TOOLS_DOWNLOAD", "on").lower() not in {"off", "0", "false", "no"},
    )
