"""
Actions that switch something on and off: a rollout, a Job, a CronJob.
"""

from typing import Any

import pytest

from executor.core.action import with_value
from executor.core.errors import Unusable
from executor.core.health import HealthState
from executor.core.paths import MISSING
from tests.builders import a_deployment
from tests.objects import a_cron_job, a_job
from tests.rendering import changes, settled

pytestmark = pytest.mark.requirement("ACT-2")

PAUSED = with_value(a_deployment(), ("spec", "paused"), True)


def test_a_rollout_is_paused_and_resumed() -> None:
    assert [(".spec.paused", True)] == changes("pause_rollout", a_deployment())
    assert [(".spec.paused", MISSING)] == changes("resume_rollout", PAUSED)


@pytest.mark.parametrize("live", [a_job(), a_cron_job()], ids=["Job", "CronJob"])
def test_a_job_and_a_cron_job_are_suspended_and_resumed(live: Any) -> None:
    suspended = with_value(live, ("spec", "suspend"), True)

    assert [(".spec.suspend", True)] == changes("suspend", live)
    assert [(".spec.suspend", False)] == changes("resume", suspended)


@pytest.mark.requirement("ACT-4")
def test_what_is_so_already_is_no_change() -> None:
    assert [] == changes("pause_rollout", PAUSED)
    assert [] == changes("resume_rollout", a_deployment())
    assert [] == changes("suspend", a_cron_job(suspend=True))
    assert [] == changes("resume", a_cron_job())


@pytest.mark.parametrize("end", ["Complete", "Failed"])
def test_a_job_that_has_ended_is_not_suspended(end: str) -> None:
    ended = {**a_job(), "status": {"conditions": [{"type": end, "status": "True"}]}}

    with pytest.raises(Unusable, match="it has ended already"):
        changes("suspend", ended)


@pytest.mark.parametrize("action", ["pause_rollout", "resume_rollout"])
def test_a_switched_rollout_has_settled_when_it_holds_the_value(action: str) -> None:
    assert HealthState.CURRENT is settled(action, a_deployment()).state


def test_a_suspended_job_settles_when_it_says_so_and_a_cron_job_at_once() -> None:
    job = a_job(suspend=True)
    done = {**job, "status": {"conditions": [{"type": "Suspended", "status": "True"}]}}

    assert HealthState.IN_PROGRESS is settled("suspend", job).state
    assert HealthState.CURRENT is settled("suspend", done).state
    assert HealthState.CURRENT is settled("suspend", a_cron_job(suspend=True)).state
    assert HealthState.IN_PROGRESS is settled("resume", a_job()).state
    assert HealthState.CURRENT is settled("resume", {**a_job(), "status": {"startTime": "2026-11-23T11:24:06Z"}}).state
