"""
The README tells of the actions what the catalogue says.
"""

import pytest

from executor.core.actions import CATALOGUE
from tests.catalogue import BEGIN, END, README, readme


@pytest.mark.requirement("ACT-2")
def test_the_table_of_actions_is_what_the_catalogue_makes_of_it() -> None:
    assert readme() == README.read_text(), "run: python -m tests.catalogue"


def test_every_action_has_its_row() -> None:
    table = README.read_text().partition(BEGIN)[2].partition(END)[0]

    assert [f"| `{name}` " for name in CATALOGUE] == [line[: line.index("|", 2)] for line in table.splitlines()[2:]]
