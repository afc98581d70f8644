"""
What every vault does: the fake that the engine's tests use, SQLite and PostgreSQL, held to the same sentences.
"""

import asyncio

import pytest

from executor.core.fingerprint import fingerprint
from executor.engine.ports import Vault

pytestmark = [pytest.mark.requirement("ROLL-1"), pytest.mark.requirement("DRY-3")]

AWKWARD = ("", "aHVudGVyMg==", "two\nlines\n", "é漢🚀\0", "\ud800", "fingerprint:", "x" * 200_000)


def sealed(*values: str) -> dict[str, str]:
    """
    Return values by their fingerprints.
    """
    return {fingerprint(value, b"key"): value for value in values}


async def test_values_come_back_as_they_were(vault: Vault) -> None:
    values = sealed(*AWKWARD)

    await vault.keep(values)

    assert values == await vault.find(values.keys())


async def test_what_is_not_kept_is_not_in_the_answer(vault: Vault) -> None:
    kept = sealed("a")

    await vault.keep(kept)

    assert kept == await vault.find({*kept, *sealed("b")})
    assert {} == await vault.find(sealed("b"))


async def test_keeping_twice_is_keeping_once(vault: Vault) -> None:
    await vault.keep(sealed("a", "b"))
    await vault.keep(sealed("b", "c"))

    assert sealed("a", "b", "c") == await vault.find(sealed("a", "b", "c"))


async def test_nothing_is_kept_and_found_for_nothing(vault: Vault) -> None:
    await vault.keep({})

    assert {} == await vault.find([])


async def test_many_keep_at_once_and_lose_none(vault: Vault) -> None:
    await asyncio.gather(*(vault.keep(sealed("shared", str(number))) for number in range(20)))

    every = sealed("shared", *map(str, range(20)))
    assert every == await vault.find(every)


async def test_a_secret_of_very_many_keys_is_kept_whole(vault: Vault) -> None:
    values = sealed(*map(str, range(1_300)))

    await vault.keep(values)

    assert values == await vault.find(values)
