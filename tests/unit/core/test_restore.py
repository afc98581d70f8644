"""
Three states decide a restore: as before us, as after us, as now; only on the leaves that were ours.
"""

from typing import Any

import pytest

from executor.core.change import patch_change
from executor.core.paths import MISSING, Path
from executor.core.restore import THIRD_PARTY, plan_restore, residue_of
from executor.core.target import Target
from tests.fakes.json_patch import patched

METADATA = {"name": "web", "uid": "u-1", "resourceVersion": "7"}
REPLICAS = ("spec", "replicas")


def an_object(**spec: Any) -> dict[str, Any]:
    return {"kind": "Deployment", "metadata": METADATA, "spec": spec}


def containers(*names: str, image: str = "1") -> list[dict[str, Any]]:
    return [{"name": name, "image": image} for name in names]


def restored(snapshot: Any, applied: Any, live: Any) -> Any:
    """
    Return the live object as the restore leaves it.
    """
    put_back = plan_restore(snapshot, applied, live).put_back
    return patched(live, patch_change(Target(kind="Deployment", namespace="shop", name="web"), live, put_back).body)


@pytest.mark.requirement("ROLL-6")
@pytest.mark.parametrize(
    ("live", "put_back", "foreign", "proven"),
    [
        (an_object(replicas=3), (REPLICAS,), (), (REPLICAS,)),
        (an_object(replicas=1), (), (), (REPLICAS,)),
        (an_object(replicas=9), (), (REPLICAS,), ()),
        (an_object(), (), (REPLICAS,), ()),
    ],
    ids=["as we left it", "as it was before us", "somebody else's value", "removed by somebody else"],
)
def test_a_leaf_is_put_back_only_from_where_we_left_it(
    live: Any, put_back: tuple[Path, ...], foreign: tuple[Path, ...], proven: tuple[Path, ...]
) -> None:
    plan = plan_restore(an_object(replicas=1), an_object(replicas=3), live)

    assert (put_back, foreign, proven) == (tuple(each.path for each in plan.put_back), plan.foreign, plan.proven)


@pytest.mark.requirement("ROLL-7")
def test_what_somebody_else_changed_beside_us_stays() -> None:
    live = an_object(replicas=3, paused=True)

    assert an_object(replicas=1, paused=True) == restored(an_object(replicas=1), an_object(replicas=3), live)


def test_what_we_added_is_removed_and_what_we_removed_comes_back() -> None:
    snapshot, applied = an_object(a=1, b={"c": 1, "d": 0}), an_object(b={"d": 0}, e={"f": 2})

    assert an_object(a=1, b={"c": 1, "d": 0}, e={}) == restored(snapshot, applied, applied)


def test_an_item_that_we_removed_goes_back_to_its_place() -> None:
    snapshot, applied = an_object(c=containers("init", "app", "proxy")), an_object(c=containers("app", "proxy"))
    live = an_object(c=containers("extra", "app", "proxy"))

    assert an_object(c=containers("init", "extra", "app", "proxy")) == restored(snapshot, applied, live)


def test_items_that_we_added_go_in_whatever_order_they_stand_now() -> None:
    snapshot, applied = an_object(c=containers("app")), an_object(c=containers("app", "one", "two"))
    live = an_object(c=containers("two", "one", "theirs", "app"))

    assert an_object(c=containers("theirs", "app")) == restored(snapshot, applied, live)


@pytest.mark.parametrize(
    "live",
    [
        an_object(c=containers("other")),
        an_object(),
        an_object(c="none"),
        an_object(c=[*containers("app"), *containers("app")]),
    ],
    ids=["its item is gone", "its list is gone", "its list is no list", "its name names two"],
)
def test_a_leaf_whose_item_is_not_there_any_more_is_somebody_elses(live: Any) -> None:
    snapshot = an_object(c=[{"name": "app", "image": "1", "args": ["-v"]}, {"name": "old"}])
    applied = an_object(c=containers("app"))

    plan = plan_restore(snapshot, applied, live)

    args, old = ("spec", "c", "[name=app]", "args"), ("spec", "c", "[name=old]")
    assert args in plan.foreign
    assert not [each for each in plan.put_back if each.path == args]
    assert (old in plan.foreign) is not isinstance(live["spec"].get("c"), list)


def test_an_item_goes_back_into_a_list_that_our_change_had_emptied() -> None:
    snapshot, applied = an_object(c=containers("app")), an_object(c=[])

    assert snapshot == restored(snapshot, applied, applied)
    assert snapshot == restored(snapshot, applied, an_object())


def test_an_item_that_we_added_first_goes_and_a_second_that_somebody_else_added_stays() -> None:
    snapshot, applied = an_object(), an_object(c=containers("ours"))

    assert an_object(c=containers("theirs")) == restored(snapshot, applied, an_object(c=containers("theirs", "ours")))


def test_a_taint_of_ours_goes_and_the_one_of_a_controller_stays() -> None:
    ours, theirs = {"key": "ours", "effect": "NoSchedule"}, {"key": "theirs", "effect": "NoSchedule"}

    assert an_object(t=[theirs]) == restored(an_object(), an_object(t=[ours]), an_object(t=[theirs, ours]))


def test_a_twin_of_an_item_that_we_removed_is_not_joined_by_a_third() -> None:
    live = an_object(c=containers("app", "app", "other"))

    plan = plan_restore(an_object(c=containers("app", "other")), an_object(c=containers("other")), live)

    assert ((), (("spec", "c", "[name=app]"),)) == (plan.put_back, plan.foreign)


def test_an_object_that_became_a_text_takes_nothing_back() -> None:
    plan = plan_restore(an_object(a={"b": {"c": 1}}), an_object(a={"b": {}}), an_object(a={"b": "theirs"}))

    assert ((), (("spec", "a", "b", "c"),)) == (plan.put_back, plan.foreign)


def test_what_the_server_owns_is_never_put_back() -> None:
    before = {**an_object(replicas=1), "status": {"replicas": 1}}
    after = {**an_object(replicas=1), "status": {"replicas": 3}, "metadata": {**METADATA, "generation": 2}}

    assert ((), (), ()) == (
        plan_restore(before, after, after).put_back,
        plan_restore(before, after, after).foreign,
        plan_restore(before, after, after).proven,
    )


@pytest.mark.requirement("ROLL-6")
def test_residue_says_where_what_was_expected_and_what_is_there() -> None:
    [left] = residue_of(
        "web", "deployment/shop/web", (REPLICAS,), snapshot=an_object(), live=an_object(replicas=9), why=THIRD_PARTY
    )

    assert {
        "step": "web",
        "target": "deployment/shop/web",
        "path": "/spec/replicas",
        "expected": None,
        "actual": 9,
        "why": ".spec.replicas: somebody else changed it since",
    } == left.as_json()
    assert MISSING not in left.as_json().values()
