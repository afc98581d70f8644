"""
Owns concealing the values of Secrets behind fingerprints, and revealing them in the body of a change before it leaves.

A Secret's values stand in `data`, in `stringData`, and in the annotation in which `kubectl apply` repeats the whole
manifest. Only these places are concealed, and only these are revealed: a fingerprint that somebody writes into a label
or any other annotation stays a text there, so that nobody can have a value copied to where all may read it. Source of
the places: the Secret of the Kubernetes API (v1), https://kubernetes.io/docs/concepts/configuration/secret/.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from executor.core.errors import SealedValueLost
from executor.core.fingerprint import fingerprint, is_fingerprint
from executor.core.model import Json, Manifest

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"

_ANY = "*"
"""Every key; no name of a place is spelt so."""

_PLACES = (("data", _ANY), ("stringData", _ANY), ("metadata", "annotations", LAST_APPLIED))

_Place = tuple[str, ...]


def is_secret(manifest: Manifest) -> bool:
    """
    Tell if an object is a Secret of the core group; a kind of that name in another group is no business of ours.
    """
    return manifest.get("kind") == "Secret" and manifest.get("apiVersion", "v1") == "v1"


def conceal(manifest: Manifest, key: bytes) -> tuple[Manifest, dict[str, str]]:
    """
    Return an object with every value of a Secret as its fingerprint, and the values by fingerprint.

    Other kinds are returned as they are. A value that looks like a fingerprint is concealed like any other.
    """
    return conceal_body(manifest, key) if is_secret(manifest) else (manifest, {})


def conceal_body(body: Json, key: bytes) -> tuple[Json, dict[str, str]]:
    """
    Conceal what is sent to make or change a Secret: a manifest, a merge or strategic merge patch, or a JSON Patch.

    A Secret's values are texts; anything else, which the API server would refuse, is concealed as its JSON text.
    """
    values: dict[str, str] = {}

    def concealed(value: Json) -> Json:
        text = value if isinstance(value, str) else json.dumps(value)
        found = fingerprint(text, key)
        values[found] = text
        return found

    return _replaced(body, concealed), values


def conceal_texts(texts: Mapping[str, str], key: bytes) -> tuple[dict[str, str], dict[str, str]]:
    """
    Return a mapping with every text as its fingerprint, and the texts by fingerprint.

    A fingerprint is revealed as the very text it was made of: what is to stand in `data` is base64 before.
    """
    concealed = {name: fingerprint(text, key) for name, text in texts.items()}
    return concealed, {concealed[name]: text for name, text in texts.items()}


def sealed_in(body: Json) -> frozenset[str]:
    """
    Return the fingerprints that `reveal` will want the values of.
    """
    found: set[str] = set()

    def noted(value: Json) -> Json:
        if is_fingerprint(value):
            found.add(value)
        return value

    _replaced(body, noted)
    return frozenset(found)


def reveal(body: Json, values: Mapping[str, str]) -> Json:
    """
    Return what `conceal_body` concealed: every fingerprint in the place of a Secret's value is the value again.

    Raises SealedValueLost when `values` lacks one.
    """

    def revealed(value: Json) -> Json:
        if not is_fingerprint(value):
            return value
        if value not in values:
            raise SealedValueLost(
                f"the value behind {value} is not kept any more, so nothing was sent; set the value anew"
            )
        return values[value]

    return _replaced(body, revealed)


def copies_values(body: Json) -> bool:
    """
    Tell if a JSON Patch copies or moves something out of, or into, the places of a Secret's values.

    The API server would do it with the values themselves, unseen; or a fingerprint that stood elsewhere as a text would
    be revealed. Within `data`, and within `stringData`, a value may move.
    """
    for operation in body if isinstance(body, list) else ():
        if isinstance(operation, dict) and "from" in operation:
            source, goal = _tokens(operation["from"]), _tokens(operation.get("path"))
            at_home = _below(source) == _below(goal) == [()] and source[0] == goal[0]
            if (_below(source) or _below(goal)) and not at_home:
                return True
    return False


def _replaced(body: Json, replace: Callable[[Json], Json]) -> Json:
    """
    Return a body with `replace` done at each place of a Secret's value; null, which removes one in a patch, stays.
    """
    if isinstance(body, list):
        return [_operation(each, replace) for each in body]
    return _at(body, _PLACES, replace)


def _operation(operation: Json, replace: Callable[[Json], Json]) -> Json:
    if not isinstance(operation, dict) or "value" not in operation:
        return operation
    return {**operation, "value": _at(operation["value"], _below(_tokens(operation.get("path"))), replace)}


def _at(value: Json, places: Sequence[_Place], replace: Callable[[Json], Json]) -> Json:
    """
    Replace at places that are told from where `value` stands.
    """
    if value is None or not places:
        return value
    if () in places or (not isinstance(value, dict) and (_ANY,) in places):
        return replace(value)
    if not isinstance(value, dict):
        return value
    changed: dict[str, Any] = {}
    for name, inner in value.items():
        changed[name] = _at(inner, [place[1:] for place in places if place[0] in {name, _ANY}], replace)
    return changed


def _below(path: _Place) -> list[_Place]:
    """
    Return the places at or below a path, told from there; what lies inside a value counts as the value.
    """
    return [
        place[len(path) :]
        for place in _PLACES
        if all(token in {step, _ANY} for token, step in zip(place, path, strict=False))
    ]


def _tokens(pointer: Json) -> _Place:
    """
    Read a JSON Pointer (RFC 6901); what is none points at the whole object, so that nothing slips through.
    """
    if not isinstance(pointer, str):
        return ()
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:])
