"""
Owns the OPA that this process serves itself: started on a private socket, started again when it dies, ended with us.
"""

import asyncio
import collections
import contextlib
import json
import logging
import secrets
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from executor.opa.authz import BUNDLE, write_authz
from executor.opa.client import DecisionClient
from executor.opa.compose import copy_bundles
from executor.opa.errors import OpaUnusable
from executor.opa.policy_set import PolicySet
from executor.opa.process import die_with_parent, end_leftover, record_ownership

MEMORY_LIMIT = "256MiB"
"""OPA rests at 42 MB; the garbage collector works harder from here, so that a burst does not grow it without bound."""

GARBAGE_PERCENT = "400"
"""Each question leaves garbage and little else. Collected at five times what is held, a fifth of OPA's work is saved
for 20 MB more (53 to 74 MB after a load); the memory limit stands above it."""

INPUT_LIMIT_BYTES = 16 * 1024 * 1024
"""An input holds a few copies of an object, and etcd takes objects of 1.5 MiB."""

READY_SECONDS, STOP_SECONDS, ANSWER_SECONDS = 30.0, 5.0, 30.0
LONGEST_SOCKET_PATH = 100
"""The kernel takes 108 bytes (104 on macOS) for the path of a unix socket."""

_LONGEST_LINE = 1_000
_POLL_SECONDS = 0.005
_LONG_LIFE_SECONDS, _FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 10.0, 0.05, 5.0

_log = structlog.get_logger()


