"""
Owns a vault in memory for the engine's tests. The contract suite holds it to what SQLite and PostgreSQL do.
"""

import asyncio
from collections.abc import Collection, Mapping


class FakeVault:
    """
    Keeps values in a dict. `values` is what it holds; `fail_next(error)` scripts a failure of the next call.
    """

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.asked = 0
        self._failures: list[Exception] = []

    def fail_next(self, error: Exception) -> None:
        """
        Raise this at the next call instead of answering it.
        """
        self._failures.append(error)

    async def keep(self, values: Mapping[str, str]) -> None:
        await self._turn()
        self.values.update(values)

    async def find(self, fingerprints: Collection[str]) -> Mapping[str, str]:
        await self._turn()
        return {mark: self.values[mark] for mark in fingerprints if mark in self.values}

    async def _turn(self) -> None:
        # Like a database, it lets others run before it answers.
        await asyncio.sleep(0)
        self.asked += 1
        if self._failures:
            raise self._failures.pop(0)
