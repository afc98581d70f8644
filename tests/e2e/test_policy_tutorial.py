"""
The tutorial of the README, done as it says: every command, its exit code, and what it is said to print.
"""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.control_plane import ControlPlane
from tests.serving import environment_for

README = Path(__file__).resolve().parents[2] / "README.md"
TITLE = "## Write a policy in ten minutes\n"
OURS = re.compile(r"(export PATH|make up|cd )")
"""Commands that a test has its own way for: where programs are, the control plane, an empty folder."""

LIMIT_SECONDS = 200

pytestmark = [pytest.mark.e2e, pytest.mark.requirement("POL-4"), pytest.mark.requirement("POL-3")]


def section() -> str:
    """
    Return the tutorial.
    """
    return README.read_text().partition(TITLE)[2].partition("\n## ")[0]


def blocks(language: str) -> list[str]:
    """
    Return the tutorial's fenced blocks of a language, in their order.
    """
    return re.findall(rf"```{language}\n(.*?)```", section(), re.DOTALL)


def commands() -> list[tuple[str, int]]:
    """
    Return every command with the exit code that its comment tells.
    """
    found: list[tuple[str, int]] = []
    for line in "".join(blocks("sh")).splitlines():
        told = re.search(r"# exit code (\d+)$", line)
        if not OURS.match(line):
            found.append((line, int(told[1]) if told else 0))
    return found


def as_read(line: str) -> str:
    """
    Return a line of output without what is another at every run.
    """
    timeless = re.sub(r"\d+ µs( slow)?", "0 µs", " ".join(line.split()))
    return re.sub(r"\b01[0-9a-z]{24}\b", "01", timeless)


async def test_the_tutorial_does_what_it_says(control_plane: ControlPlane, fresh_state: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tutorial"
    folder.mkdir()
    (folder / "plan.yaml").write_text(blocks("yaml")[0])
    said = commands()
    script = "".join(f"{command}\necho $? >> codes\n" for command, _ in said)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"

    ended = await asyncio.to_thread(
        subprocess.run,
        ["bash", "-c", script],
        cwd=folder,
        env=environment_for(fresh_state, control_plane.kubeconfig, PATH=path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )

    codes = [int(code) for code in (folder / "codes").read_text().split()]
    assert said == list(zip([command for command, _ in said], codes, strict=True)), ended.stdout + ended.stderr
    shown = [as_read(line) for line in (ended.stdout + ended.stderr).splitlines()]
    assert [] == [line for line in map(as_read, "".join(blocks("text")).splitlines()) if line not in shown], shown


def test_the_configuration_of_the_tutorial_is_understood(tmp_path: Path) -> None:
    config = tmp_path / "acme" / "config"
    config.mkdir(parents=True)
    (config / "data.yaml").write_text(blocks("yaml")[1])
    remediate = Path(sys.executable).with_name("remediate")
    for words in (("new", "--owner", "acme", "preflight/ticket_named"), ("check", "acme")):
        ended = subprocess.run([remediate, "policy", *words], cwd=tmp_path, capture_output=True, text=True, check=False)

        assert 0 == ended.returncode, ended.stdout + ended.stderr
