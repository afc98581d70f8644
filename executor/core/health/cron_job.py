"""
Owns the health of a CronJob.
"""

from executor.core.health.reading import items, spec, status, text
from executor.core.health.values import Health, current
from executor.core.health.wording import counted, cut, one_line
from executor.core.model import Manifest


def cron_job(manifest: Manifest) -> Health:
    """
    Judge a CronJob: there is nothing to wait for, what its Jobs come to is theirs.
    """
    running = f"{counted(len(items(status(manifest), 'active')), 'Job')} of it active"
    if spec(manifest).get("suspend") is True:
        return current(f"it is suspended, so it starts no Job; {running}")
    return current(f'it starts a Job at "{cut(one_line(text(spec(manifest), "schedule")))}"; {running}')
