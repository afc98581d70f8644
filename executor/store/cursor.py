"""
Owns the cursors of lists: opaque to callers, to us the place of the last item of their page.
"""

import base64
import binascii

_RUN, _DECISION = "run:", "decision:"
"""Tell our cursors from any other base64 text, and those of one list from those of another."""


def cursor_after(run: str) -> str:
    """
    Return the cursor of the page that follows a run.
    """
    return _spelt(_RUN, run)


def run_before(cursor: str) -> str:
    """
    Return the run that a cursor follows; raises ValueError for text that no page ever answered.
    """
    return _read(_RUN, cursor)


def cursor_after_decision(at: str, decision: str) -> str:
    """
    Return the cursor of the page that follows a decision.
    """
    return _spelt(_DECISION, f"{at} {decision}")


def decision_before(cursor: str) -> tuple[str, str]:
    """
    Return time and id of the decision that a cursor follows; raises ValueError for text that no page ever answered.
    """
    at, space, decision = _read(_DECISION, cursor).partition(" ")
    if not (at and space and decision):
        raise ValueError(_NOT_OURS)
    return at, decision


_NOT_OURS = "the cursor is none of ours: pass next_cursor of the page before, or none for the first page"


def _spelt(mark: str, place: str) -> str:
    return base64.urlsafe_b64encode(f"{mark}{place}".encode()).decode()


def _read(mark: str, cursor: str) -> str:
    try:
        place = base64.b64decode(cursor, altchars=b"-_", validate=True).decode("ascii").removeprefix(mark)
    except (binascii.Error, ValueError):
        place = ""
    if not place or not place.isprintable() or _spelt(mark, place) != cursor:
        raise ValueError(_NOT_OURS)
    return place
