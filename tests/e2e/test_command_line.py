"""
A new user's way through `remediate`, against the real service: from the first check-up to a cancelled run.
"""

import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.person import LIMIT_SECONDS, Person, plain
from tests.e2e.processes import command_line_of
from tests.plans import a_plan, scale, set_image
from tests.serving import Served
from tests.shop import Shop
from tests.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.requirement("API-3")]


def _written(folder: Path, plan: dict[str, Any]) -> str:
    """
    Write a plan as people do, and return its file's name.
    """
    place = folder / "plan.yaml"
    place.write_text(yaml.safe_dump(plan))
    return str(place)


async def test_a_new_user_gets_from_the_first_check_to_the_diff_of_a_run_without_configuring_anything(
    person: Person, shop: Shop, tmp_path: Path
) -> None:
    await shop.open("web")
    plan = _written(tmp_path, a_plan(scale("web", to=2, namespace=shop.namespace), labels={"incident": "inc-42"}))

    doctor = person.run("doctor")
    actions = person.run("actions")
    scaling = person.run("actions", "scale")
    assessed = person.run("assess", plan)
    submitted = person.run("submit", plan)
    run = submitted.stdout.split()[1]
    followed = person.run("events", run, "-f")
    shown = person.run("show", run)
    changed = person.run("diff", run)

    everything = [doctor, actions, scaling, assessed, submitted, followed, shown, changed]
    assert [0] * 8 == [each.returncode for each in everything], everything
    assert all(line.startswith("ok ") for line in doctor.stdout.splitlines())
    assert {"settings", "server", "token", "store", "opa", "cluster"} <= {
        line.split()[1] for line in doctor.stdout.splitlines()
    }
    assert all(name in actions.stdout for name in ("cordon", "restart", "scale", "set_image", "uncordon"))
    assert "replicas" in scaling.stdout
    assert "allow: every step would be allowed" == assessed.stdout.splitlines()[0]
    assert f"run {run} accepted\n" == submitted.stdout
    assert f"follow it: remediate events {run} -f\n" == submitted.stderr
    assert re.search(r"RunFinished  succeeded: ", followed.stdout.splitlines()[-1])
    assert re.search(rf"^web +scale +deployment/{shop.namespace}/web +succeeded", shown.stdout, re.MULTILINE)
    assert f"web: scale deployment/{shop.namespace}/web\n  .spec.replicas\n    - 1\n    + 2\n" == changed.stdout
    assert person.run("diff", run, "web").stdout == changed.stdout


async def test_a_watch_writes_a_line_for_each_event_into_a_pipe_and_a_live_table_on_a_terminal(
    person: Person, shop: Shop, tmp_path: Path
) -> None:
    await shop.open("web")
    first = _written(tmp_path, a_plan(scale("web", to=2, namespace=shop.namespace)))

    piped = person.run("submit", first, "--watch")
    second = _written(tmp_path, a_plan(scale("web", to=3, namespace=shop.namespace)))
    code, screen = person.on_a_terminal("submit", second, "--watch")
    third = _written(tmp_path, a_plan(scale("web", to=4, namespace=shop.namespace)))
    _, colourless = person.on_a_terminal("submit", third, "--watch", NO_COLOR="1")

    assert 0 == piped.returncode, piped
    assert "\x1b" not in piped.stdout + piped.stderr
    lines = piped.stdout.splitlines()
    assert all(re.match(r"\d\d:\d\d:\d\d\.\d{3} +\d+  ", line) for line in lines[:-1]), lines
    assert "RunAccepted" in lines[0]
    assert lines[-1].startswith("succeeded: ")
    assert 0 == code
    assert re.search(rf"web +scale +deployment/{shop.namespace}/web +succeeded", plain(screen))
    assert "StepSucceeded" not in screen
    assert "\x1b[32m" in screen
    assert re.search(r"\x1b\[[0-9;]*3[0-7]m", colourless) is None
    assert "succeeded: " in plain(colourless)


async def test_a_wait_is_silent_and_a_document_is_the_apis_own(person: Person, shop: Shop, tmp_path: Path) -> None:
    await shop.open("web")
    plan = _written(tmp_path, a_plan(scale("web", to=2, namespace=shop.namespace)))

    waited = person.run("submit", plan, "--wait", "-o", "json")
    run = json.loads(waited.stdout)
    watched = person.run("submit", plan, "--watch", "-o", "yaml")

    assert "succeeded" == run["phase"]
    assert "succeeded: " in waited.stderr
    assert "succeeded" == yaml.safe_load(watched.stdout)["phase"]
    assert "StepSucceeded" in watched.stderr
    for words in (["show", run["id"]], ["diff", run["id"], "web"], ["events", run["id"]], ["list"], ["actions"]):
        assert person.document(*words) == yaml.safe_load(person.run(*words, "-o", "yaml").stdout), words
    assert run == person.document("show", run["id"])
    lines = person.run("events", run["id"], "-f", "-o", "json").stdout.splitlines()
    assert person.document("events", run["id"])["items"] == [json.loads(line) for line in lines]


