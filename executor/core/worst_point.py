"""
Owns the worst point of a plan's graph: how much may be away at any one moment, of what each step takes.

At a moment every step is still to come, under way or done, and one that is under way or done has all it needs done.
Under way it takes `at_once`, done it leaves `lasting`. The most of all moments is a maximum closure, which is a minimum
cut (Picard 1976): the sum of all `at_once`, less a flow from each step to the steps before it, of which each takes in
what its end gives back. That no more than `at_most` steps are under way is a second bound; the lower one holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Stake:
    """
    What a step takes while it is under way, and what of that stays away when it is done.

    One that `may_be_left` fails without ending the run: it is under way no more, and gives nothing back.
    """

    at_once: int
    lasting: int
    may_be_left: bool = False

    @property
    def gives_back(self) -> int:
        """
        Return what comes back with the end of the step.
        """
        return self.at_once - self.lasting


class Order:
    """
    Which steps come before which. `before` holds, by step, a bit for each step that must be done first.
    """

    def __init__(self, ancestors: Mapping[str, frozenset[str]], *, at_most: int | None) -> None:
        self.bits = {step: 1 << place for place, step in enumerate(ancestors)}
        self.before = {step: sum(self.bits[each] for each in first) for step, first in ancestors.items()}
        self.at_most = at_most

    def worst(self, stakes: Mapping[str, Stake]) -> int:
        """
        Return the most that may be away at once.
        """
        everything = sum(stake.at_once for stake in stakes.values())
        returning = sorted((each.gives_back for each in stakes.values() if not each.may_be_left), reverse=True)
        by_number = everything - sum(returning) + sum(returning[: self.at_most])
        return min(by_number, everything - self._flow(stakes))

    def _flow(self, stakes: Mapping[str, Stake]) -> int:
        """
        Return how much of what steps take is sure to be given back before by the steps that they need.
        """
        room = {self.bits[step]: stake.gives_back for step, stake in stakes.items() if stake.gives_back}
        some = sum(room)
        supply = {self.bits[step]: stake.at_once for step, stake in stakes.items() if self.before[step] & some}
        if not supply:
            return 0
        to = {self.bits[step]: self.before[step] & some for step in stakes}
        return _Flow(to, room).most(supply)


class _Flow:
    """
    What is sent from givers to places with room. Both are bits; `to` has the places of each giver as one number.
    """

    def __init__(self, to: Mapping[int, int], room: dict[int, int]) -> None:
        self._to, self._room = to, room
        self._open = sum(room)
        self._closed = 0
        self._sent: dict[int, dict[int, int]] = {place: {} for place in room}

    def most(self, supply: Mapping[int, int]) -> int:
        """
        Return how much of the supply finds room: directly, or by moving what took the room before elsewhere.
        """
        total = 0
        for giver, amount in supply.items():
            left = amount
            while left and (path := self._way_from(giver)):
                left -= self._push(path, left)
            total += amount - left
        return total

    def _push(self, path: Sequence[tuple[int, int]], amount: int) -> int:
        last = path[-1][1]
        movable = (self._sent[place][mover] for (_, place), (mover, _) in pairwise(path))
        pushed = min(amount, self._room[last], *movable)
        for step, (source, place) in enumerate(path):
            self._sent[place][source] = self._sent[place].get(source, 0) + pushed
            if step:
                self._sent[path[step - 1][1]][source] -= pushed
        self._room[last] -= pushed
        if not self._room[last]:
            self._open &= ~last
        return pushed

    def _way_from(self, giver: int) -> list[tuple[int, int]]:
        """
        Return a shortest way to a place with room, as (who sends, where to); places without any way close for good.
        """
        came: dict[int, tuple[int, int]] = {}
        reached = self._reach(giver, 0, came)
        for place in reached:
            if place & self._open:
                return _traced(place, came)
            for source, amount in self._sent[place].items():
                if amount:
                    reached.extend(self._reach(source, place, came))
        self._closed |= sum(reached)
        return []

    def _reach(self, source: int, through: int, came: dict[int, tuple[int, int]]) -> list[int]:
        left = self._to[source] & ~self._closed
        if ready := left & self._open:
            left = ready & -ready
        found = []
        while left:
            place = left & -left
            left ^= place
            if place not in came:
                came[place] = (source, through)
                found.append(place)
        return found


def _traced(place: int, came: Mapping[int, tuple[int, int]]) -> list[tuple[int, int]]:
    """
    Return the way to a place from where it began.
    """
    path: list[tuple[int, int]] = []
    while place:
        source, through = came[place]
        path.insert(0, (source, place))
        place = through
    return path
