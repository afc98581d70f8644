"""
What operators see: logs on standard error, and figures for Prometheus, both made from the events of runs.

Nothing here is asked by the rest of the executor: `bootstrap` configures the logs, subscribes `journal` and
`Metrics.observe` to the service and hands `Metrics.page` to the API. It may import `executor.core` for the values it
is told about. Tested over folded events (`tests/unit/telemetry`).
"""

from executor.telemetry.journal import journal
from executor.telemetry.logs import configure_logs
from executor.telemetry.metrics import Metrics

__all__ = ["Metrics", "configure_logs", "journal"]
