"""
Owns what is listed and watched together: the objects of one kind, in one namespace or all, as far as they are selected.
"""

import re
from dataclasses import dataclass

from executor.core.errors import UnsafeRequest
from executor.core.names import is_object_name
from executor.core.query import Query
from executor.core.target import Resource, collection_path, everywhere_path
from executor.kube.attempt import Attempt, Doing
from executor.kube.request import Parameters
from executor.kube.selectors import query_of

_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9]*(\.[A-Za-z][A-Za-z0-9]*)*\Z")
_SPECIAL = re.compile(r"[\\,=]")


@dataclass(frozen=True, slots=True)
class Collection:
    """
    A query whose kind has been looked up, and whose every part may enter a URL.
    """

    query: Query
    resource: Resource
    path: str
    selection: Parameters

    def attempt(self, doing: Doing) -> Attempt:
        """
        Return the attempt to list or watch it.
        """
        asked = self.query
        return Attempt(
            doing,
            asked.kind,
            asked.namespace,
            asked.name,
            api_version=asked.api_version,
            plural=self.resource.plural,
        )


def collection_of(query: Query, resource: Resource) -> Collection:
    """
    Return what a query selects; raises UnsafeRequest for a name or selector that must not enter a URL.
    """
    if query.namespace is None and resource.namespaced:
        path = everywhere_path(query.kind, resource)
    else:
        path = collection_path(query.kind, query.namespace, resource)
    return Collection(query, resource, path, _selection(query))


def _selection(query: Query) -> Parameters:
    selection = []
    if query.selector:
        labels = query_of(query.selector)
        if labels is None:
            # Without it, more would be selected than was meant.
            raise UnsafeRequest(f"{query.kind}: its label selector cannot be asked for; nothing was sent")
        selection.append(("labelSelector", labels))
    fields = dict(query.fields or {})
    if query.name is not None:
        if not is_object_name(query.name):
            raise UnsafeRequest(f"{query.kind.lower()}: its name is not an RFC 1123 name; nothing was sent")
        fields["metadata.name"] = query.name
    if fields:
        selection.append(("fieldSelector", ",".join(_term(name, value) for name, value in fields.items())))
    return selection


def _term(name: str, value: str) -> str:
    """
    Return one term of a field selector, escaped as the API server reads it (apimachinery's `fields.EscapeValue`).
    """
    if _FIELD.match(name) is None:
        raise UnsafeRequest("a field selector whose field is none; nothing was sent")
    return f"{name}={_SPECIAL.sub(lambda found: chr(92) + found[0], value)}"
