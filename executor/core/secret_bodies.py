"""
Owns bringing a document that makes or changes a Secret to the form in which the API server keeps it.

The server moves `stringData` to `data`, in base64, and drops line ends from base64 text. Sent as it was written, such
a document would never compare equal to its preview, and what was asked for would look like admission's doing.
Source: the Secret of the Kubernetes API (v1), https://kubernetes.io/docs/concepts/configuration/secret/.
"""

import base64
from typing import Any

from executor.core.model import Json

TEXTS = "stringData"
DATA = "data"

_LINE_ENDS = str.maketrans("", "", "\r\n")


def in_base64(body: dict[str, Any]) -> dict[str, Any]:
    """
    Return a manifest, a merge or a strategic merge patch with its texts under `data`, where they win as on the server.

    What is no text is left where it stands, for the API server to refuse.
    """
    texts, data = body.get(TEXTS), body.get(DATA)
    if not isinstance(texts, dict | None) or not isinstance(data, dict | None):
        return body
    moved = {name: _encoded(text) for name, text in (texts or {}).items() if isinstance(text, str)}
    # A null removes a text from `stringData`, which never holds any.
    left = {name: text for name, text in (texts or {}).items() if name not in moved and text is not None}
    kept = {name: _in_one_line(text) for name, text in (data or {}).items()}
    rest = {key: value for key, value in body.items() if key not in {TEXTS, DATA}}
    return {
        **rest,
        **({DATA: {**kept, **moved}} if moved or data is not None else {}),
        **({DATA: None} if DATA in body and data is None and not moved else {}),
        **({TEXTS: left} if left else {}),
    }


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogatepass")).decode("ascii")


def _in_one_line(text: Json) -> Json:
    return text.translate(_LINE_ENDS) if isinstance(text, str) else text
