"""
Owns how it is said who must approve.
"""

from collections.abc import Sequence


def people(count: int, groups: Sequence[str]) -> str:
    """
    Return who must approve: `1 person`, `2 people of owners or sre`.
    """
    counted = "1 person" if count == 1 else f"{count} people"
    return f"{counted} of {' or '.join(groups)}" if groups else counted
