"""
Owns the values that tests plant in a Secret, and the search for them in all that is kept, shown or told.
"""

import base64
import json
from pathlib import Path
from typing import Any

from executor.core.concealing import LAST_APPLIED


def encoded(text: str) -> str:
    """
    Return a text as a Secret's `data` keeps it.
    """
    return base64.b64encode(text.encode()).decode()


WORDS = {
    "password": "correct-horse-battery",
    "token": "staple-9f8e7d6c5b4a",
    "certificate": "-----BEGIN\nplanted line\n-----END\n",
    "empty": "",
}
DATA = {name: encoded(word) for name, word in WORDS.items()}
APPLIED = json.dumps({"kind": "Secret", "data": DATA})
ANNOTATIONS = {LAST_APPLIED: APPLIED}
NEW = "tr0ub4dor-and-three"

_TEXTS = [text for word in (*WORDS.values(), NEW) if word for text in (word, encoded(word))]
PLANTED = sorted({*_TEXTS, *(json.dumps(text)[1:-1] for text in _TEXTS)})
"""Each value as it is, as base64, and as JSON spells it."""


def planted_in(*documents: Any) -> list[str]:
    """
    Return the planted values that can be read in JSON documents.
    """
    text = json.dumps(documents)
    return [value for value in PLANTED if value in text or json.dumps(value)[1:-1] in text]


def planted_below(folder: Path) -> list[tuple[str, str]]:
    """
    Return file and value for each planted value that can be read in a file below a folder.
    """
    files = {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}
    return [(name, value) for name, content in files.items() for value in PLANTED if value.encode() in content]
