"""
Owns a service that only shows what is recorded, over a store on disk; and real decisions to record in it.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from executor.api import build_app, build_runner
from executor.clock import SystemClock
from executor.core.digest import digest
from executor.core.policy import Decision, PolicyInput
from executor.core.verdict import Verdict
from executor.engine.service import Service
from executor.store import open_store
from tests.fakes.service import CALLER, KEY, LIMITS, TOKEN, no_metrics
from tests.fakes.vault import FakeVault


def a_recorded(name: str, request: PolicyInput | Mapping[str, Any], verdict: Verdict, **changed: Any) -> Decision:
    """
    Return the decision that the gate would record; `changed` lies over it.
    """
    document = request.model_dump(mode="json") if isinstance(request, PolicyInput) else dict(request)
    fields: dict[str, Any] = {
        "id": name,
        "run": None,
        "step": (document["step"] or {}).get("id"),
        "stage": document["stage"],
        "effect": verdict.effect,
        "violations": list(verdict.violations),
        "warnings": list(verdict.warnings),
        "approvals": list(verdict.approvals),
        "evaluated": list(verdict.evaluated),
        "revision": dict(verdict.revision),
        "input": document,
        "input_digest": digest(document),
        "duration_seconds": 0.001,
        "at": SystemClock().now(),
    }
    return Decision.model_validate({**fields, **changed}, strict=False)


@asynccontextmanager
async def serving_recorded(folder: Path, decisions: Sequence[Decision]) -> AsyncIterator[dict[str, str]]:
    """
    Record decisions, serve them, and yield the environment in which `remediate` finds the server.
    """
    async with open_store(f"sqlite:///{folder}/recorded.db") as store:
        for start in range(0, len(decisions), 500):
            await store.keep_decisions(decisions[start : start + 500])
        clock = SystemClock()
        service = Service(store=store, vault=FakeVault(), clock=clock, limits=LIMITS, redact_key=KEY, owner="tests")
        app = build_app(service, tokens={TOKEN: CALLER}, metrics=no_metrics)
        runner = build_runner(app, shutdown_seconds=1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            host, port = runner.addresses[0][:2]
            yield {"EXECUTOR_URL": f"http://{host}:{port}", "EXECUTOR_TOKEN": TOKEN}
        finally:
            await runner.cleanup()
