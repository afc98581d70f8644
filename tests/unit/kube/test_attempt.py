"""
What an attempt calls itself in messages, and which permission it takes.
"""

import pytest

from executor.core.target import Target
from executor.kube.attempt import Attempt, Doing, attempt_on

SCALE = Target(kind="Deployment", namespace="shop", name="web")
WIDGET = Target(kind="Widget", namespace="shop", name="w", api_version="example.com/v1")


@pytest.mark.parametrize(
    ("attempt", "granted"),
    [
        (attempt_on(SCALE, Doing.APPLY), "patch on deployments.apps in namespace shop"),
        (attempt_on(SCALE, Doing.APPLY, verb="delete"), "delete on deployments.apps in namespace shop"),
        (attempt_on(SCALE, Doing.APPLY, subresource="scale"), "patch on deployments.apps/scale in namespace shop"),
        (
            Attempt(Doing.APPLY, "Pod", "shop", "web-1", verb="create", subresource="eviction"),
            "create on pods/eviction in namespace shop",
        ),
        (Attempt(Doing.APPLY, "Pod", "shop", "web-1", subresource="resize"), "patch on pods/resize in namespace shop"),
        (Attempt(Doing.APPLY, "Job", "shop", verb="create"), "create on jobs.batch in namespace shop"),
        (Attempt(Doing.APPLY, "Node", None, "worker-1"), "patch on nodes"),
        (Attempt(Doing.CHECK), "get on /api"),
        (
            attempt_on(WIDGET, Doing.APPLY, verb="create", plural="widgets"),
            "create on widgets.example.com in namespace shop",
        ),
        (attempt_on(WIDGET, Doing.READ), "get on Widget.example.com in namespace shop"),
        (
            Attempt(Doing.READ, "Deployment", "shop", "web", api_version="other.example.com/v1"),
            "get on Deployment.other.example.com in namespace shop",
        ),
    ],
)
def test_an_attempt_says_what_to_grant(attempt: Attempt, granted: str) -> None:
    assert granted == attempt.permission


@pytest.mark.parametrize(
    ("attempt", "subject"),
    [
        (attempt_on(SCALE, Doing.READ), str(SCALE)),
        (attempt_on(WIDGET, Doing.READ), str(WIDGET)),
        (Attempt(Doing.LIST, "Pod", "shop"), "pods in shop"),
        (Attempt(Doing.LIST, "Node"), "nodes"),
        (Attempt(Doing.LIST, "Widget", "shop", api_version="example.com/v1", plural="widgets"), "widgets in shop"),
        (Attempt(Doing.LIST, "Widget", "shop", api_version="example.com/v1"), "Widget in shop"),
        (Attempt(Doing.CHECK), "API server"),
    ],
)
def test_an_attempt_is_named_as_its_target_is(attempt: Attempt, subject: str) -> None:
    assert subject == attempt.subject


def test_only_an_apply_writes_and_only_looks_pass_admission_by() -> None:
    attempts = {doing: Attempt(doing) for doing in Doing}

    assert {Doing.APPLY} == {doing for doing, attempt in attempts.items() if attempt.writes}
    assert {Doing.DRY_RUN, Doing.APPLY} == {doing for doing, attempt in attempts.items() if not attempt.looks}


@pytest.mark.parametrize(
    ("attempt", "act"),
    [
        (attempt_on(SCALE, Doing.APPLY), "apply"),
        (attempt_on(SCALE, Doing.APPLY, subresource="scale"), "apply"),
        (attempt_on(SCALE, Doing.APPLY, verb="create"), "creation"),
        (attempt_on(SCALE, Doing.APPLY, verb="delete"), "deletion"),
        (attempt_on(SCALE, Doing.APPLY, verb="create", subresource="eviction"), "eviction"),
        (attempt_on(SCALE, Doing.DRY_RUN, verb="delete"), "dry run"),
        (attempt_on(SCALE, Doing.READ), "read"),
    ],
)
def test_a_write_is_called_what_it_does(attempt: Attempt, act: str) -> None:
    assert act == attempt.act
