"""
Owns `remediate` itself: the list of commands, and what an error looks like.
"""

import os
import sys
import traceback
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from executor.cli.commands import (
    actions,
    assess,
    cancel,
    diff,
    doctor,
    events,
    list_runs,
    policy,
    reject,
    serve,
    show,
    submit,
)
from executor.cli.exits import Code
from executor.cli.failures import Failure
from executor.cli.text import plain
from executor.core.errors import ExecutorError

HELP = """
Apply remediation plans to a Kubernetes cluster: each step is judged by policy, tried as a dry run, bound to what was
judged, verified, and restored when the plan fails.
"""

EXAMPLES = """
\b
Examples:
  remediate serve                        start the service on this machine
  remediate doctor                       see if everything is in place, and what to do
  remediate assess plan.yaml             what would happen; nothing is written
  remediate submit plan.yaml --watch     do it, and watch
  remediate list --phase degraded        what needs a person
  remediate show RUN                     one run, with the reason of every denial

\b
Environment:
  EXECUTOR_URL         the server (default: the one running on this machine)
  EXECUTOR_TOKEN       the token to show it (default: this machine's, from the state directory)
  EXECUTOR_STATE_DIR   where this machine's server keeps its address and token
  NO_COLOR             no colours

\b
Exit codes (of submit: with --watch or --wait by the run's phase):
  0 succeeded, accepted   1 failed   2 usage, invalid plan, refused   3 denied   4 rolled back   5 degraded
  6 waiting for approval   7 cancelled or expired   8 server unreachable   130 interrupted; the run goes on
"""


class Commands(TyperGroup):
    """
    The commands; a failure of any of them becomes sentences on standard error and an exit code.
    """

    def invoke(self, ctx: Any) -> Any:
        """
        Run the command that was asked for.
        """
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except Failure as failure:
            _say(failure.message, failure.details)
            raise typer.Exit(failure.code) from failure
        except ExecutorError as error:
            _say(str(error), ())
            raise typer.Exit(Code.REFUSED) from error
        except BrokenPipeError as error:
            # Whoever read our output has had enough; Python would complain when it flushes at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(Code.PIPE_CLOSED) from error
        except KeyboardInterrupt as error:
            raise typer.Exit(Code.DETACHED) from error
        except (typer.Exit, typer.Abort, typer.TyperException):
            raise
        except Exception as error:
            _say(f"{_defect(error)}; this is a defect, and what the server does is not touched by it", ())
            raise typer.Exit(Code.REFUSED) from error
        return result


def _defect(error: Exception) -> str:
    """
    Name an error that nobody expected and where it arose; its text may hold anything and is left out.
    """
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(last.filename).name}, line {last.lineno}"


def _say(message: str, details: tuple[str, ...]) -> None:
    print(f"error: {plain(message)}", file=sys.stderr)
    for detail in details:
        print(f"  {plain(detail)}", file=sys.stderr)


app = typer.Typer(
    name="remediate",
    cls=Commands,
    help=HELP,
    epilog=EXAMPLES,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)

serve.add_to(app)
submit.add_to(app)
assess.add_to(app)
list_runs.add_to(app)
show.add_to(app)
events.add_to(app)
diff.add_to(app)
cancel.add_to(app)
reject.add_to(app)
actions.add_to(app)
policy.add_to(app)
doctor.add_to(app)


def run() -> None:
    """
    Run the command line of this process.
    """
    app(prog_name="remediate")
