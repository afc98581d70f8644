"""
Owns when pods whose eviction a budget blocked are tried again: one for each budget at a time, with growing patience.
"""

from dataclasses import dataclass

from executor.engine.ports import Clock

FIRST_SECONDS, LONGEST_SECONDS = 0.5, 5.0
"""
A budget frees a place when another pod gets ready: looked for often at first, then as often as kubectl drain does.

What the edge says of when to come back is no better known: the API server seldom says it.
"""

_DOUBLINGS = 10


@dataclass(slots=True)
class _Room:
    """
    Those who wait for one budget; `trying` is who is being tried now.
    """

    why: str
    again_at: float
    tries: int = 1
    trying: str | None = None


class WaitingRoom:
    """
    Who waits for what, by uid.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rooms: dict[str, _Room] = {}
        self._place: dict[str, str] = {}

    def blocked(self, uid: str, *, by: str, why: str) -> None:
        """
        Let a pod wait, together with whoever waits for the same.
        """
        room = self._rooms.get(by)
        if room is None or room.trying == uid:
            tries = 1 if room is None else room.tries + 1
            pause = min(FIRST_SECONDS * 2 ** min(tries - 1, _DOUBLINGS), LONGEST_SECONDS)
            again_at = self._clock.monotonic() + pause * (1 + self._clock.jitter() / 2)
            self._rooms[by] = _Room(why, again_at, tries)
        self._place[uid] = by

    def went(self, uid: str) -> None:
        """
        Note that a pod is being tried.
        """
        room = self._room(uid)
        if room is not None:
            room.trying = uid

    def succeeded(self, uid: str) -> None:
        """
        Take a pod out; the next one of its room may go at once, since there may be more places.
        """
        room = self._room(uid)
        self._place.pop(uid, None)
        if room is not None:
            room.again_at, room.tries, room.trying = self._clock.monotonic(), 0, None

    def may_go(self, uid: str) -> bool:
        """
        Tell if a pod may be tried now.
        """
        room = self._room(uid)
        return room is None or (room.trying is None and room.again_at <= self._clock.monotonic())

    def why(self, uid: str) -> str:
        """
        Return what a pod waits for.
        """
        room = self._room(uid)
        return "waiting for its turn" if room is None else room.why

    def seconds_left(self) -> float | None:
        """
        Return how long until one of those who wait may go, None where nobody waits.
        """
        waited_for = set(self._place.values())
        times = [room.again_at for by, room in self._rooms.items() if by in waited_for and room.trying is None]
        return max(min(times) - self._clock.monotonic(), 0.0) if times else None

    def _room(self, uid: str) -> _Room | None:
        return self._rooms.get(self._place.get(uid, ""))
