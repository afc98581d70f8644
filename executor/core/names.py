"""
Owns what may be called a name: Kubernetes' RFC 1123 forms and its qualified label keys.

Sources: RFC 1123 section 2.1 as Kubernetes reads it ("Object Names and IDs").
"""

import re
from typing import Annotated

from pydantic import StringConstraints

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"

Label = Annotated[str, StringConstraints(pattern=f"^{_LABEL}$", max_length=63)]
Subdomain = Annotated[str, StringConstraints(pattern=rf"^{_LABEL}(\.{_LABEL})*$", max_length=253)]

_LABEL_PATTERN = re.compile(rf"{_LABEL}\Z")
_SUBDOMAIN_PATTERN = re.compile(rf"{_LABEL}(\.{_LABEL})*\Z")
_LABEL_LIMIT, _SUBDOMAIN_LIMIT = 63, 253


def is_label(text: str) -> bool:
    """
    Tell if a text is an RFC 1123 label (namespaces, step ids, container names).
    """
    return len(text) <= _LABEL_LIMIT and _LABEL_PATTERN.match(text) is not None


def is_subdomain(text: str) -> bool:
    """
    Tell if a text is an RFC 1123 subdomain (most object names); `.` and `..` are none.
    """
    return len(text) <= _SUBDOMAIN_LIMIT and _SUBDOMAIN_PATTERN.match(text) is not None
