"""
Owns somebody at a shell: runs `remediate` as installed, through a pipe or on a terminal.
"""

import json
import os
import pty
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.serving import REMEDIATE

LIMIT_SECONDS = 240
Ended = subprocess.CompletedProcess[str]


@dataclass(frozen=True, slots=True)
class Person:
    """
    Somebody with an environment; keywords of each method change it for one command.
    """

    environment: Mapping[str, str]

    def run(self, *words: str, plan: Any = None, **changed: str) -> Ended:
        """
        Run a command to its end; `plan` stands on its standard input, a text as it is and anything else as JSON.
        """
        given = None if plan is None else plan if isinstance(plan, str) else json.dumps(plan)
        return subprocess.run(
            [REMEDIATE, *words],
            env={**self.environment, **changed},
            input=given or "",
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )

    def document(self, *words: str, plan: Any = None) -> Any:
        """
        Run a command with `-o json` and return what it printed; it must succeed.
        """
        ended = self.run(*words, "-o", "json", plan=plan)
        assert ended.returncode == 0, ended
        return json.loads(ended.stdout)

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """
        Start a command that goes on; whoever starts it waits for its end.
        """
        return subprocess.Popen(
            [REMEDIATE, *words],
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def on_a_terminal(self, *words: str, **changed: str) -> tuple[int, str]:
        """
        Run a command on a terminal of its own; return its exit code and all it wrote there.
        """
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [REMEDIATE, *words],
            env={**self.environment, "TERM": "xterm", "COLUMNS": "140", **changed},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        shown = b""
        while piece := _read(ours):
            shown += piece
        os.close(ours)
        return process.wait(LIMIT_SECONDS), shown.decode()


def plain(shown: str) -> str:
    """
    Return what is read on a terminal, without what steers it.
    """
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # how Linux tells that the other side has closed a terminal
        return b""
