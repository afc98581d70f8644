"""
Owns merging a partial object into a whole one as the API server does it for the kinds it knows.

Objects merge key by key, lists of the core kinds item by item (their keys stand in Kubernetes' OpenAPI document as
`x-kubernetes-patch-merge-key` and `x-kubernetes-list-map-keys`), finalizers as a set, any other list is replaced.
Where the server merges otherwise (a custom resource's lists, ports by their number alone in a strategic merge patch),
its preview holds what nobody asked for, and the policy denies that.
"""

from typing import Any

from executor.core.errors import Unusable
from executor.core.model import Json

_KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "containers": (("name",),),
    "initContainers": (("name",),),
    "ephemeralContainers": (("name",),),
    "env": (("name",),),
    "volumes": (("name",),),
    "imagePullSecrets": (("name",),),
    "secrets": (("name",),),
    "resourceClaims": (("name",),),
    "volumeMounts": (("mountPath",),),
    "volumeDevices": (("devicePath",),),
    "hostAliases": (("ip",),),
    "conditions": (("type",),),
    "ownerReferences": (("uid",),),
    "webhooks": (("name",),),
    "topologySpreadConstraints": (("topologyKey", "whenUnsatisfiable"),),
    "ports": (("containerPort", "protocol"), ("port", "protocol")),
}
"""List by the key it stands at → the keys that tell its items apart; the first that all items have is taken."""

_SETS = frozenset({"finalizers"})
"""Lists of plain values that merge by value."""

_DEFAULTS = {"protocol": "TCP"}
_DIRECTIVE = "$patch"


def merged(whole: Json, part: Json, *, removes: bool, at: str = "") -> Json:
    """
    Return a whole with a part merged into it. With `removes`, null and `$patch` remove as in a strategic merge patch.

    Raises Unusable for another directive of strategic merge patches.
    """
    if isinstance(part, dict):
        return _merged_objects(whole, part, removes=removes)
    if isinstance(part, list):
        return _merged_lists(whole if isinstance(whole, list) else [], part, removes=removes, at=at)
    return part


def _merged_objects(whole: Json, part: dict[str, Any], *, removes: bool) -> Json:
    if removes and part.get(_DIRECTIVE) == "replace":
        return {key: value for key, value in part.items() if key != _DIRECTIVE}
    result = dict(whole) if isinstance(whole, dict) else {}
    for key, value in part.items():
        if removes and key.startswith("$"):
            if key != _DIRECTIVE or value != "merge":
                raise Unusable(f"the directive {key} of a strategic merge patch is not taken; use a JSON patch")
        elif removes and value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value, removes=removes, at=key)
    return result


def _merged_lists(whole: list[Any], part: list[Any], *, removes: bool, at: str) -> Json:
    if removes and {_DIRECTIVE: "replace"} in part:
        return [each for each in part if each != {_DIRECTIVE: "replace"}]
    if at in _SETS:
        return [*whole, *(each for each in part if each not in whole)]
    keys = next((keys for keys in _KEYS.get(at, ()) if _all_have(keys, [*whole, *part])), None)
    if keys is None:
        return part
    result = {_identity(each, keys): each for each in whole}
    for each in part:
        identity = _identity(each, keys)
        if removes and each.get(_DIRECTIVE) == "delete":
            result.pop(identity, None)
        else:
            result[identity] = merged(result.get(identity), each, removes=removes)
    return list(result.values())


def _all_have(keys: tuple[str, ...], items: list[Any]) -> bool:
    return all(isinstance(each, dict) and all(map(_is_scalar, _identity(each, keys))) for each in items)


def _identity(item: dict[str, Any], keys: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(item.get(key, _DEFAULTS.get(key)) for key in keys)


def _is_scalar(value: Json) -> bool:
    return isinstance(value, str | int)
