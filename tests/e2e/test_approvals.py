"""
A run that waits for approval, as somebody at a shell meets it: told what for, until when, and how to end it.
"""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.control_plane import ControlPlane
from tests.e2e.person import Person
from tests.fixtures.approvals import a_site_that_asks_the_owners
from tests.fixtures.kubernetes import make_namespace
from tests.plans import a_plan, scale
from tests.serving import environment_for, serving
from tests.shop import Shop

pytestmark = [pytest.mark.e2e, pytest.mark.requirement("GATE-5"), pytest.mark.requirement("API-3")]


WAITS = r"^waits for approval until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, then it expires:$"


@pytest.fixture
async def asking(control_plane: ControlPlane, fresh_state: Path, tmp_path: Path) -> AsyncIterator[Person]:
    """
    Somebody beside a service whose site asks the owners.
    """
    site = a_site_that_asks_the_owners(tmp_path / "acme")
    async with serving(fresh_state, control_plane.kubeconfig, EXECUTOR_POLICY_PATHS=str(site)):
        yield Person(environment_for(fresh_state, control_plane.kubeconfig))


async def test_a_waiting_run_says_what_it_waits_for_and_is_rejected_from_the_command_line(
    asking: Person, control_plane: ControlPlane
) -> None:
    shop = Shop(control_plane, make_namespace(control_plane, owners="asked"))
    await shop.open("web", "api")
    there = {"namespace": shop.namespace}
    one, two = a_plan(scale("web", to=2, **there)), a_plan(scale("web", to=2, **there), scale("api", to=2, **there))

    assessed = asking.run("assess", "-", plan=two)
    submitted = [asking.run("submit", "-", "--wait", plan=one), asking.run("submit", "-", "--watch", plan=two)]
    runs = [re.findall(r"run (\w+) accepted", each.stderr)[0] for each in submitted]
    shown = asking.run("show", runs[1])
    rejected = [asking.run("reject", run, "--reason", "not on a Friday") for run in runs]
    again = asking.run("reject", runs[0], "--reason", "not on a Friday")

    assert [6, 6, 6] == [assessed.returncode, *(each.returncode for each in submitted)], (assessed, submitted)
    assert "require_approval: the plan would wait for approval" in assessed.stdout
    for told in (*(each.stdout for each in submitted), shown.stdout):
        assert re.search(WAITS, told, re.MULTILINE)
        assert "  saw    /target/name: web is the owners'\n  wants  2 people of owners\n" in told
    assert [f"run {run} denied: rejected by local: not on a Friday; nothing was written\n" for run in runs] == [
        each.stdout for each in rejected
    ]
    assert [0, 0, 2] == [*(each.returncode for each in rejected), again.returncode]
    assert "(wrong_phase)" in again.stderr
    assert [1, 1] == [await shop.replicas(name) for name in ("web", "api")]
