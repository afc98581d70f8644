"""
Owns which labels a pod must lose so that nobody selects it, and how the lost ones are kept on it.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from executor.core.errors import Unusable
from executor.core.facts import selects
from executor.core.model import Manifest

QUARANTINED = "remediation-executor/quarantined"
KEPT_LABELS = "remediation-executor/quarantined-labels"

_NEEDS_THE_KEY = frozenset({"In", "Exists"})


def quarantined(pod: Manifest, selectors: Mapping[str, Mapping[str, Any]]) -> Manifest:
    """
    Return the pod out of reach of the LabelSelectors (whose → selector), the labels it lost kept in an annotation.

    A pod that none of them selects is returned as it is. All other labels stay, so that network policies still hold.
    """
    metadata = pod["metadata"]
    labels: dict[str, str] = metadata.get("labels") or {}
    taken = labels_to_take(labels, selectors)
    if not taken:
        return pod
    annotations = metadata.get("annotations") or {}
    kept = {**_kept(annotations), **{key: labels[key] for key in taken}}
    left = {key: value for key, value in labels.items() if key not in taken}
    changed = {
        "labels": {**left, QUARANTINED: "true"},
        "annotations": {**annotations, KEPT_LABELS: json.dumps(kept, sort_keys=True)},
    }
    return {**pod, "metadata": {**metadata, **changed}}


def labels_to_take(labels: Mapping[str, str], selectors: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """
    Return as few keys as possible whose loss takes a pod out of reach of every selector, sorted.

    Raises Unusable for a selector that no loss of a label gets away from.
    """
    left, taken = dict(labels), set[str]()
    while reached := [whose for whose, selector in selectors.items() if selects(selector, left)]:
        useful = Counter[str]()
        for whose in sorted(reached):
            keys = set(_keys(selectors[whose])) & set(left)
            if not keys:
                raise Unusable(f"the selector of {whose} asks for no label that could be taken off")
            useful.update(keys)
        key = min(useful, key=lambda each: (-useful[each], each))
        del left[key]
        taken.add(key)
    return tuple(sorted(taken))


def _keys(selector: Mapping[str, Any]) -> Iterator[str]:
    """
    Yield the keys without which a selector does not match.
    """
    yield from selector.get("matchLabels") or {}
    expressions: Iterable[Mapping[str, Any]] = selector.get("matchExpressions") or ()
    yield from (each["key"] for each in expressions if each.get("operator") in _NEEDS_THE_KEY)


def _kept(annotations: Mapping[str, str]) -> dict[str, str]:
    """
    Return what an earlier quarantine kept.
    """
    try:
        kept = json.loads(annotations.get(KEPT_LABELS, "{}"))
    except ValueError:
        kept = None
    if not isinstance(kept, dict):
        raise Unusable(f"its annotation {KEPT_LABELS} does not hold labels as JSON; look at it first")
    return kept
