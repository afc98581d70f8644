"""
Owns `remediate policy replay`.
"""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from executor.cli.exits import Code
from executor.cli.failures import Failure
from executor.cli.output import Form, FormOption, print_document, show
from executor.cli.recorded import Page, from_file, from_server, since
from executor.cli.session import call
from executor.settings import Settings, StateDirectory, read_settings

if TYPE_CHECKING:
    from executor.cli.client import Client
    from executor.opa.policy_set import PolicySet

EXAMPLES = """
\b
Examples:
  remediate policy replay                          the last day, on the folders as they lie now
  remediate policy replay --since 7d --path acme   a week, on the folder acme in place of EXECUTOR_POLICY_PATHS
  remediate policy replay --revision 4f2a90        on a set that this machine's server has kept
  remediate policy replay --from decisions.json -o json    what was fetched before; for CI, without a server
\b
Each recorded decision is asked again, with the input that was recorded: its time, and the cluster as it was read then.
Values of Secrets are fingerprints in it and stay so. A decision that the executor made itself (policy_error, …) is
told apart and is no flip; an input of another version, and a rule that raises an error, are errors.
\b
Exit codes:
  0 every decision was compared and comes out alike   1 flips or errors   2 wrong usage, or a set that is refused
  8 server unreachable
"""


def add_to(group: typer.Typer) -> None:
    """
    Declare the command.
    """
    group.command("replay", epilog=EXAMPLES)(replay)


def replay(  # noqa: PLR0917 - typer reads options from parameters
    since_: Annotated[str, typer.Option("--since", metavar="WHEN", help="`24h`, `7d`, or a time (RFC 3339).")] = "24h",
    revision: Annotated[
        str | None, typer.Option(metavar="REV", help="A set that was kept: the beginning of a bundle's revision.")
    ] = None,
    path: Annotated[
        list[Path] | None, typer.Option(metavar="FOLDER", exists=True, file_okay=False, help="Repeatable.")
    ] = None,
    from_: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="Decisions from a file, not the server.")
    ] = None,
    slow_ms: Annotated[float, typer.Option(min=0, help="Slower answers are told, in milliseconds.")] = 50.0,
    output: FormOption = Form.TABLE,
) -> None:
    """
    Ask every recorded decision of another policy set, and say what flips.

    The set is that of EXECUTOR_POLICY_PATHS and the shipped policies as they lie now, unless --path or --revision
    names another.
    """
    if revision is not None and path:
        raise Failure("--revision and --path name two sets: give one of them", code=Code.REFUSED)
    from executor.cli.render.replays import replay_report  # noqa: PLC0415 - it brings what help needs not

    settings = read_settings(os.environ)
    StateDirectory(settings.state_dir).prepare()
    report = _reported(settings, since_, revision, tuple(path or ()), from_, slow_ms)
    if not report["replayed"]:
        show("no decision was found: is --since far enough back?", aside=True)
    if output is not Form.TABLE:
        print_document(report, output)
    else:
        show(*replay_report(report))
    raise typer.Exit(Code.SUCCEEDED if report["proven"] else Code.FAILED)


def _reported(  # noqa: PLR0917 - all that the command was given
    settings: Settings, begin: str, revision: str | None, paths: tuple[Path, ...], file: Path | None, slow_ms: float
) -> dict[str, Any]:
    import asyncio  # noqa: PLC0415 - as all below: help needs none of it

    from executor.core.replay_report import report  # noqa: PLC0415 - the same
    from executor.opa import choosing  # noqa: PLC0415 - the same
    from executor.opa.replaying import replay as asked_again  # noqa: PLC0415 - the same
    from executor.telemetry import configure_logs  # noqa: PLC0415 - the same

    configure_logs(level="error")

    async def work(pages: AsyncIterator[Page]) -> dict[str, Any]:
        policies: PolicySet = await (
            choosing.kept(settings.state_dir, revision)
            if revision is not None
            else choosing.composed(settings.state_dir, paths or settings.policy_paths, trial=bool(paths))
        )
        outcomes = await asked_again(
            pages,
            policies,
            folder=settings.state_dir,
            timeout_seconds=settings.gate_timeout_seconds,
            slow_milliseconds=slow_ms,
        )
        return report(outcomes, revision=dict(policies.catalogue.revision), slow_milliseconds=slow_ms)

    if file is not None:
        return asyncio.run(work(from_file(file)))

    async def over(client: "Client") -> dict[str, Any]:
        return await work(from_server(client, begin=since(begin, datetime.now(UTC))))

    return call(over)
