"""
Owns what is told to an author: what is wrong at one place of a folder, and what mends it.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["folder", "format", "compile", "shape", "convention", "configuration", "test", "coverage", "law", "load"]

_SPLIT = re.compile(r"((?:`[^`]*`|[^`:]|:(?! ))+): (.+)", re.DOTALL)
_PLACED = re.compile(r"(?P<file>[^:\n]+):(?P<row>\d+): (?P<said>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True, order=True)
class Flaw:
    """
    What is wrong in a file, as its author knows it; the row is 0 where the whole file or folder is meant.
    """

    file: str
    row: int
    message: str
    remedy: str
    kind: Kind

    @property
    def place(self) -> str:
        """
        Return `file:row`, as editors and terminals open it.
        """
        return f"{self.file}:{self.row}" if self.row else self.file

    def as_json(self) -> dict[str, Any]:
        """
        Return the flaw for programs.
        """
        return asdict(self)


def flaw(kind: Kind, file: str, row: int, said: str) -> Flaw:
    """
    Make a flaw of a sentence of the form `what is wrong: what to do`.
    """
    parts = _SPLIT.fullmatch(said)
    message, remedy = (parts[1], parts[2]) if parts else (said, "")
    return Flaw(file, row, message, remedy or _advice(message, ()), kind)


def refusal(kind: Kind, folder: str, said: str) -> Flaw:
    """
    Make a flaw of what loading a folder would say, which begins with `file:row: ` where it knows them.
    """
    placed = _PLACED.fullmatch(said)
    if placed:
        return flaw(kind, placed["file"], int(placed["row"]), placed["said"])
    return flaw(kind, folder, 0, said)


def complaint(file: str, row: int, said: str, known: Sequence[str]) -> Flaw:
    """
    Make a flaw of what the compiler says.
    """
    message = " ".join(said.split())
    return Flaw(file, row, message, _advice(message, known), "compile")


def _advice(message: str, known: Sequence[str]) -> str:
    if message.startswith("undefined ref: input") and known:
        written = message.rpartition(".")[2]
        close = difflib.get_close_matches(written, known, n=1)
        return f"write {close[0]}" if close else f"known here: {', '.join(known)}"
    return next((advice for start, advice in _ADVICE.items() if re.match(start, message)), "")


_ADVICE: Mapping[str, str] = {
    r"`(if|contains)` keyword is required": (
        "this is Rego v0, and policies are v1: write `deny contains … if { … }` "
        "(`opa fmt --v0-v1 --write FILE` rewrites it)"
    ),
    r"undefined function data\.": "see the name and the import: no such function is loaded",
    r"undefined function ": (
        "policies are pure, without network, clock, randomness and environment: capabilities.json lists the built-ins "
        "they may use, and the time is input.now"
    ),
    r"undefined ref: input": "schemas/input.json lists what the input has",
    r"undefined ref: ": "see the name and the import",
    r"var \S+ is unsafe": "give it a value first, with `:=` or `some … in …`",
    r"conflicting rules ": "a name is one kind of rule: deny, warn and require_approval are sets, `deny contains …`",
    r"\S+: invalid argument": "see which types the function takes; a field of the input may be of another",
    r"rego_recursion_error|.* is recursive": "a rule must not ask the gate, nor itself",
    r"import .* unused": "remove the import",
    r"assigned var \S+ unused": "use it, or write `_`",
    r".* has no (title|description) in its METADATA": (
        "write `# METADATA`, `# title: …` and `# description: …` above the package"
    ),
    r".* does not say under custom\.solution": "write `# custom:` and `#   solution: …` into the package's METADATA",
    r"says nothing that the router reads": "write `deny contains … if { … }`, warn or require_approval",
    r".* has no setting ": "a rule takes mode, params, namespaces and labelled",
    r".* which has no default": "give it one in defaults/data.json, below the rule's name",
    r".* is read by no rule": "read it with `config.param`, or remove it",
    r".* which is the code of no rule here": "write owner/rule, as the package says",
    r"package \S+ belongs into ": "move the file there, or rename the package",
}
"""What to do about messages that do not say it themselves."""
