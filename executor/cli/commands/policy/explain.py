"""
Owns `remediate policy explain`.
"""

import json
import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from executor.cli.output import Form, FormOption, print_document, show
from executor.cli.session import call
from executor.cli.text import line
from executor.settings import StateDirectory, read_settings

if TYPE_CHECKING:
    from executor.cli.client import Client

EXAMPLES = """
\b
Examples:
  remediate policy explain 01kavx3c9q          why: each rule that spoke, and what its facts were
  remediate policy explain 01kavx3c9q --all    the rules that were content, too
  remediate policy explain 01kavx3c9q -o json
\b
Facts are evaluated on the recorded input by the set that decided, where this machine has kept it, else by the folders
as they lie now. What a rule may read is told, also along a way that was not taken.
\b
Exit codes:
  0 explained   2 it cannot be, with the reason   8 server unreachable
"""

_LONGEST = 160


def add_to(group: typer.Typer) -> None:
    """
    Declare the command.
    """
    group.command("explain", epilog=EXAMPLES)(explain)


def explain(
    decision: Annotated[str, typer.Argument(metavar="DECISION", help="Its id; a step's document lists them.")],
    every: Annotated[bool, typer.Option("--all", help="Also the rules that said nothing.")] = False,
    output: FormOption = Form.TABLE,
) -> None:
    """
    Say why a recorded decision is as it is.

    Each rule that spoke: where it stands, what it rests on, which of its facts held, and what to do.
    """
    settings = read_settings(os.environ)
    StateDirectory(settings.state_dir).prepare()

    async def work(client: "Client") -> dict[str, Any]:
        from executor.cli.client import segment  # noqa: PLC0415 - as all below: help needs none of it
        from executor.core.policy import Decision  # noqa: PLC0415 - the same
        from executor.opa import choosing  # noqa: PLC0415 - the same
        from executor.opa.binary import find_opa  # noqa: PLC0415 - the same
        from executor.opa.explaining import explain as explained  # noqa: PLC0415 - the same

        document = await client.get(f"/v1/decisions/{segment(decision)}")
        recorded = Decision.model_validate(document, strict=False)
        policies = await choosing.of_decision(settings.state_dir, recorded.revision, settings.policy_paths)
        return {
            "decision": recorded.id,
            "stage": recorded.stage.value,
            "effect": recorded.effect.value,
            "same_revision": dict(policies.catalogue.revision) == recorded.revision,
            "rules": await explained(find_opa(), recorded, policies, every=every),
        }

    found = call(work)
    if not found["same_revision"]:
        show("the set that decided is not kept here: facts are those of the folders as they lie now", aside=True)
    if output is not Form.TABLE:
        print_document(found, output)
        return
    show(f"{found['effect']} at {found['stage']}" + ("" if found["rules"] else ": no rule said anything"))
    for rule in found["rules"]:
        show(*_told(rule))


def _told(rule: dict[str, Any]) -> list[str]:
    parts = ["", f"{rule['rule']}: {line(rule['title'] or '')}", f"  rule   {rule['place'] or 'not in this set'}"]
    parts += [f"  saw    {each['level']}: {line(each['message'])}" for each in rule["said"]]
    parts += [f"  to do  {line(rule['remedy'])}"] if rule["remedy"] else []
    for number, fact in enumerate(rule["facts"]):
        told = f"= {_short(fact['value'])}" if fact["holds"] else "does not hold"
        parts.append(f"  {'facts' if not number else '     '}  {fact['fact']} {told}  ({fact['place']})")
    for number, read in enumerate(rule["inputs"]):
        told = _short(read["value"]) if read["known"] else "not known"
        parts.append(f"  {'read ' if not number else '     '}  {read['path'] or '/'}  {told}")
    return parts


def _short(value: Any) -> str:
    text = line(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
