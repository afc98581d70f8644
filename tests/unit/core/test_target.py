"""
Names and the API paths made of them: nothing that is no name enters a path.
"""

import pytest

from executor.core.claims import claims_of
from executor.core.errors import UnsafeRequest
from executor.core.names import is_label, is_object_name
from executor.core.target import Resource, Target, collection_path, known_resource, object_path
from tests.plans import a_plan, cordon, restart, scale
from tests.unit.core.documents import read

pytestmark = pytest.mark.requirement("SEC-2")

NO_NAMES = [
    "",
    ".",
    "..",
    "../../secrets/x",
    "web#",
    "web?force=true",
    "web%2f..",
    "web/scale",
    "Web",
    "web_1",
    "-web",
    "web-",
    "web.",
    ".web",
    "web..db",
    "web\n",
    "web ",
    "wéb",
    "a" * 254,
    "web\x00",
]


@pytest.mark.parametrize("name", NO_NAMES, ids=ascii)
def test_what_is_no_name_enters_no_path(name: str) -> None:
    """
    A Target refuses such a name when it is made; the path does so again for one that came to be some other way.
    """
    assert not is_object_name(name)
    assert not is_label(name)
    with pytest.raises(ValueError, match="validation error"):
        Target(kind="Deployment", namespace="shop", name=name)
    with pytest.raises(UnsafeRequest, match="nothing was sent"):
        object_path(Target.model_construct(kind="Deployment", namespace="shop", name=name))
    with pytest.raises(UnsafeRequest, match="nothing was sent") as refused:
        collection_path("Deployment", name)
    assert len(name) <= 1 or name not in str(refused.value)


@pytest.mark.parametrize("name", ["web", "w", "0", "web-1", "web.shop.example.org", "a" * 63])
def test_a_name_is_taken(name: str) -> None:
    assert f"/apis/apps/v1/namespaces/shop/deployments/{name}" == object_path(
        Target(kind="Deployment", namespace="shop", name=name)
    )


def test_a_label_has_no_dots_and_63_characters() -> None:
    assert (True, False, False) == (is_label("a" * 63), is_label("a" * 64), is_label("a.b"))
    assert (True, False) == (is_object_name("a" * 253), is_object_name("a" * 254))


def test_a_core_kind_lives_under_api_and_a_cluster_kind_in_no_namespace() -> None:
    assert "/api/v1/nodes/worker-1" == object_path(Target(kind="Node", name="worker-1"))
    assert "/api/v1/namespaces/shop/pods" == collection_path("Pod", "shop")
    assert "/api/v1/nodes" == collection_path("Node", None)


@pytest.mark.parametrize(
    ("kind", "namespace"), [("Node", "shop"), ("Deployment", None), ("Widget", "shop"), ("../Secret", "shop")]
)
def test_a_kind_or_namespace_that_does_not_fit_is_refused(kind: str, namespace: str | None) -> None:
    with pytest.raises(UnsafeRequest, match="nothing was sent"):
        collection_path(kind, namespace)


def test_a_custom_resource_is_named_with_its_group_and_needs_to_be_looked_up() -> None:
    widget = Target(kind="Widget", namespace="shop", name="w", api_version="example.com/v1")
    found = Resource("example.com/v1", "widgets", namespaced=True)

    assert "widget.example.com/shop/w" == str(widget)
    assert known_resource("Widget", "example.com/v1") is None
    assert "/apis/example.com/v1/namespaces/shop/widgets/w" == object_path(widget, found)
    with pytest.raises(UnsafeRequest, match="nothing was sent"):
        object_path(widget)


def test_another_group_s_kind_of_a_known_name_is_not_the_known_one() -> None:
    assert known_resource("Node", "infra.example.com/v1") is None
    assert known_resource("Deployment", "apps/v1") == known_resource("Deployment")


def test_names_of_access_rules_may_hold_colons() -> None:
    assert is_object_name("system:node")
    assert not is_object_name("system::node")


def test_a_target_is_named_as_messages_and_claims_spell_it() -> None:
    assert "deployment/shop/web" == str(Target(kind="Deployment", namespace="shop", name="web"))
    assert "node/worker-1" == str(Target(kind="Node", name="worker-1"))


@pytest.mark.requirement("LOCK-1")
def test_a_plan_claims_each_of_its_targets_once() -> None:
    plan = read(a_plan(scale("web", id="a"), restart("web", id="b", needs=["a"]), scale("api"), cordon()))

    assert ("deployment/shop/api", "deployment/shop/web", "node/worker-1") == claims_of(plan)
