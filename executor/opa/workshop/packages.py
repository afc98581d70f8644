"""
Owns which packages an author's files may declare; what is the executor's own is refused by its name.
"""

import re

from executor.opa.workshop.flaws import Flaw

PACKAGE = re.compile(r"^[ \t]*package[ \t]+(\S+)", re.MULTILINE)
_OWN = re.compile(r"site\.[a-z][a-z0-9_]*(\..+)?")
_SHIPPED_RULE = re.compile(r"remediation\.rules\.(\w+)\.(\w+)")


def foreign(file: str, text: str) -> Flaw | None:
    """
    Return why a file cannot be taken beside the shipped policies, None when it can.
    """
    found = PACKAGE.search(text)
    if found is None:
        return _flaw(file, 1, "no package is declared", "begin with `package site.<owner>.<stage>.<rule>`")
    package, row = found[1], package_row(text)
    if _OWN.fullmatch(package):
        return None
    shipped = _SHIPPED_RULE.match(package)
    if shipped:
        return _flaw(
            file,
            row,
            f"package {package} would replace the shipped rule {shipped[2]}, which is the executor's own",
            f"write `{shipped[2]}: {{mode: off}}` under `rules:` of config/data.yaml, and a rule of your own as "
            f"site.<owner>.{shipped[1]}.<rule>",
        )
    if package == "remediation" or package.startswith("remediation."):
        return _flaw(
            file,
            row,
            f"package {package} is the executor's own: router and shipped library are neither replaced nor added to",
            "write site.<owner>.<stage>.<rule>, and import what you need from data.remediation.lib",
        )
    return _flaw(
        file, row, f"package {package} is foreign", "write site.<owner>.<stage>.<rule>, the owner in lower case"
    )


def package_row(text: str) -> int:
    """
    Return the row of the package, 1 where there is none.
    """
    found = PACKAGE.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _flaw(file: str, row: int, message: str, remedy: str) -> Flaw:
    return Flaw(file, row, message, remedy, "shape")
