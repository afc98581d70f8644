"""
Owns `remediate serve`, the one command that runs the service itself.
"""

import asyncio
import os

import typer

from executor.settings import SETTINGS, read_settings


def _settings_help() -> str:
    rows = (
        f"  {setting.name}\n      {setting.decides}\n      default: {setting.default}\n      because: {setting.because}"
        for setting in SETTINGS
    )
    return (
        "\n\b\nSettings (environment):\n"
        + "\n".join(rows)
        + "\n  KUBECONFIG\n      as everywhere; inside a pod its service account is used\n"
    )


EXAMPLES = """
\b
Examples:
  remediate serve
  EXECUTOR_KUBE_CONTEXT=staging remediate serve
  EXECUTOR_LISTEN=127.0.0.1:0 EXECUTOR_POLICY_PATHS=/etc/policies/payments remediate serve
\b
SIGTERM or Ctrl-C ends it within 10 s: writes under way are awaited and recorded, and unfinished runs go on at the
next start.
""" + _settings_help()


def add_to(app: typer.Typer) -> None:
    """
    Declare the command.
    """
    app.command("serve", epilog=EXAMPLES)(serve)


def serve() -> None:
    """
    Run the service on this machine.

    It serves the HTTP API and carries out the runs. All settings come from the environment.
    """
    settings = read_settings(os.environ)
    from executor import bootstrap  # noqa: PLC0415 - the whole server, which no other command needs

    raise typer.Exit(asyncio.run(bootstrap.serve(settings)))
