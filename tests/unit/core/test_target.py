"""
Names and the API paths made of them: nothing that is no name enters a path.
"""

import pytest

from executor.core.claims import claims_of
from executor.core.errors import UnsafeRequest
from executor.core.names import is_label, is_subdomain
from executor.core.target import RESOURCES, Target, collection_path, object_path
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
    assert not is_subdomain(name)
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
    assert (True, False) == (is_subdomain("a" * 253), is_subdomain("a" * 254))


def test_a_core_kind_lives_under_api_and_a_cluster_kind_in_no_namespace() -> None:
    assert "/api/v1/nodes/worker-1" == object_path(Target(kind="Node", name="worker-1"))
    assert "/api/v1/namespaces/shop/pods" == collection_path("Pod", "shop")
    assert "/api/v1/nodes" == collection_path("Node", None)


@pytest.mark.parametrize(
    ("kind", "namespace"), [("Node", "shop"), ("Deployment", None), ("Secret", "shop"), ("../Secret", "shop")]
)
def test_a_kind_or_namespace_that_does_not_fit_is_refused(kind: str, namespace: str | None) -> None:
    with pytest.raises(UnsafeRequest, match="nothing was sent"):
        collection_path(kind, namespace)


def test_secrets_are_none_of_the_kinds_that_are_read_or_changed() -> None:
    assert "Secret" not in RESOURCES


def test_a_target_is_named_as_messages_and_claims_spell_it() -> None:
    assert "deployment/shop/web" == str(Target(kind="Deployment", namespace="shop", name="web"))
    assert "node/worker-1" == str(Target(kind="Node", name="worker-1"))


@pytest.mark.requirement("LOCK-1")
def test_a_plan_claims_each_of_its_targets_once() -> None:
    plan = read(a_plan(scale("web", id="a"), restart("web", id="b", needs=["a"]), scale("api"), cordon()))

    assert ("deployment/shop/api", "deployment/shop/web", "node/worker-1") == claims_of(plan)