class OpaChild:
    """
    `async with OpaChild(…)`: inside, OPA serves the policy set on `socket`.

    `generation` counts its starts, so that the gate knows when to prove it anew.
    """

    def __init__(self, opa: Path, policies: PolicySet, *, folder: Path) -> None:
        self._opa = opa
        self._policies = policies
        self._folder = folder
        self._token = secrets.token_urlsafe(32)
        self._process: asyncio.subprocess.Process | None = None
        self._said: collections.deque[str] = collections.deque(maxlen=8)
        self._serving = asyncio.Event()
        self._started = 0.0
        self._tasks = contextlib.AsyncExitStack()
        self.generation = 0
        self.socket = folder / "opa.sock"
        self.client: DecisionClient

    @property
    def pid(self) -> int | None:
        """
        The process that serves now.
        """
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def serving(self) -> None:
        """
        Wait until OPA answers; at once, nearly always.
        """
        await self._serving.wait()

    async def __aenter__(self) -> Self:
        try:
            self._prepare()
        except OSError as error:
            place = error.filename or self._folder
            raise OpaUnusable(f"{place} cannot be written ({error.strerror}): see to EXECUTOR_STATE_DIR") from error
        async with contextlib.AsyncExitStack() as stack:
            if len(str(self.socket).encode()) > LONGEST_SOCKET_PATH:
                # mkdtemp makes a folder of mode 0700.
                short = Path(tempfile.mkdtemp(prefix="remediation-opa-"))
                stack.callback(shutil.rmtree, short, ignore_errors=True)
                self.socket = short / "opa.sock"
            self.client = await stack.enter_async_context(
                DecisionClient(
                    base_url="http://opa",
                    socket=self.socket,
                    token=lambda: self._token,
                    limit_seconds=ANSWER_SECONDS,
                    aside=BUNDLE,
                    places=self._policies.places,
                )
            )
            stack.push_async_callback(self._stop)
            await self._start()
            supervisor = asyncio.create_task(self._supervise(), name="opa supervisor")
            stack.push_async_callback(_cancelled, supervisor)
            self._tasks = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._tasks.__aexit__(kind, error, trace)

    def _prepare(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder.chmod(0o700)
        _end_leftover(self._folder)
        copy_bundles(self._policies, self._folder)
        write_authz(self._folder, token=self._token)

    async def _start(self) -> None:
        """
        Start OPA and wait until it serves; raises OpaUnusable with what it said, and leaves no process then.
        """
        self._said.clear()
        self._started = asyncio.get_running_loop().time()
        process = await self._spawned()
        try:
            record_ownership(self._folder / "owner.json", process.pid)
            async with asyncio.timeout(READY_SECONDS):
                await self._answers(process)
        except TimeoutError as error:
            await self._end_process()
            raise OpaUnusable(f"OPA did not answer on its socket within {READY_SECONDS:.0f} s of its start") from error
        except OSError as error:
            await self._end_process()
            raise OpaUnusable(f"{error.filename} cannot be written ({error.strerror})") from error
        self.generation += 1
        self._serving.set()
        revision = dict(self._policies.catalogue.revision)
        _log.info("OPA serves", action="opa_started", pid=process.pid, revision=revision)

    async def _spawned(self) -> asyncio.subprocess.Process:
        try:
            process = await asyncio.create_subprocess_exec(
                self._opa,
                *self._arguments(),
                cwd=self._folder,
                env={"GOMEMLIMIT": MEMORY_LIMIT, "GOGC": GARBAGE_PERCENT},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                # Its own session: Ctrl-C is for us, and we still ask OPA while writes under way end.
                start_new_session=True,
                preexec_fn=die_with_parent(),
            )
        except OSError as error:
            why = error.strerror
            raise OpaUnusable(f"{self._opa} cannot be run ({why}): install OPA again or run `make setup`") from error
        self._process = process
        self._listener = asyncio.create_task(self._listen(process), name="opa log")
        return process

    async def _answers(self, process: asyncio.subprocess.Process) -> None:
        while not await self.client.healthy():
            if process.returncode is not None:
                await self._listener
                said = " ".join(self._said) or "nothing"
                raise OpaUnusable(f"OPA ended while starting (code {process.returncode}); it said: {said}")
            await asyncio.sleep(_POLL_SECONDS)

    def _arguments(self) -> list[str]:
        return [
            "run",
            "--server",
            *("--addr", f"unix://{self.socket}", "--unix-socket-perm", "600"),
            *("--authentication=token", "--authorization=basic"),
            *("--skip-version-check", "--ready-timeout", "3", "--shutdown-grace-period", "2"),
            *("--log-level", "error"),
            *("--set", f"server.decoding.max_length={INPUT_LIMIT_BYTES}"),
            *("--bundle", *self._policies.bundles, BUNDLE),
        ]

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        stream = process.stderr
        while stream is not None:
            try:
                line = await stream.readline()
            except ValueError:  # a line beyond the reader's limit; the next one may be short
                continue
            if not line:
                return
            text, level = _spoken(line)
            self._said.append(text)
            _log.log(level, "OPA said something", action="opa_said", text=text)

    async def _supervise(self) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while True:
            code = await self._process.wait() if self._process is not None else None
            self._serving.clear()
            lived = asyncio.get_running_loop().time() - self._started
            pause = _FIRST_PAUSE_SECONDS if lived > _LONG_LIFE_SECONDS else min(2 * pause, _LONGEST_PAUSE_SECONDS)
            _log.error(
                "OPA died, every step is denied until it is back",
                action="opa_died",
                returncode=code,
                lived_seconds=round(lived, 3),
                again_in_seconds=pause,
            )
            await asyncio.sleep(pause)
            try:
                await self._start()
            except OpaUnusable as error:
                _log.error("OPA could not be started again", action="opa_restart_failed", reason=str(error))

    async def _stop(self) -> None:
        self._serving.clear()
        await self._end_process()
        (self._folder / "owner.json").unlink(missing_ok=True)
        _log.info("OPA stopped", action="opa_stopped")

    async def _end_process(self) -> None:
        process = self._process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            if process.returncode is None:
                process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        await self._listener


def end_leftovers(folder: Path) -> None:
    """
    End every child that an earlier executor left in folders of its own below this one, and remove those folders.

    Raises OpaUnusable when that executor still lives.
    """
    for place in sorted(folder.glob("child*")):
        _end_leftover(place)
        shutil.rmtree(place, ignore_errors=True)


def _end_leftover(folder: Path) -> None:
    leftover = end_leftover(folder / "owner.json")
    if leftover is not None:
        _log.warning("ended an OPA that an earlier executor left behind", action="opa_leftover_ended", pid=leftover)


def _spoken(line: bytes) -> tuple[str, int]:
    """
    Read a line of OPA's log: what it says, and how loud we repeat it. Its warnings are about our own arguments.
    """
    try:
        entry = json.loads(line)
        quiet = entry["level"] in {"debug", "info", "warning"}
        return str(entry["msg"])[:_LONGEST_LINE], logging.DEBUG if quiet else logging.WARNING
    except (ValueError, KeyError, TypeError):
        return line.decode(errors="replace").strip()[:_LONGEST_LINE], logging.WARNING


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
