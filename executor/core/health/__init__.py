"""
How far an object is on its way to what was asked of it, from what the API server says of it.

`health` judges an object of any kind, one file a kind (`by_kind` says which). `trouble` tells early why it will not get
there. `rollout`, `pod_resize`, `claim_resize`, `autoscaler`, `suspension` and `scaling` judge the effect of one action
each. All are pure functions from manifests as they come to values; none raises, whatever a status holds, and of other
programs' words only those are passed on that `wording` and `creation` allow. Tested by tables of statuses in
`tests/unit/core/health` and by laws in `tests/properties`.
"""

from executor.core.health.by_kind import health, observed
from executor.core.health.values import Health, HealthState, Trouble

__all__ = ["Health", "HealthState", "Trouble", "health", "observed"]
