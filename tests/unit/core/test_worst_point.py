"""
The worst moment of a graph: who may be under way together, and what stays away afterwards.
"""

from collections.abc import Mapping, Sequence

import pytest

from executor.core.graph import ancestors
from executor.core.worst_point import Order, Stake

pytestmark = pytest.mark.requirement("LOCK-4")

Needs = Mapping[str, Sequence[str]]

PASSES, STAYS = Stake(2, 0), Stake(2, 2)
SIDE_BY_SIDE: Needs = {"a": [], "b": [], "c": []}
IN_LINE: Needs = {"a": [], "b": ["a"], "c": ["b"]}
FAN: Needs = {"a": [], "b": ["a"], "c": ["a"]}

MOMENTS: dict[str, tuple[Needs, dict[str, Stake], int | None, int]] = {
    "nothing": (SIDE_BY_SIDE, {}, None, 0),
    "all together": (SIDE_BY_SIDE, {"a": PASSES, "b": PASSES, "c": PASSES}, None, 6),
    "two at a time": (SIDE_BY_SIDE, {"a": PASSES, "b": PASSES, "c": Stake(1, 0)}, 2, 4),
    "two at a time, and what stays": (SIDE_BY_SIDE, {"a": PASSES, "b": STAYS, "c": STAYS}, 2, 6),
    "one after another": (IN_LINE, {"a": PASSES, "b": PASSES, "c": PASSES}, None, 2),
    "what stays adds up": (IN_LINE, {"a": STAYS, "b": STAYS, "c": PASSES}, None, 6),
    "what is over before is no more": (IN_LINE, {"a": PASSES, "c": STAYS}, None, 2),
    "the branches of a fan": (FAN, {"a": PASSES, "b": PASSES, "c": PASSES}, None, 4),
    "the first of a fan is worse": (FAN, {"a": Stake(9, 0), "b": PASSES, "c": PASSES}, None, 9),
    "part of it comes back": (IN_LINE, {"a": Stake(5, 1), "b": Stake(3, 0)}, None, 5),
    "one that may be left as it failed": (
        SIDE_BY_SIDE,
        {"a": Stake(2, 0, may_be_left=True), "b": PASSES, "c": PASSES},
        1,
        4,
    ),
    "room that somebody else must leave": (
        {"a": [], "b": [], "c": ["a", "b"], "d": ["a"]},
        {"a": PASSES, "b": PASSES, "c": PASSES, "d": PASSES},
        None,
        4,
    ),
}


@pytest.mark.parametrize(("needs", "stakes", "at_most", "expected"), MOMENTS.values(), ids=MOMENTS)
def test_the_worst_moment(needs: Needs, stakes: dict[str, Stake], at_most: int | None, expected: int) -> None:
    assert expected == Order(ancestors(needs), at_most=at_most).worst(stakes)
