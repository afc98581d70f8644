"""
Owns the SQLite file that the tests of this folder look into, and a store that is open on it.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from executor.store import SqlStore, open_store


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "executor.db"


@pytest.fixture
async def store(file: Path) -> AsyncIterator[SqlStore]:
    async with open_store(f"sqlite:///{file}") as opened:
        yield opened
