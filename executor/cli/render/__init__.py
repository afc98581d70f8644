"""
The API's documents as text: pure functions from JSON values to what rich can print.

What belongs here answers "how does a person read this?" and nothing else: no HTTP, no clock, no terminal. Tested by
comparing whole outputs (`tests/unit/cli/test_render_*.py`).
"""
