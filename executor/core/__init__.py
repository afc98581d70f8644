"""
Decisions: pure functions over frozen values.

What belongs here answers a question about plans, changes, policies or runs from values alone. It never waits, reads a
clock, opens a file or a socket, draws a random number or logs; import-linter holds that. pydantic and rfc8785 are its
only libraries. Tested by plain calls and by properties (`tests/unit/core`, `tests/properties`).
"""
