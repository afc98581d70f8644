"""
Hypothesis for all properties: the same examples on every machine, unless somebody goes exploring.

`HYPOTHESIS_PROFILE=explore` draws new examples each time, and many more.
"""

import os

from hypothesis import HealthCheck, settings

_SLOW_MACHINES = [HealthCheck.too_slow]
"""How fast examples are drawn says how busy the machine is, not that a law is wrong."""

settings.register_profile(
    "ci",
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=True,
    max_examples=30,
    suppress_health_check=_SLOW_MACHINES,
)
settings.register_profile(
    "explore", deadline=None, database=None, print_blob=True, max_examples=1000, suppress_health_check=_SLOW_MACHINES
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
