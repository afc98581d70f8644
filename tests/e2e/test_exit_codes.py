"""
The exit codes that scripts rely on, each from a real run or a real refusal.
"""

import json
import re
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.person import LIMIT_SECONDS, Person
from tests.plans import a_plan, scale, set_image
from tests.serving import Served
from tests.shop import Shop
from tests.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.requirement("API-3")]

BROKEN = "fault.local/image-pull:1"


@pytest.mark.parametrize("mode", ["--wait", "--watch"])
async def test_the_code_tells_how_a_run_ended_at_once(person: Person, shop: Shop, mode: str) -> None:
    await shop.open("web")
    there: dict[str, Any] = {"namespace": shop.namespace}

    succeeded = person.run("submit", "-", mode, plan=a_plan(scale("web", to=2, **there)))
    failed = person.run("submit", "-", mode, plan=a_plan(scale("gone", **there)))
    denied = person.run("submit", "-", mode, plan=a_plan(scale("web", to=400, **there)))
    endless = set_image("web", image="fault.local/never-ready:1", **there)
    expired = person.run("submit", "-", mode, plan=a_plan(endless, timeout_seconds=8, rollback="none"))

    assert [0, 1, 3, 1] == [each.returncode for each in (succeeded, failed, denied, expired)]
    assert re.search(r"^failed: .*deployment/\S+/gone.*does not exist", failed.stdout, re.MULTILINE)
    assert re.search(r"^denied by replica_ceiling: ", denied.stdout, re.MULTILINE)


@pytest.mark.requirement("ROLL-2")
async def test_the_code_tells_a_rollback_from_a_cluster_left_changed_and_from_a_cancel(
    person: Person, shop: Shop, tmp_path: Path
) -> None:
    await shop.open("web", "api", progress_seconds=5)
    await shop.open("cache")
    there = {"namespace": shop.namespace}
    plans = {
        "rolled-back": a_plan(_broken("web", **there)),
        "left": a_plan(_broken("api", **there), rollback="manual"),
        "cancelled": a_plan(
            set_image("cache", image="fault.local/never-ready:1", **there), labels={"which": shop.namespace}
        ),
    }
    for name, plan in plans.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(plan))

    waiting = [person.begin("submit", str(tmp_path / f"{name}.json"), "--wait") for name in plans]
    run = await eventually(lambda: _labelled(person, f"which={shop.namespace}"))
    person.run("cancel", run, "--reason", "not needed")
    told = [each.communicate(timeout=LIMIT_SECONDS)[0] for each in waiting]

    assert [4, 5, 7] == [each.returncode for each in waiting], told
    assert "restored and proven equal" in told[0]
    assert "still changed, a person must look: deployment/" in told[1]
    assert told[2].startswith("cancelled: ")


def test_what_the_server_refuses_and_what_is_no_command_is_a_2(person: Person) -> None:
    ended = [
        person.run("submit", "-", plan="[]"),
        person.run("show", "01jd3z0m7q0000000000000000"),
        person.run("show", "../../v1/policy"),
        person.run("submit", "-", "--wait", "--watch", plan=a_plan(scale())),
        person.run("frobnicate"),
        person.run("list", "--limit", "0"),
    ]

    assert [2] * len(ended) == [each.returncode for each in ended], ended
    assert "" == "".join(each.stdout for each in ended)
    assert "Traceback" not in "".join(each.stderr for each in ended)


@pytest.mark.requirement("SEC-1")
def test_a_wrong_token_or_none_is_refused_and_says_what_to_set(person: Person, service: Served, tmp_path: Path) -> None:
    wrong = person.run("list", EXECUTOR_TOKEN="somebodys-else")
    none = person.run("list", EXECUTOR_STATE_DIR=str(tmp_path / "elsewhere"), EXECUTOR_URL=service.url)

    assert (2, 2) == (wrong.returncode, none.returncode), (wrong, none)
    assert "(unauthenticated)" in wrong.stderr
    assert "EXECUTOR_TOKEN" in wrong.stderr
    assert "somebodys-else" not in wrong.stderr
    assert "EXECUTOR_TOKEN" in none.stderr


def test_no_server_is_an_8_and_says_how_to_get_one(person: Person, silent: socket.socket, tmp_path: Path) -> None:
    closed = f"http://127.0.0.1:{silent.getsockname()[1]}"
    never = person.run("list", EXECUTOR_STATE_DIR=str(tmp_path / "empty"))
    gone = person.run("submit", "-", "--wait", plan=a_plan(scale()), EXECUTOR_URL=closed)
    doctor = person.run("doctor", EXECUTOR_URL=closed)

    assert (8, 8, 8) == (never.returncode, gone.returncode, doctor.returncode), (never, gone, doctor)
    assert "`remediate serve`" in never.stderr
    assert closed in gone.stderr
    assert re.search(r"^FAIL +server ", doctor.stdout, re.MULTILINE)
    assert not (tmp_path / "empty").exists()


async def _labelled(person: Person, label: str) -> str | None:
    found = person.document("list", "--label", label)["items"]
    return found[0]["id"] if found else None


def _broken(name: str = "web", **more: Any) -> dict[str, Any]:
    return set_image(name, image=BROKEN, **more)
