"""
Owns the cursor of a list of runs: opaque to callers, the last id of their page to us.
"""

import base64
import binascii

_MARK = "run:"
"""Tells our cursors from any other base64 text."""


def cursor_after(run: str) -> str:
    """
    Return the cursor of the page that follows a run.
    """
    return base64.urlsafe_b64encode(f"{_MARK}{run}".encode()).decode()


def run_before(cursor: str) -> str:
    """
    Return the run that a cursor follows; raises ValueError for text that no page ever answered.
    """
    try:
        run = base64.b64decode(cursor, altchars=b"-_", validate=True).decode("ascii").removeprefix(_MARK)
    except (binascii.Error, ValueError):
        run = ""
    if not run or not run.isprintable() or cursor_after(run) != cursor:
        raise ValueError("the cursor is none of ours: pass next_cursor of the page before, or none for the first page")
    return run
