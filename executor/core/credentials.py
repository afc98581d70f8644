"""
Owns the guess whether a literal value is a credential, so that none is written into an object in the clear by accident.

It errs on the side of suspicion: whoever means it can say so. It looks at the form of a value (keys and tokens that say
what they are) and at the words of the name it is given to.
"""

import re
from itertools import pairwise

_WORDS = (
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "secrets",
    "token",
    "tokens",
    "credential",
    "credentials",
)
_WORDS_IN_ONE = ("apikey", "accesskey", "secretkey", "privatekey", "jwt")
_KEYS_OF = frozenset({"api", "access", "secret", "private", "auth", "signing", "encryption", "master", "account"})
"""What a key is of that must not be known."""

_ABOUT = frozenset(
    {"file", "path", "dir", "directory", "name", "ref", "id", "ttl", "timeout", "seconds", "minutes", "hours", "days"}
    | {"length", "size", "count", "limit", "type", "issuer", "audience", "algorithm", "header", "enabled", "required"}
    | {"version", "policy", "field", "prefix", "suffix", "endpoint", "url", "uri", "host", "port", "namespace"}
)
"""Last words of names that are about a credential: where it is, how long it holds."""

_FORMS = tuple(
    re.compile(form)
    for form in (
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----",
        r"\b(AKIA|ASIA)[A-Z0-9]{16}\b",
        r"\bgh[pousr]_[A-Za-z0-9]{20,}",
        r"\bgithub_pat_[A-Za-z0-9_]{20,}",
        r"\bglpat-[A-Za-z0-9_-]{16,}",
        r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
        r"\b[sr]k_(live|test)_[A-Za-z0-9]{16,}",
        r"\bsk-[A-Za-z0-9_-]{20,}",
        r"\bAIza[A-Za-z0-9_-]{30,}",
        r"\bhv[sb]\.[A-Za-z0-9_-]{20,}",
        r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.",
        r"(?i)^\s*(bearer|basic)\s+[A-Za-z0-9+/._~=-]{8,}\s*$",
        r"(?i)\b[a-z][a-z0-9+.-]*://[^\s/?#:@]*:[^\s/?#@]+@",
        r"(?i)\b(password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|accountkey)\s*=\s*[^\s;&]+",
    )
)
_BOUNDARY = re.compile(r"[^A-Za-z]+|(?<=[a-z])(?=[A-Z])")


def looks_like_a_credential(name: str, value: str) -> bool:
    """
    Tell if a value, by its form or by the name it is given to, may be a credential; an empty one is none.
    """
    return bool(value) and (_is_named_so(name) or any(form.search(value) for form in _FORMS))


def _is_named_so(name: str) -> bool:
    words = [word.lower() for word in _BOUNDARY.split(name) if word]
    if not words or words[-1] in _ABOUT:
        return False
    keys = any(of in _KEYS_OF and key == "key" for of, key in pairwise(words))
    return keys or words[-1] == "pass" or any(word.endswith((*_WORDS, *_WORDS_IN_ONE)) for word in words)