async def test_runs_are_found_by_phase_namespace_label_and_caller(person: Person, shop: Shop) -> None:
    await shop.open("web")
    there = {"namespace": shop.namespace}
    good = person.run(
        "submit", "-", "--wait", plan=a_plan(scale("web", to=2, **there), labels={"incident": "a", "x": "1"})
    )
    bad = person.run("submit", "-", "--wait", plan=a_plan(scale("web", to=400, **there), labels={"incident": "a"}))
    assert (0, 3) == (good.returncode, bad.returncode), (good, bad)

    def phases(*words: str) -> list[str]:
        found = person.document("list", "-n", shop.namespace, *words)["items"]
        return [run["phase"] for run in found]

    assert ["denied", "succeeded"] == phases()
    assert ["denied"] == phases("--phase", "denied")
    assert ["denied", "succeeded"] == phases("--label", "incident=a", "--caller", "local")
    assert ["succeeded"] == phases("-l", "incident=a", "-l", "x=1")
    assert ["denied"] == phases("--limit", "1")
    assert [] == phases("--caller", "somebody-else")
    nobody = person.run("list", "--caller", "somebody-else")
    assert ("", "no run matches\n") == (nobody.stdout, nobody.stderr)
    assert 2 == person.run("list", "--phase", "finished").returncode
    assert "there are more; --limit 2 shows them\n" == person.run("list", "-n", shop.namespace, "--limit", "1").stderr


async def test_a_run_under_way_is_followed_and_cancelled_with_a_reason(person: Person, shop: Shop) -> None:
    await shop.open("web")
    plan = a_plan(set_image("web", image="fault.local/never-ready:1", namespace=shop.namespace))
    run = person.document("submit", "-", plan=plan)["id"]
    following = person.begin("events", run, "-f")
    await eventually(lambda: _applied(person, run))

    cancelled = person.run("cancel", run, "--reason", "the wrong image")
    told, _ = following.communicate(timeout=LIMIT_SECONDS)

    assert 0 == cancelled.returncode, cancelled
    assert 0 == following.returncode
    assert re.search(r"CancelRequested .*the wrong image", told), told
    assert "RunFinished  cancelled: " in told.splitlines()[-1]
    assert "cancelled" == person.document("show", run)["phase"]
    assert ["registry.test/web:1"] == [
        each["image"] for each in (await shop.live("web"))["spec"]["template"]["spec"]["containers"]
    ]
    assert 2 == person.run("cancel", run).returncode, "a reason is required"


@pytest.mark.requirement("PLAN-3")
def test_a_wrong_plan_is_shown_with_the_place_of_every_problem(person: Person) -> None:
    plan = a_plan({**scale(), "action": "exec", "need": []}, scale("b", to=-1), scale("b", needs=["c"]), nane="x")

    refused = person.run("submit", "-", plan=plan)

    assert (2, "") == (refused.returncode, refused.stdout)
    places = re.findall(r"^  (/\S+): ", refused.stderr, re.MULTILINE)
    assert {"/nane", "/steps/0/action", "/steps/0/need", "/steps/1/parameters/replicas"} <= set(places), refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_plan_that_is_no_document_is_refused_with_its_line(person: Person, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text('{"name": "a",\n "steps": [}')

    refused = person.run("submit", str(tmp_path / "plan.json"))
    missing = person.run("submit", str(tmp_path / "none.yaml"))

    assert 2 == refused.returncode
    assert "line 2" in refused.stderr
    assert 2 == missing.returncode
    assert "none.yaml" in missing.stderr


@pytest.mark.requirement("SEC-1")
async def test_no_command_takes_a_token_as_an_argument_and_none_is_seen_in_the_list_of_processes(
    person: Person, service: Served, shop: Shop
) -> None:
    await shop.open("web")
    token = (service.state / "token").read_text().strip()
    plan = a_plan(set_image("web", image="fault.local/never-ready:1", namespace=shop.namespace))
    run = person.document("submit", "-", plan=plan)["id"]
    following = person.begin("events", run, "-f")

    # Linux shows no arguments for a moment while a program is being started.
    seen = [await eventually(partial(_command_line, pid)) for pid in (following.pid, service.process.pid)]
    person.run("cancel", run, "--reason", "seen enough")
    told = "".join(following.communicate(timeout=LIMIT_SECONDS))

    assert all("remediate" in each for each in seen), seen
    assert token not in "".join(seen) + told + service.log
    commands = person.run("--help").stdout.partition("Commands:\n")[2].partition("\n\n")[0]
    names = re.findall(r"^  ([a-z]+) ", commands, re.MULTILINE)
    assert {"serve", "submit", "doctor"} < set(names)
    for command in names:
        assert "--token" not in person.run(command, "--help").stdout
    assert 2 == person.run("list", "--token", "x").returncode


async def _command_line(pid: int) -> str | None:
    return command_line_of(pid) or None


async def _applied(person: Person, run: str) -> bool:
    return bool(person.document("show", run)["steps"][0]["actuation"] == "applied")
