"""
The change: a JSON Patch that, taken by the API server, makes exactly the object that was wanted.
"""

from typing import Any

import pytest

from executor.core.change import Change, Preconditions, api_version, patch_change
from executor.core.diff import Difference, diff
from executor.core.errors import Unusable
from executor.core.paths import MISSING
from executor.core.target import Target
from tests.fakes.json_patch import patched

TARGET = Target(kind="Deployment", namespace="shop", name="web")
METADATA = {"name": "web", "uid": "u-1", "resourceVersion": "7"}


def an_object(**spec: Any) -> dict[str, Any]:
    return {"kind": "Deployment", "metadata": METADATA, "spec": spec}


def named(*names: str) -> list[dict[str, Any]]:
    return [{"name": name, "image": f"{name}:1"} for name in names]


def change_of(live: Any, desired: Any) -> Change:
    return patch_change(TARGET, live, diff(live, desired))


def operations(change: Change) -> list[tuple[str, str]]:
    """
    Return op and path of what follows the two operations that bind the change.
    """
    assert isinstance(change.body, list)
    return [(each["op"], each["path"]) for each in change.body[2:]]


def spec_after(live: Any, change: Change) -> Any:
    """
    Return the body of the object that the API server makes of a change.
    """
    assert isinstance(change.body, list)
    return patched(live, change.body)["spec"]


def test_a_change_is_bound_to_the_object_and_version_that_were_judged() -> None:
    change = change_of(an_object(replicas=1), an_object(replicas=3))

    assert [
        {"op": "replace", "path": "/metadata/uid", "value": "u-1"},
        {"op": "replace", "path": "/metadata/resourceVersion", "value": "7"},
        {"op": "replace", "path": "/spec/replicas", "value": 3},
    ] == change.body
    assert ("PATCH", "/apis/apps/v1/namespaces/shop/deployments/web") == (change.verb, change.path)
    assert Preconditions(uid="u-1", resource_version="7") == change.preconditions


def test_the_digest_is_of_all_that_will_be_sent() -> None:
    first = change_of(an_object(replicas=1), an_object(replicas=3))
    moved = {**an_object(replicas=1), "metadata": {**METADATA, "resourceVersion": "8"}}

    assert first.digest == change_of(an_object(replicas=1), an_object(replicas=3)).digest
    assert first.digest != change_of(moved, an_object(replicas=3)).digest
    assert first.digest != change_of(an_object(replicas=1), an_object(replicas=4)).digest
    assert first.digest == Change.model_validate(first.model_dump(mode="json")).digest


WISHES: dict[str, tuple[Any, Any]] = {
    "a value is replaced": (an_object(replicas=1), an_object(replicas=0)),
    "a value is new": (an_object(), an_object(replicas=3)),
    "a value goes": (an_object(paused=True, replicas=1), an_object(replicas=1)),
    "objects are made on the way": (an_object(), an_object(a={"b": {"c": 1, "d": 2}})),
    "a value in a named item": (
        an_object(c=named("x", "y")),
        an_object(c=[named("x")[0], {"name": "y", "image": "z"}]),
    ),
    "an item is appended": (an_object(c=named("x")), an_object(c=named("x", "y"))),
    "an item is put before": (an_object(c=named("x")), an_object(c=named("y", "x"))),
    "an item is put between": (an_object(c=named("x", "y")), an_object(c=named("x", "z", "y"))),
    "items are put everywhere": (an_object(c=named("x", "y")), an_object(c=named("a", "b", "x", "c", "y", "d", "e"))),
    "items go": (an_object(c=named("a", "b", "c", "d")), an_object(c=named("b"))),
    "items come and go": (an_object(c=named("a", "b", "c")), an_object(c=named("z", "b", "y"))),
    "every item is another": (an_object(c=named("a", "b")), an_object(c=named("x", "y", "z"))),
    "items are put in order": (an_object(c=named("a", "b")), an_object(c=named("b", "a"))),
    "items come within an item that moves": (
        an_object(c=[{"name": "gone"}, {"name": "app", "env": named("A", "B")}]),
        an_object(c=[{"name": "new"}, {"name": "app", "env": named("Z", "B", "C")}]),
    ),
    "a plain list": (an_object(args=["-v"]), an_object(args=["-v", "-x"])),
    "keys that need escapes": (an_object(), an_object(**{"a/b~c": {"~1": 1}})),
    "a value changes its type": (an_object(a={"b": 1}), an_object(a="b")),
    "null": (an_object(a=1), an_object(a=None)),
}


@pytest.mark.parametrize(("live", "desired"), WISHES.values(), ids=WISHES)
def test_the_patch_gives_exactly_the_desired_object(live: Any, desired: Any) -> None:
    assert desired == patched(live, change_of(live, desired).body)


def test_removals_hold_in_whatever_order_the_live_list_stands() -> None:
    """
    A restore removes what our change brought, in our order; a third party may have sorted the list since.
    """
    live = an_object(c=named("app", "two", "one", "other"))
    ours = [Difference(("spec", "c", f"[name={name}]"), {"name": name}, MISSING) for name in ("one", "two")]

    change = patch_change(TARGET, live, ours)

    assert an_object(c=named("app", "other")) == patched(live, change.body)


def test_a_map_goes_with_its_last_key_where_the_wanted_object_is_without_it() -> None:
    """
    An empty probe is invalid: "must specify a handler type".
    """
    live = an_object(probe={"httpGet": {"path": "/", "port": 80}}, other=1)

    change = patch_change(TARGET, live, diff(live, an_object(other=1)), wanted=an_object(other=1))

    assert an_object(other=1)["spec"] == spec_after(live, change)


def test_a_map_that_is_wanted_empty_stays() -> None:
    """
    An empty directory is a volume source: without it, the volume has none.
    """
    live, wanted = an_object(emptyDir={"sizeLimit": "1Gi"}), an_object(emptyDir={})

    change = patch_change(TARGET, live, diff(live, wanted), wanted=wanted)

    assert {"emptyDir": {}} == spec_after(live, change)


def test_a_map_in_which_somebody_else_put_something_stays() -> None:
    before = an_object(labels={})
    applied = an_object(labels={"ours": "1"})
    live = an_object(labels={"ours": "1", "theirs": "2"})

    back = [Difference(each.path, each.after, each.before) for each in diff(before, applied)]
    change = patch_change(TARGET, live, back, wanted=before)

    assert {"labels": {"theirs": "2"}} == spec_after(live, change)


def test_what_is_gone_already_is_not_removed_again() -> None:
    change = patch_change(TARGET, an_object(), [Difference(("spec", "paused"), True, MISSING)])

    assert [] == operations(change)


@pytest.mark.parametrize("live", [an_object(c=named("other")), an_object()], ids=["the item", "the list"])
def test_a_value_of_an_item_that_is_gone_cannot_be_set(live: Any) -> None:
    with pytest.raises(Unusable, match="not there any more"):
        patch_change(TARGET, live, [Difference(("spec", "c", "[name=app]", "image"), "a", "b")])


def test_making_a_change_touches_neither_object() -> None:
    live, desired = an_object(c=named("x")), an_object(c=named("y", "x"), a={"b": 1})

    change_of(live, desired)

    assert an_object(c=named("x")) == live
    assert an_object(c=named("y", "x"), a={"b": 1}) == desired


def test_a_target_is_changed_in_the_version_of_its_kind() -> None:
    assert ("apps/v1", "v1") == (api_version(TARGET), api_version(Target(kind="Node", name="worker-1")))
