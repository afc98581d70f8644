"""
The demonstration as the README starts it: it shows what it promises, on its own cluster alone, and leaves nothing.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.processes import processes_that_mention
from tests.e2e.trap import Trap, kubeconfig_of, trap

ROOT = Path(__file__).resolve().parents[2]
LIMIT_SECONDS = 280

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """
    A temporary directory of the demonstration's own; short, because sockets lie below it.
    """
    made = Path(tempfile.mkdtemp(prefix="demo-"))
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def somebody() -> Iterator[Trap]:
    """
    The cluster of the person who starts the demonstration.
    """
    with trap() as made:
        yield made


@pytest.fixture(scope="module")
def demonstration(folder: Path, somebody: Trap) -> subprocess.CompletedProcess[str]:
    """
    `python -m deploy.demo`, run to its end by somebody whose KUBECONFIG and HOME lead to a cluster of their own.
    """
    home = folder / "home"
    (home / ".kube").mkdir(parents=True)
    (home / ".kube" / "config").write_text(kubeconfig_of(somebody.url))
    (folder / "temporary").mkdir()
    environment = {
        **os.environ,
        "HOME": str(home),
        "KUBECONFIG": str(home / ".kube" / "config"),
        "TMPDIR": str(folder / "temporary"),
        "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache"),
        "EXECUTOR_STATE_DIR": str(home / "state"),
        "EXECUTOR_URL": somebody.url,
        "EXECUTOR_TOKEN": "somebodys-token",
    }
    return subprocess.run(
        [sys.executable, "-m", "deploy.demo"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )


@pytest.mark.requirement("TEST-1")
@pytest.mark.requirement("ROLL-7")
@pytest.mark.requirement("POL-8")
def test_it_shows_a_success_a_denial_and_a_rollback(demonstration: subprocess.CompletedProcess[str]) -> None:
    shown = demonstration.stdout

    assert (0, "") == (demonstration.returncode, demonstration.stderr[-2000:] if demonstration.returncode else "")
    success, denial, rollback = re.split(r"^── A plan .*$", shown, flags=re.MULTILINE)[1:]
    assert "\nsucceeded: 4 of 4 steps succeeded\n" in success
    assert "  .spec.replicas\n    - 2\n    + 4\n" in success
    assert re.search(r"^denied by replica_ceiling: ", denial, re.MULTILINE)
    assert re.search(r"^  rule   \S+/replica_ceiling\.rego:\d+\n  saw    .+\n  to do  .+\n", denial, re.MULTILINE)
    assert "ApplyStarted" not in denial
    assert re.search(r"^rolled_back: .+ everything was restored and proven equal$", rollback, re.MULTILINE)
    assert 3 == rollback.count("ChangeRestored")
    assert '    - "registry.example/worker:1.0.0"\n    + "fault.local/image-pull:1.1.0"\n' in rollback


def test_it_never_asks_the_cluster_or_the_server_of_the_person_who_starts_it(
    demonstration: subprocess.CompletedProcess[str], somebody: Trap
) -> None:
    assert 0 == demonstration.returncode

    assert [] == somebody.asked


def test_it_leaves_no_process_and_no_file(demonstration: subprocess.CompletedProcess[str], folder: Path) -> None:
    assert 0 == demonstration.returncode

    assert [] == processes_that_mention(folder)
    assert [".kube", ".kube/config"] == sorted(
        str(each.relative_to(folder / "home")) for each in (folder / "home").rglob("*")
    )
    assert [] == list((folder / "temporary").iterdir())
