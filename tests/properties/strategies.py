"""
Owns how examples are drawn: JSON values, Kubernetes-like objects and changes of them, graphs, plans.
"""

from typing import Any

from hypothesis import strategies as st

MOST_EXACT = 2**53 - 1

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-MOST_EXACT, MOST_EXACT)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=20
)

keys = st.sampled_from(["a", "b", "c", "x/y", "~z", "0"])
names = st.sampled_from(["app", "proxy", "init", "log"])
leaves = st.booleans() | st.integers(0, 3) | st.sampled_from(["x", "y", ""])


def _named(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """
    Lists of named items, whose names repeat now and then, as in `env`.
    """
    items = st.builds(lambda name, more: {"name": name, **more}, names, st.dictionaries(keys, inner, max_size=2))
    return st.lists(items, max_size=4)


_taints = st.fixed_dictionaries({"key": st.sampled_from("ab"), "effect": st.sampled_from(["NoSchedule", "NoExecute"])})
_identities = _taints | st.builds(lambda name: {"name": name}, names)
_TOLD = ("name", "key", "effect")


def _tainted(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """
    Lists of items that key and effect tell apart, which repeat now and then.
    """
    items = st.builds(lambda taint, more: {**taint, **more}, _taints, st.dictionaries(keys, inner, max_size=1))
    return st.lists(items, max_size=3)


nodes = st.recursive(
    leaves | st.lists(leaves, max_size=3),
    lambda inner: st.dictionaries(keys, inner, max_size=3) | _named(inner) | _tainted(inner),
    max_leaves=12,
)
specs = st.dictionaries(keys, nodes, max_size=3)
"""Bodies of objects: nested objects, lists of named items, plain lists, few keys and values so that they often meet."""


@st.composite
def changed(draw: st.DrawFn, spec: Any) -> Any:
    """
    Draw a body that differs from another here and there, as one that somebody edited.
    """
    return _edited(draw, spec)


def _edited(draw: st.DrawFn, value: Any) -> Any:
    what = draw(st.sampled_from(["keep", "keep", "into", "into", "into", "replace"]))
    if what == "keep":
        return value
    if what == "replace":
        return draw(nodes)
    if isinstance(value, dict):
        return _edited_object(draw, value)
    if isinstance(value, list):
        return _edited_list(draw, value)
    return draw(leaves)


def _edited_object(draw: st.DrawFn, value: dict[str, Any]) -> dict[str, Any]:
    dropped = draw(st.sets(st.sampled_from(sorted(value)))) if value else set()
    kept = {key: inner if key in _TOLD else _edited(draw, inner) for key, inner in value.items()}
    left = {key: inner for key, inner in kept.items() if key in _TOLD or key not in dropped or draw(st.booleans())}
    return {**left, **draw(st.dictionaries(keys, nodes, max_size=1))}


def _edited_list(draw: st.DrawFn, value: list[Any]) -> list[Any]:
    kept: Any = [_edited_object(draw, item) if isinstance(item, dict) else item for item in value]
    if kept and draw(st.booleans()):
        del kept[draw(st.integers(0, len(kept) - 1))]
    if draw(st.booleans()):
        new = {**draw(_identities), **draw(st.dictionaries(keys, leaves, max_size=1))}
        kept.insert(draw(st.integers(0, len(kept))), new)
    shuffled: list[Any] = draw(st.permutations(kept)) if draw(st.integers(0, 4)) == 0 else kept
    return shuffled


def an_object(spec: Any, version: str = "7") -> dict[str, Any]:
    """
    Return a Deployment with this body.
    """
    return {"kind": "Deployment", "metadata": {"name": "web", "uid": "u", "resourceVersion": version}, "spec": spec}


def without_empty(value: Any) -> Any:
    """
    Return a value as the API server keeps it: without empty objects, lists and nulls inside objects.
    """
    if isinstance(value, list):
        return [without_empty(each) for each in value]
    if not isinstance(value, dict):
        return value
    inner = {key: without_empty(each) for key, each in value.items()}
    return {key: each for key, each in inner.items() if each not in ({}, [], None)}


@st.composite
def graphs(draw: st.DrawFn, most: int = 8) -> dict[str, list[str]]:
    """
    Draw a graph without a cycle: each step needs some of those before it, listed in any order.
    """
    steps = [f"s{n}" for n in range(draw(st.integers(1, most)))]
    needs = {step: draw(st.lists(st.sampled_from(steps[:n]), unique=True)) if n else [] for n, step in enumerate(steps)}
    return {step: needs[step] for step in draw(st.permutations(steps))}
