"""
Owns what may be called a name: Kubernetes' RFC 1123 forms and its qualified label keys.

Sources: RFC 1123 section 2.1 as Kubernetes reads it ("Object Names and IDs"); "Labels and Selectors" for qualified keys
and label values; "ConfigMaps" for the keys of data.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"

Label = Annotated[str, StringConstraints(pattern=f"^{_LABEL}$", max_length=63)]

ObjectName = Annotated[str, StringConstraints(pattern=rf"^{_LABEL}([.:]{_LABEL})*$", max_length=253)]
"""Names of objects: RFC 1123 subdomains; those of RBAC may hold `:` between their parts (`system:node`)."""

Kind = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9]*$", max_length=63)]
_API_VERSION = rf"({_LABEL}(\.{_LABEL})*/)?v[0-9]+((alpha|beta)[0-9]+)?"
ApiVersion = Annotated[str, StringConstraints(pattern=rf"^{_API_VERSION}$", max_length=253)]
"""`v1`, `apps/v1`, `example.com/v1alpha1`: group and version, as the API server names them."""

_LABEL_LIMIT, _NAME_LIMIT = 63, 253


def _within_prefix_limit(key: str) -> str:
    if len(key.rpartition("/")[0]) > _NAME_LIMIT:
        raise PydanticCustomError("qualified_name", "Input should have at most 253 characters before the slash")
    return key


QualifiedName = Annotated[
    str,
    StringConstraints(pattern=rf"^({_LABEL}(\.{_LABEL})*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{{0,61}}[A-Za-z0-9])?$"),
    AfterValidator(_within_prefix_limit),
]
"""Keys of labels, annotations and taints, and names of resources: `app`, `example.com/team`, `nvidia.com/gpu`."""

LabelText = Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$")]
"""Values of labels and taints; they may be empty."""

DataKey = Annotated[str, StringConstraints(pattern=r"^([-_A-Za-z0-9]|\.[-_A-Za-z0-9])[-._A-Za-z0-9]*$", max_length=253)]
"""Keys of a ConfigMap's or Secret's data: file names; `.`, `..` and what begins with `..` are none."""

_OBJECT_NAME_PATTERN = re.compile(rf"{_LABEL}([.:]{_LABEL})*\Z")
_LABEL_PATTERN = re.compile(rf"{_LABEL}\Z")
_API_VERSION_PATTERN = re.compile(rf"{_API_VERSION}\Z")


def is_label(text: str) -> bool:
    """
    Tell if a text is an RFC 1123 label (namespaces, step ids, container names).
    """
    return len(text) <= _LABEL_LIMIT and _LABEL_PATTERN.match(text) is not None


def is_object_name(text: str) -> bool:
    """
    Tell if a text may stand as an object's name in a URL: a subdomain, for RBAC's objects also with `:`.
    """
    return len(text) <= _NAME_LIMIT and _OBJECT_NAME_PATTERN.match(text) is not None


def is_api_version(text: str) -> bool:
    """
    Tell if a text may stand as group and version in a URL: `v1`, `example.com/v1alpha1`.
    """
    return len(text) <= _NAME_LIMIT and _API_VERSION_PATTERN.match(text) is not None
