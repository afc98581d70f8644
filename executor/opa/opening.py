"""
Owns the way in: from settings to a gate that may be asked, and from folders to bundles for an OPA elsewhere.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from executor.core.policy import Catalogue
from executor.engine.ports import Clock
from executor.opa.binary import find_opa
from executor.opa.compose import compose, copy_bundles
from executor.opa.errors import OpaSetupError
from executor.opa.gate import OpaGate
from executor.opa.noticing import signature_of
from executor.opa.policy_set import PolicySet
from executor.opa.reloading import Observe, Reloader
from executor.opa.serving import OpaElsewhere, OwnOpas
from executor.opa.shelf import Shelf
from executor.opa.shipped import shipped_policies


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
    observe: Observe = lambda _: None,
) -> AsyncIterator[OpaGate]:
    """
    Compose the policy set, serve it, and yield the gate; raises OpaSetupError with one sentence for the user.

    Inside, changed folders are loaded as they change, and `observe` is told of each attempt. With `opa_url` no OPA is
    started for the active set: it is composed to know what that OPA must serve, and whether it does is seen by
    `OpaGate.check` and by every decision.
    """
    folder, folders = state_dir / "opa", (shipped or shipped_policies(), *policy_paths)
    own = OwnOpas(folder, timeout_seconds=timeout_seconds)
    elsewhere = None if opa_url is None else OpaElsewhere(opa_url, opa_token_file, timeout_seconds=timeout_seconds)
    # Looked at before they are read: what changes between the two is seen at the first look.
    seen = await asyncio.to_thread(signature_of, folders)
    compose = partial(_composed, folder / "sets", policy_paths, shipped)
    policies = await compose()
    own.clear()
    active = await own.serve(policies) if elsewhere is None else await elsewhere.ask(policies)
    shelf = Shelf(active, sets=folder / "sets", serve=own.serve)
    reloader = Reloader(
        shelf,
        compose=compose,
        elsewhere=None if elsewhere is None else elsewhere.ask,
        folders=folders,
        seen=seen,
        clock=clock,
        observe=observe,
    )
    looking = asyncio.create_task(reloader.run(), name="policy folders")
    try:
        yield OpaGate(shelf, reloader, timeout_seconds=timeout_seconds, clock=clock)
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        await shelf.close()


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
