"""
Owns the promise that watching a run cannot harm it: an observer that fails is logged, and the run goes on.
"""

import functools
from collections.abc import Callable
from typing import ParamSpec

import structlog

P = ParamSpec("P")

_log = structlog.get_logger("executor.telemetry")


def never_in_the_way(observe: Callable[P, None]) -> Callable[P, None]:
    """
    Return an observer that logs what goes wrong in it instead of raising it into the engine.
    """

    @functools.wraps(observe)
    def careful(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            observe(*args, **kwargs)
        except Exception:  # noqa: BLE001 # figures and log lines are worth less than the run they are about
            _log.exception("an event could not be observed", action="observer_failed", observer=observe.__name__)

    return careful
