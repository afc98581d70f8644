"""
Owns which policy set a command works with: the folders as they lie now, other folders, or a set that was kept.
"""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from executor.opa.binary import find_opa
from executor.opa.compose import compose
from executor.opa.errors import OpaSetupError
from executor.opa.policy_set import PolicySet, find_set, forget_old_sets, kept_set
from executor.opa.shipped import shipped_policies

SHORTEST_REVISION = 6

_TRIED = "tried"
_PLACES = ("sets", _TRIED)


async def composed(
    state_dir: Path, policy_paths: Sequence[Path], *, trial: bool = False, shipped: Path | None = None
) -> PolicySet:
    """
    Return the set of some folders, held to all that a served set is held to; raises PolicyRefused.

    One made on trial is kept apart from those that are served, so that trying much does not push out what a run needs.
    """
    opa = state_dir / "opa"
    try:
        opa.mkdir(parents=True, exist_ok=True, mode=0o700)
        opa.chmod(0o700)
        place = opa / (_TRIED if trial else "sets")
        policies = await compose(find_opa(), shipped=shipped or shipped_policies(), authors=policy_paths, onto=place)
        if trial:
            await asyncio.to_thread(forget_old_sets, place, ())
    except OSError as error:
        raise OpaSetupError(
            f"{error.filename or opa} cannot be used ({error.strerror}): make EXECUTOR_STATE_DIR a folder that can be"
            " written"
        ) from error
    return policies


async def kept(state_dir: Path, revision: str) -> PolicySet:
    """
    Return the set on disk one of whose bundles has a revision (or the beginning of one); raises OpaSetupError.
    """
    wanted = revision.removeprefix("sha256:")
    if len(wanted) < SHORTEST_REVISION:
        raise OpaSetupError(f"a revision is named by its first {SHORTEST_REVISION} digits at least")
    found = [
        policies
        for policies in await asyncio.to_thread(_sets, state_dir)
        if any(each.removeprefix("sha256:").startswith(wanted) for each in policies.catalogue.revision.values())
    ]
    different = list({tuple(sorted(one.catalogue.revision.items())): one for one in found}.values())
    if not different:
        raise OpaSetupError(
            f"no set with revision {revision} is kept below {state_dir / 'opa'}: a few are; name folders with --path"
        )
    if len(different) > 1:
        told = "; ".join(_told(one.catalogue.revision) for one in different)
        raise OpaSetupError(
            f"{len(different)} sets that are kept have revision {revision}; name one of only one: {told}"
        )
    return different[0]


async def of_decision(
    state_dir: Path, revision: Mapping[str, str], policy_paths: Sequence[Path], *, shipped: Path | None = None
) -> PolicySet:
    """
    Return the set that made a decision where it is kept, else the folders as they lie now: its revision tells which.
    """
    for place in _PLACES:
        policies = await asyncio.to_thread(find_set, state_dir / "opa" / place, revision)
        if policies is not None:
            return policies
    return await composed(state_dir, policy_paths, shipped=shipped)


def _sets(state_dir: Path) -> list[PolicySet]:
    folders = [folder for place in _PLACES for folder in sorted((state_dir / "opa" / place).glob("*"))]
    return [policies for folder in folders if (policies := kept_set(folder)) is not None]


def _told(revision: Mapping[str, str]) -> str:
    return ", ".join(f"{bundle} {of_it.removeprefix('sha256:')[:12]}" for bundle, of_it in sorted(revision.items()))
