"""
Owns who serves a policy set: OPAs of our own, each in a folder of its own, or one that others run.
"""

import itertools
import shutil
import stat
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit

from executor.opa.binary import find_opa
from executor.opa.child import OpaChild, end_leftovers
from executor.opa.client import DecisionClient
from executor.opa.errors import OpaFault, OpaUnusable
from executor.opa.policy_set import PolicySet
from executor.opa.served import ServedSet


class OwnOpas:
    """
    Serves sets by supervised children below a folder.
    """

    def __init__(self, folder: Path, *, timeout_seconds: float) -> None:
        self._folder, self._timeout_seconds = folder, timeout_seconds
        self._numbers = itertools.count(1)

    def clear(self) -> None:
        """
        End what an earlier executor left behind; raises OpaUnusable when that executor still lives.
        """
        end_leftovers(self._folder)

    async def serve(self, policies: PolicySet) -> ServedSet:
        """
        Start an OPA on a set and prove it; raises OpaUnusable, and leaves nothing behind then.
        """
        place = self._folder / f"child-{next(self._numbers)}"
        async with AsyncExitStack() as stack:
            stack.callback(shutil.rmtree, place, ignore_errors=True)
            child = await stack.enter_async_context(OpaChild(find_opa(), policies, folder=place))
            served = ServedSet(
                child.client, child, policies.catalogue, timeout_seconds=self._timeout_seconds, ours=True
            )
            wrong = await served.check()
            if wrong is not None:
                raise OpaUnusable(f"the policy set is not served: {wrong}")
            served.on_close(stack.pop_all().aclose)
            return served


class ExternalOpa:
    """
    An OPA that others run: it is taken as it is, and held to the revision by every answer.
    """

    generation = 1

    async def serving(self) -> None:
        """
        Return at once; whether it answers is seen when it is asked.
        """


class OpaElsewhere:
    """
    Asks an OPA that others run; raises OpaUnusable for an address or a token file that cannot be used.
    """

    def __init__(self, url: str, token_file: Path | None, *, timeout_seconds: float) -> None:
        self._url, self._token, self._timeout_seconds = _usable(url), _token_of(token_file), timeout_seconds

    async def ask(self, policies: PolicySet) -> ServedSet:
        """
        Return a set as that OPA is asked for it; whether it serves it is seen by asking.
        """
        client = DecisionClient(
            base_url=self._url, token=self._token, limit_seconds=self._timeout_seconds + 1, places=policies.places
        )
        stack = AsyncExitStack()
        await stack.enter_async_context(client)
        served = ServedSet(client, ExternalOpa(), policies.catalogue, timeout_seconds=self._timeout_seconds)
        served.on_close(stack.aclose)
        return served


def _usable(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:  # a port that is no number
        usable = False
    if not usable or parts.query or parts.fragment:
        raise OpaUnusable("EXECUTOR_OPA_URL is no address: write http://host:8181 or https://host:8181")
    return url


def _token_of(file: Path | None) -> Callable[[], str | None]:
    """
    Return what reads the token for each question: a token that is renewed on disk is used at once.
    """
    if file is None:
        return lambda: None
    try:
        token, mode = file.read_text().strip(), file.stat().st_mode
    except (OSError, ValueError) as error:
        raise OpaUnusable(f"EXECUTOR_OPA_TOKEN_FILE: {file} cannot be read ({type(error).__name__})") from error
    if not token or not token.isascii() or not token.isprintable():
        raise OpaUnusable(f"EXECUTOR_OPA_TOKEN_FILE: {file} holds no token: write it on one line")
    if mode & stat.S_IRWXO:
        raise OpaUnusable(f"EXECUTOR_OPA_TOKEN_FILE: {file} is open to everybody: chmod 600 {file}")

    def read() -> str:
        try:
            return file.read_text().strip()
        except (OSError, ValueError) as error:
            raise OpaFault(
                "policy_error",
                f"the token for OPA cannot be read ({type(error).__name__})",
                "put it back into the file that EXECUTOR_OPA_TOKEN_FILE names",
            ) from error

    return read
