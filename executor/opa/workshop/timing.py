"""
Owns how long each rule takes: asked of an OPA that serves the folders as the service does, as often as a median needs.
"""

import asyncio
import contextlib
import statistics
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from executor.opa.conventions import Package
from executor.opa.errors import OpaUnusable
from executor.opa.lint import FINDINGS, names
from executor.opa.mutation import label
from executor.opa.process import die_with_parent
from executor.opa.workshop.layout import Layout
from executor.opa.workshop.reading import Read

ROUNDS = 9
REQUESTS_PER_RULE = 2
_SERVED, _READY_SECONDS, _PAUSE_SECONDS = "served", 20.0, 0.02
_EVALUATION = "timer_rego_query_eval_ns"


async def time_rules(
    opa: Path, layout: Layout, authors: Sequence[Read], requests: Mapping[str, Mapping[str, Any]]
) -> dict[str, float]:
    """
    Return the microseconds that each rule takes, by label: the median of its slowest request, evaluation alone.

    A rule that no test asks is not timed.
    """
    async with _served(opa, layout) as session:
        found: dict[str, float] = {}
        for author in authors:
            for own, path in author.policies.rules.items():
                levels = sorted(names(author.policies.modules[path]) & set(FINDINGS))
                largest = sorted(requests.get(label(own), {}).values(), key=lambda each: -len(str(each)))
                if levels and largest:
                    medians = [await _median(session, own, levels, each) for each in largest[:REQUESTS_PER_RULE]]
                    found[label(own)] = max(medians)
        return found


async def _median(
    session: aiohttp.ClientSession, own: Package, levels: Sequence[str], request: Mapping[str, Any]
) -> float:
    samples = [sum([await _evaluated(session, own, level, request) for level in levels]) for _ in range(ROUNDS + 1)]
    return statistics.median(samples[1:]) / 1000  # the first one warms up


async def _evaluated(session: aiohttp.ClientSession, own: Package, level: str, request: Mapping[str, Any]) -> float:
    path = "/".join((*own, level))
    async with session.post(f"http://opa/v1/data/{path}?metrics=true", json={"input": request}) as response:
        body = await response.json()
    return float((body.get("metrics") or {}).get(_EVALUATION, 0.0))


@asynccontextmanager
async def _served(opa: Path, layout: Layout) -> AsyncIterator[aiohttp.ClientSession]:
    """
    Serve the folders without their tests, which are never loaded either, on a socket of our own.
    """
    for source in layout.sources:
        for path, content in source.served.items():
            place = layout.work / _SERVED / source.bundle / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
    with tempfile.TemporaryDirectory(prefix="opa-") as folder:
        socket = Path(folder) / "s"
        process = await asyncio.create_subprocess_exec(
            opa,
            *("run", "--server", "--addr", f"unix://{socket}", "--unix-socket-perm", "600"),
            *("--skip-version-check", "--log-level", "error"),
            *(argument for source in layout.sources for argument in ("--bundle", source.bundle)),
            cwd=layout.work / _SERVED,
            env={},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            preexec_fn=die_with_parent(),
        )
        try:
            async with aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(socket))) as session:
                await _ready(session, process)
                yield session
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _ready(session: aiohttp.ClientSession, process: asyncio.subprocess.Process) -> None:
    try:
        async with asyncio.timeout(_READY_SECONDS):
            while process.returncode is None:
                with contextlib.suppress(aiohttp.ClientError, OSError):
                    async with session.get("http://opa/health?bundles") as response:
                        if response.ok:
                            return
                await asyncio.sleep(_PAUSE_SECONDS)
    except TimeoutError as error:
        raise OpaUnusable(
            f"OPA did not serve within {_READY_SECONDS:.0f} s; --no-bench leaves the timing out"
        ) from error
    raise OpaUnusable("OPA ended instead of serving the folders; --no-bench leaves the timing out")
