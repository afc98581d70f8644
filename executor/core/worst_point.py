"""
Owns the worst point of a plan's graph: how much may be away at any one moment, of what each step takes.

At a moment every step is still to come, under way or done, and one that is under way or done has all it needs done.
Under way it takes `at_once`, done it leaves `lasting`. The most of all moments is a maximum closure, which is a minimum
cut (Picard 1976): the sum of all `at_once`, less a flow from each step to the steps before it, of which each takes in
what its end gives back. That no more than `at_most` steps are under way is a second bound; the lower one holds.
"""

from collections.abc import Iterator, Mapping, Sequence
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
        steps = [step for step in self.bits if step in stakes]
        room = {step: stakes[step].gives_back for step in steps if stakes[step].gives_back}
        mask = sum(self.bits[step] for step in room)
        earlier = {
            step: [each for each in room if self.before[step] & self.bits[each]]
            for step in steps
            if self.before[step] & mask
        }
        return _greatest_flow({step: stakes[step].at_once for step in earlier}, earlier, room)


def _greatest_flow(supply: Mapping[str, int], to: Mapping[str, Sequence[str]], room: dict[str, int]) -> int:
    """
    Return how much of the supply finds room: directly, or by moving what took the room before elsewhere.
    """
    sent: dict[str, dict[str, int]] = {place: {} for place in room}
    closed: set[str] = set()
    total = 0
    for giver, amount in supply.items():
        left = amount
        while left and (path := _way_to_room(giver, to, room, sent, closed)):
            pushed = min(left, room[path[-1][1]], *_movable(path, sent))
            for step, (source, place) in enumerate(path):
                sent[place][source] = sent[place].get(source, 0) + pushed
                if step:
                    sent[path[step - 1][1]][source] -= pushed
            room[path[-1][1]] -= pushed
            left -= pushed
        total += amount - left
    return total


def _movable(path: Sequence[tuple[str, str]], sent: Mapping[str, Mapping[str, int]]) -> Iterator[int]:
    for (_, place), (mover, _) in pairwise(path):
        yield sent[place][mover]


def _way_to_room(
    giver: str,
    to: Mapping[str, Sequence[str]],
    room: Mapping[str, int],
    sent: Mapping[str, Mapping[str, int]],
    closed: set[str],
) -> list[tuple[str, str]]:
    """
    Return a shortest way to a place with room, as (who sends, where to); places without any way are closed for good.
    """
    came: dict[str, tuple[str, str | None]] = {}
    reached: list[str] = []

    def reach(source: str, through: str | None) -> None:
        for place in to[source]:
            if place not in came and place not in closed:
                came[place] = (source, through)
                reached.append(place)

    reach(giver, None)
    for place in reached:
        if room[place]:
            return _traced(place, came)
        for source, amount in sent[place].items():
            if amount:
                reach(source, place)
    closed.update(reached)
    return []


def _traced(place: str, came: Mapping[str, tuple[str, str | None]]) -> list[tuple[str, str]]:
    path: list[tuple[str, str]] = []
    at: str | None = place
    while at is not None:
        source, through = came[at]
        path.insert(0, (source, at))
        at = through
    return path
