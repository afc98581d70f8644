"""
Fixtures of telemetry's tests.
"""

from tests.fixtures.event_loop import no_stray_event_loop

__all__ = ["no_stray_event_loop"]
