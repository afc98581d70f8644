"""
The promise of a step: which paths it changes, taken as JSON Pointers or refused at the very place.
"""

from typing import Any

import pytest

from executor.core.errors import PlanInvalid
from executor.core.facts import Facts
from executor.core.policy import Stage
from executor.core.request import Asker, Evidence, policy_request
from executor.core.view import step_view
from tests.plans import a_plan, scale
from tests.unit.core.documents import read
from tests.unit.core.logs import run_after

pytestmark = pytest.mark.requirement("PLAN-8")

POINTERS = ["/spec/replicas", "", "/", "/metadata/annotations/example.com~1team", "/a~0b"]


def test_a_step_takes_the_paths_it_is_expected_to_change_each_once() -> None:
    plan = read(a_plan(scale(expect={"paths": [*POINTERS, *POINTERS]})))

    assert plan.steps[0].expect is not None
    assert tuple(POINTERS) == plan.steps[0].expect.paths


def test_a_step_without_a_promise_has_none() -> None:
    assert [None, None] == [read(a_plan(step)).steps[0].expect for step in (scale(), scale(expect=None))]


REFUSED: dict[str, tuple[Any, list[tuple[str, str]]]] = {
    "no paths": ({}, [("/steps/0/expect/paths", "missing")]),
    "an empty list": ({"paths": []}, [("/steps/0/expect/paths", "too_few")]),
    "too many": ({"paths": [f"/{number}" for number in range(65)]}, [("/steps/0/expect/paths", "too_many")]),
    "a dotted path": ({"paths": ["/spec", "spec.replicas"]}, [("/steps/0/expect/paths/1", "bad_name")]),
    "a tilde that escapes nothing": ({"paths": ["/a~b"]}, [("/steps/0/expect/paths/0", "bad_name")]),
    "a long path": ({"paths": ["/" + "a" * 1024]}, [("/steps/0/expect/paths/0", "too_long")]),
    "a number": ({"paths": [3]}, [("/steps/0/expect/paths/0", "wrong_type")]),
    "a text": ({"paths": "/spec"}, [("/steps/0/expect/paths", "wrong_type")]),
    "a list": (["/spec"], [("/steps/0/expect", "wrong_type")]),
    "more than paths": ({"paths": ["/spec"], "s3cret": 1}, [("/steps/0/expect/s3cret", "unknown_key")]),
}


@pytest.mark.requirement("PLAN-3")
@pytest.mark.parametrize(("expect", "problems"), REFUSED.values(), ids=REFUSED)
def test_a_promise_that_cannot_be_read_is_refused_at_its_place(expect: Any, problems: list[tuple[str, str]]) -> None:
    with pytest.raises(PlanInvalid) as refused:
        read(a_plan(scale(expect=expect)))

    assert problems == [(each.pointer, each.code) for each in refused.value.problems]


def test_sixty_four_paths_are_taken() -> None:
    paths = [f"/{number}" for number in range(64)]

    assert read(a_plan(scale(expect={"paths": paths}))).steps[0].expect is not None


def test_the_policy_and_people_see_the_promise() -> None:
    plan = read(a_plan(scale(expect={"paths": ["/spec/replicas"]})))
    asker = Asker(plan=plan, digest=plan.digest, caller="ada", run=None)
    evidence = Evidence(before={}, after={}, diff=[], namespace=None, facts=Facts())

    request = policy_request(Stage.DRY_RUN, "2026-11-23T11:00:00.000Z", asker, plan.steps[0], evidence)
    shown = step_view(run_after(a_plan(scale("web", expect={"paths": ["/spec/replicas"]}))).steps["web"])

    assert request.step is not None
    assert request.step.expect is not None
    assert ["/spec/replicas"] == request.step.expect.paths
    assert {"paths": ["/spec/replicas"]} == shown["expect"]
    assert step_view(run_after(a_plan(scale("web"))).steps["web"])["expect"] is None
