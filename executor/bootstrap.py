"""
Owns putting the executor together: settings → edges → engine → web application; opened in order, closed in reverse.

The API listens as soon as the store is open. Policy and cluster follow behind it; until both have answered, `/readyz`
says so and plans are refused. It is the only module that knows every concrete part.
"""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import structlog
from aiohttp import web

from executor.api import build_app, build_runner
from executor.clock import SystemClock
from executor.engine.concealed import ConcealedCluster
from executor.engine.ports import Cluster
from executor.engine.service import Limits, Service
from executor.kube.opening import open_cluster
from executor.opa.opening import open_gate
from executor.settings import LOCAL_NAME, Settings, SettingsError, StateDirectory, read_tokens, read_vault_key
from executor.store.opening import open_store
from executor.telemetry import Metrics, configure_logs, journal

LOG = structlog.get_logger()

Conceal = Callable[[Cluster], ConcealedCluster]
"""Puts the vault between a cluster and the engine."""

ASK_AGAIN_SECONDS = 1.0
"""How often an API server that has not answered yet is asked again."""


async def serve(settings: Settings) -> int:
    """
    Run the service until SIGTERM or SIGINT; return the exit code.

    Raises an ExecutorError whose message is one sentence for the user when it cannot start as it is configured.
    """
    configure_logs()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        service, conceal, metrics = await _opened(settings, stack)
        parts = asyncio.create_task(_open_parts(settings, service, conceal, metrics, stack))
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({parts, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if parts.done():
                parts.result()
                await stopped
        finally:
            # Also when a part could not open: running runs must not lose cluster and store.
            LOG.info(
                "stopping: runs reach a safe point, and what is unfinished goes on at the next start", action="stop"
            )
            parts.cancel()
            stopped.cancel()
            await asyncio.gather(parts, stopped, return_exceptions=True)
            await service.shut_down()
    LOG.info("stopped", action="stopped")
    return 0


async def _opened(settings: Settings, stack: AsyncExitStack) -> tuple[Service, Conceal, Metrics]:
    """
    Open what answers at once: state directory, tokens, keys, store, and the API that listens.
    """
    state = StateDirectory(settings.state_dir)
    state.prepare()
    tokens = {state.token(): LOCAL_NAME}
    if settings.tokens_file is not None:
        tokens |= {token: name for name, token in read_tokens(settings.tokens_file).items()}
    key = state.fingerprint_key()
    vault_key = state.vault_key() if settings.vault_key_file is None else read_vault_key(settings.vault_key_file)
    store = await stack.enter_async_context(open_store(settings.database_url))
    clock = SystemClock()
    vault = store.vault(key=vault_key, clock=clock)
    service = Service(
        store=store,
        vault=vault,
        clock=clock,
        limits=Limits(
            max_parallel_steps=settings.max_parallel_steps,
            max_running_runs=settings.max_running_runs,
            approval_seconds=settings.approval_seconds,
        ),
        redact_key=key,
        owner=f"{socket.gethostname()}/{os.getpid()}",
    )
    metrics = Metrics()
    service.subscribe(metrics.observe)
    service.subscribe(journal)
    app = build_app(service, tokens=tokens, metrics=metrics.page)
    url = await stack.enter_async_context(_listening(settings, app))
    state.announce(url)
    stack.callback(state.withdraw, url)
    LOG.info("listening", action="listen", url=url, state_dir=str(settings.state_dir))
    return service, partial(ConcealedCluster, vault=vault, key=key), metrics


@asynccontextmanager
async def _listening(settings: Settings, app: web.Application) -> AsyncIterator[str]:
    runner = build_runner(app, shutdown_seconds=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.listen.host, settings.listen.port)
        try:
            await site.start()
        except OSError as error:
            place = f"{settings.listen.host}:{settings.listen.port}"
            raise SettingsError(
                f"EXECUTOR_LISTEN: {place} cannot be listened on ({error.strerror or error}): free it or name another"
            ) from error
        yield settings.listen.url(runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def _open_parts(
    settings: Settings, service: Service, conceal: Conceal, metrics: Metrics, stack: AsyncExitStack
) -> None:
    """
    Open policy and cluster, in that order, and let the service begin; it sees the cluster with its Secrets concealed.
    """
    gate = await stack.enter_async_context(
        open_gate(
            state_dir=settings.state_dir,
            policy_paths=settings.policy_paths,
            opa_url=settings.opa_url,
            opa_token_file=settings.opa_token_file,
            timeout_seconds=settings.gate_timeout_seconds,
            clock=SystemClock(),
            observe=metrics.observe_policy,
        )
    )
    service.with_policy(gate)
    metrics.policy_loaded_at(gate.loading.loaded_at)
    revision = dict(gate.catalogue.revision)
    LOG.info("policy loaded", action="load_policy", revision=revision, rules=len(gate.catalogue.rules))
    bare = await stack.enter_async_context(open_cluster(context=settings.kube_context))
    cluster, where = conceal(bare), bare.connection
    LOG.info("this cluster will be written to", action="connect", context=where.context, server=where.server)
    service.with_cluster(cluster)
    said = ""
    while not (check := await cluster.check()).ok:
        if check.message != said:
            LOG.warning("the cluster does not answer yet", action="wait_for_cluster", reason=check.message)
            said = check.message
        await asyncio.sleep(ASK_AGAIN_SECONDS)
    await service.open(cluster)
    LOG.info("ready", action="ready")
