"""
Owns the test that a recorded decision becomes: its input as it was recorded, and what was decided, as Rego.

Pure, and without a clock: the same decision gives the same file. The input is the one that was judged, in which the
values of Secrets are fingerprints.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from executor.core.policy import Decision, Effect, Violation

_WORD = re.compile(r"[a-z0-9_]+")


def name_of_test(decision: Decision, name: str | None = None) -> str:
    """
    Return what the test is called, fit for Rego and for a file; raises ValueError for a name that is none.
    """
    made = name if name is not None else re.sub(r"[^a-z0-9]", "_", decision.id.lower())
    if not _WORD.fullmatch(made):
        raise ValueError("a name is lower-case letters, digits and underscores")
    return made


def captured(decision: Decision, *, name: str, owner: str, rule: str, stage: str, config: Mapping[str, Any]) -> str:
    """
    Return the test, in the package of the tests of one of the owner's rules.

    It expects what the shipped rules and the owner's said: no others are beside it when it runs. `config` is the
    site's configuration, which the decision rested on.
    """
    violations = _of(owner, decision.violations)
    approvals = _of(owner, decision.approvals)
    effect = Effect.DENY if violations else Effect.REQUIRE_APPROVAL if approvals else Effect.ALLOW
    under = f"with input as _{name}" + (f" with data.config as _config_of_{name}" if config else "")
    lines = [
        f"package site.{owner}.{stage}.{rule}_captured_test",
        "",
        "import data.remediation",
        "",
        f"# Decision {decision.id} of {decision.at}, stage {decision.stage}: captured, not written.",
        f"test_captured_{name} if {{",
        f"\tanswer := remediation.decision {under}",
        f"\tanswer.effect == {_json(effect.value)}",
        f"\t{{said.code | some said in answer.violations}} == {_set(violations)}",
        f"\t{{said.code | some said in answer.approvals}} == {_set(approvals)}",
        "}",
        "",
        f"_{name} := {_json(decision.input)}",
    ]
    if config:
        lines += ["", f"_config_of_{name} := {_json(config)}"]
    return "\n".join(lines) + "\n"


def _of(owner: str, found: Iterable[Violation]) -> list[str]:
    return sorted({each.code for each in found if "/" not in each.code or each.code.partition("/")[0] == owner})


def _set(codes: Sequence[str]) -> str:
    return "{" + ", ".join(map(_json, codes)) + "}" if codes else "set()"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent="\t", sort_keys=True)
