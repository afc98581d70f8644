"""
Owns the demonstration's course: a control plane, the shop, the service, three plans, and everything taken down again.

It uses only the cluster it started: KUBECONFIG and HOME of the person who runs it are not passed on.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.local.control_plane import ControlPlane, ControlPlaneError
from deploy.local.toolbox import ensure_all

HERE = Path(__file__).parent
REMEDIATE = Path(sys.executable).parent / "remediate"
WAIT_SECONDS = 120.0

PLANS = (
    (
        "1-relieve.yaml",
        0,
        "A plan of four steps, A → B + C → D: every step judged, dry-run, judged, applied, verified.",
    ),
    ("2-too-many.yaml", 3, "A plan that the policy denies: the rule, what it saw, and what to do. Nothing is written."),
    ("3-never-healthy.yaml", 4, "A plan whose last step never gets healthy: all is put back and proven equal."),
)
"""Plan, the exit code it must end with, and what it shows."""


def main() -> int:
    """
    Show everything; return 0 when every plan ended as it should.
    """
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="remediation-demo-") as folder:
        _say("Starting a local Kubernetes control plane (etcd, API server, controllers, scheduler; kwok as kubelets)")
        try:
            plane = ControlPlane.start(nodes=3)
        except ControlPlaneError as error:
            sys.stderr.write(f"demo: {error}\n")
            return 1
        with plane:
            environment = _environment(Path(folder), plane.kubeconfig)
            _open_shop(plane.kubeconfig, environment)
            _say("Starting the service: SQLite, a supervised OPA, a generated token")
            with subprocess.Popen(
                [REMEDIATE, "serve"], env=environment, stderr=(Path(folder) / "serve.log").open("w")
            ) as service:
                try:
                    wrong = _show(environment, service)
                finally:
                    service.terminate()
                    service.wait()
        _say(f"Took down what was started, after {time.monotonic() - began:.0f} s")
    if wrong:
        sys.stderr.write(f"demo: {wrong}\n")
        return 1
    _tell_more()
    return 0


def _environment(folder: Path, kubeconfig: Path) -> dict[str, str]:
    passed_on = ("PATH", "TERM", "NO_COLOR", "LANG", "COLUMNS", "XDG_CACHE_HOME")
    home = folder / "home"
    home.mkdir()
    found = {name: os.environ[name] for name in passed_on if name in os.environ}
    # The tools cache lies below the real home; everything else of it stays unseen.
    found.setdefault("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    return found | {
        "HOME": str(home),
        "KUBECONFIG": str(kubeconfig),
        "EXECUTOR_STATE_DIR": str(folder / "state"),
        "EXECUTOR_LISTEN": "127.0.0.1:0",
    }


def _open_shop(kubeconfig: Path, environment: Mapping[str, str]) -> None:
    kubectl = ensure_all(["kubectl"])["kubectl"]

    def run(*words: str) -> None:
        subprocess.run([kubectl, "--kubeconfig", kubeconfig, *words], env=dict(environment), check=True)

    _say("Opening a shop in the namespace `shop`")
    run("apply", "-f", str(HERE / "shop.yaml"))
    for workload in ("deployment/catalogue", "deployment/checkout", "statefulset/cache", "deployment/worker"):
        run("-n", "shop", "rollout", "status", workload, f"--timeout={WAIT_SECONDS:.0f}s")


def _show(environment: Mapping[str, str], service: subprocess.Popen[bytes]) -> str:
    """
    Submit every plan and show it; return what did not end as it should, or an empty text.
    """

    def remediate(*words: str) -> int:
        return subprocess.run([REMEDIATE, *words], env=dict(environment), check=False).returncode

    def is_ready() -> bool:
        return (
            subprocess.run([REMEDIATE, "doctor"], env=dict(environment), check=False, capture_output=True).returncode
            == 0
        )

    log = Path(environment["EXECUTOR_STATE_DIR"]).parent / "serve.log"
    if not _wait(is_ready, service):
        return f"the service did not get ready; its log:\n{log.read_text()}"
    wrong = ""
    for plan, expected, shows in PLANS:
        _say(shows)
        print((HERE / "plans" / plan).read_text(), flush=True)
        code = remediate("submit", str(HERE / "plans" / plan), "--watch")
        run = _newest(environment)
        print(flush=True)
        remediate("diff", run)
        if code != expected:
            remediate("show", run)
            wrong = wrong or f"{plan} ended with exit code {code} instead of {expected}"
    return wrong


def _newest(environment: Mapping[str, str]) -> str:
    words = [str(REMEDIATE), "list", "--limit", "1", "-o", "json"]
    listed = subprocess.run(words, env=dict(environment), check=True, capture_output=True, text=True).stdout
    run: str = json.loads(listed)["items"][0]["id"]
    return run


def _wait(is_there: Callable[[], bool], service: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until and service.poll() is None:
        if is_there():
            return True
        time.sleep(0.2)
    return False


def _say(sentence: str) -> None:
    print(f"\n── {sentence}", flush=True)


def _tell_more() -> None:
    print(
        """
How to look further:
  make up                            a local control plane that stays; it prints the KUBECONFIG to export
  make serve                         the service, against the cluster that kubectl would use
  .venv/bin/remediate --help         every command, with examples
  .venv/bin/remediate actions        what a step can do
  deploy/demo/plans/                 the plans shown here
  policies/README.md                 the rules, and how to write your own"""
    )


if __name__ == "__main__":
    sys.exit(main())
