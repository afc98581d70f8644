"""
Owns the way in: from settings to a gate that may be asked, and from folders to bundles for an OPA elsewhere.
"""

import stat
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from executor.core.policy import Catalogue
from executor.engine.ports import Clock
from executor.opa.binary import find_opa
from executor.opa.child import OpaChild
from executor.opa.client import DecisionClient
from executor.opa.compose import compose, copy_bundles
from executor.opa.errors import OpaFault, OpaSetupError, OpaUnusable
from executor.opa.gate import OpaGate
from executor.opa.policy_set import PolicySet
from executor.opa.shipped import shipped_policies


class ExternalOpa:
    """
    An OPA that others run: it is taken as it is, and held to the revision by every answer.
    """

    generation = 1

    async def serving(self) -> None:
        """
        Return at once; whether it answers is seen when it is asked.
        """


@asynccontextmanager
async def open_gate(
    *,
    state_dir: Path,
    policy_paths: Sequence[Path],
    opa_url: str | None,
    opa_token_file: Path | None,
    timeout_seconds: float,
    clock: Clock,
    shipped: Path | None = None,
) -> AsyncIterator[OpaGate]:
    """
    Compose the policy set, serve it, and yield the gate; raises OpaSetupError with one sentence for the user.

    With `opa_url` nothing is started: the set is composed to know what that OPA must serve, and whether it does is seen
    by `OpaGate.check` and by every decision.
    """
    folder = state_dir / "opa"
    if opa_url is not None:
        base_url, token = _usable(opa_url), _token_of(opa_token_file)
        policies = await _composed(folder / "sets", policy_paths, shipped)
        async with DecisionClient(
            base_url=base_url, token=token, limit_seconds=timeout_seconds + 1, places=policies.places
        ) as client:
            yield OpaGate(client, ExternalOpa(), policies.catalogue, timeout_seconds=timeout_seconds, clock=clock)
        return
    policies = await _composed(folder / "sets", policy_paths, shipped)
    async with OpaChild(find_opa(), policies, folder=folder / "child") as child:
        gate = OpaGate(child.client, child, policies.catalogue, timeout_seconds=timeout_seconds, clock=clock)
        check = await gate.check()
        if not check.ok:
            raise OpaUnusable(f"the policy set is not served: {check.message}")
        yield gate


async def build_bundles(
    output: Path, *, state_dir: Path, policy_paths: Sequence[Path], shipped: Path | None = None
) -> Catalogue:
    """
    Write the bundles for an OPA elsewhere, one file per bundle at its name, and return what they hold.

    It serves them as `opa run --server --bundle remediation …`, started in that folder, so that its names are ours.
    """
    policies = await _composed(state_dir / "opa" / "sets", policy_paths, shipped)
    try:
        copy_bundles(policies, output)
    except OSError as error:
        raise OpaSetupError(
            f"{output} cannot be written ({error.strerror}): name another folder with --output"
        ) from error
    return policies.catalogue


async def _composed(sets: Path, policy_paths: Sequence[Path], shipped: Path | None) -> PolicySet:
    try:
        sets.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        sets.parent.chmod(0o700)
        return await compose(find_opa(), shipped=shipped or shipped_policies(), authors=policy_paths, onto=sets)
    except OSError as error:
        raise OpaSetupError(
            f"{error.filename or sets} cannot be used ({error.strerror}): "
            "make EXECUTOR_STATE_DIR a folder that can be written"
        ) from error


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
