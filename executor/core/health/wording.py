"""
Owns the sentences of this package: counts as people say them, and how much of a controller's own text is passed on.
"""

import re

MAX_CHARACTERS = 300
"""A scheduler or a kubelet says what matters in fewer; a status must not fill our events."""

_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_REFUSED_VALUE = re.compile(r"((?:Invalid|Unsupported|Duplicate) value: ).*", re.DOTALL)
_OBJECT = re.compile(r"\{.*|map\[.*", re.DOTALL)
_URL_SECRETS = re.compile(r"(?<=://)[^/\s@\"']*@|(?<=[^\s?])\?[^\s\"']+")


def counted(count: int, noun: str) -> str:
    """
    Return `1 pod`, `2 pods`.
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def said(message: str) -> str:
    """
    Return what a controller said as one short line, without values, objects and what a URL may hide.

    A refusal of the API server that a controller quotes may hold a value or a whole object behind its first words, a
    failed download an address that is signed or carries a password.
    """
    return cut(_OBJECT.sub("…", _REFUSED_VALUE.sub(r"\1…", _URL_SECRETS.sub("…", one_line(message)))))


def one_line(message: str) -> str:
    """
    Return a text on one line.
    """
    return _SPACE.sub(" ", message).strip()


def cut(line: str) -> str:
    """
    Return a line that is not too long and has no full stop, for the end of a sentence.
    """
    return (line if len(line) <= MAX_CHARACTERS else line[: MAX_CHARACTERS - 1] + "…").rstrip(". ")


def because(reason: str, message: str = "") -> str:
    """
    Return ` (Reason): what was said`, or what of it there is.
    """
    word, why = cut(one_line(reason)), said(message)
    return (f" ({word})" if word else "") + (f": {why}" if why else "")
