"""
Owns taking out of logs and events what looks like a credential, before anybody keeps or shows them.

What a program writes has no form to rely on, so this errs on the side of taking out too much. It is the second look,
not a licence to log secrets. Every pattern is linear in the text: each begins at a place that ends the one before.
"""

import re

SCRUBBED = "[scrubbed]"

_NAMES = (
    "pass(?:word|wd|phrase|code)?|pwd|secret|token|api[_-]?key|apikey|access[_-]?key|private[_-]?key|signing[_-]?key"
    "|encryption[_-]?key|account[_-]?key|shared[_-]?key|auth(?:orization)?|credentials?|session[_-]?id|sessionid"
    "|cookie|signature"
)
"""What stands at the end of the name of a value that is none of ours: `DB_PASSWORD`, `x-api-key`, `clientSecret`."""

_SEPARATED = r"""s?\\*["']?[ \t]*(?:=>|:|=(?!>))[ \t]*"""
_UNTOUCHED = rf"(?!{re.escape(SCRUBBED)})"

_PRIVATE_KEY = "[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
_KEY_BLOCK = re.compile(
    rf"-----BEGIN {_PRIVATE_KEY}.*?(?:-----END {_PRIVATE_KEY}|\Z)",
    re.DOTALL,
)
_KEY_BLOCK_CUT = re.compile(rf"(?m)^[^\n]*\n(?=[^\n]{{0,64}}-----END {_PRIVATE_KEY})")
_KEY_LINE = re.compile(r"(?m)^(?P<stamp>\S{20,40}Z )?(?P<line>[A-Za-z0-9+/]{60,76}={0,2})[ \t\r]*$")
_HEADER = re.compile(
    r"""(?i)(?<![a-z])(?:(?:proxy-)?authorization|(?:set-)?cookie)\\*["']?[ \t]*[:=][ \t]*(?:\\*["'])?"""
    r"""(?P<value>[^\r\n"'\\]+)"""
)
_SCHEME = re.compile(r"(?i)(?<![a-z0-9])(?P<scheme>bearer|basic|digest)[ \t]+[A-Za-z0-9._~+/=-]{6,}")
_URL_PASSWORD = re.compile(r"""(?P<user>://[^\s/:@"'<>]{0,256}):(?P<password>[^\s/"'<>]+)@""")
_QUOTED = re.compile(rf"""(?i)(?:{_NAMES}){_SEPARATED}(?P<open>\\*["'])(?P<value>(?:(?!(?<!\\)(?P=open))[^\n])*)""")
_PAIR = re.compile(rf"""(?i)(?:{_NAMES}){_SEPARATED}(?P<value>{_UNTOUCHED}(?:\\(?!["'])|[^\s"'\\])+)""")
_COLON_REST = re.compile(rf"""(?i)(?:{_NAMES})[ \t]*:[ \t]+(?P<value>{_UNTOUCHED}[^\n"'\\][^\n"']*)""")
_BARE_KEY = re.compile(rf"""(?i)(?<![a-z0-9])key=(?P<value>{_UNTOUCHED}[^\s"'\\]+)""")
_JWT = re.compile(r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){0,3}")
_KNOWN = re.compile(
    r"(?<![A-Za-z0-9])(?:(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA|ABIA|ACCA)[A-Z0-9]{16}"
    r"|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}|xox[abeoprs]-[A-Za-z0-9-]{10,}"
    r"|AIza[A-Za-z0-9_-]{30,}|sk-[A-Za-z0-9_-]{20,}|[rs]k_(?:live|test)_[A-Za-z0-9]{10,}|npm_[A-Za-z0-9]{30,}"
    r"|hvs\.[A-Za-z0-9_-]{20,}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,})"
)
_AWS_SECRET = re.compile(r"(?<![A-Za-z0-9/+=_.-])(?=[A-Za-z0-9/+]*[/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=_.-])")


def scrub(text: str) -> str:
    """
    Return a text without what looks like a credential.
    """
    text = _KEY_BLOCK.sub(SCRUBBED, text)
    text = _KEY_BLOCK_CUT.sub(f"{SCRUBBED}\n", text)
    text = _KEY_LINE.sub(lambda found: f"{found['stamp'] or ''}{SCRUBBED}", text)
    text = _HEADER.sub(_without_value, text)
    text = _SCHEME.sub(lambda found: f"{found['scheme']} {SCRUBBED}", text)
    text = _URL_PASSWORD.sub(lambda found: f"{found['user']}:{SCRUBBED}@", text)
    for form in (_QUOTED, _COLON_REST, _PAIR, _BARE_KEY):
        text = form.sub(_without_value, text)
    for form in (_JWT, _KNOWN, _AWS_SECRET):
        text = form.sub(SCRUBBED, text)
    return text


def _without_value(found: re.Match[str]) -> str:
    return found[0][: found.start("value") - found.start()] + SCRUBBED + found[0][found.end("value") - found.start() :]
