"""
Owns one policy set that can be asked: proves it, asks it, and turns whatever goes wrong into a denial of its own code.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import aiohttp
import structlog

from executor.core.model import Json
from executor.core.policy import Catalogue, Stage
from executor.core.verdict import Verdict, read_decision, refusal
from executor.opa.canary import Questions, prove
from executor.opa.errors import OpaFault

_ATTEMPTS, _FIRST_PAUSE_SECONDS = 5, 0.05
"""A connection that breaks (OPA was restarted) is tried again for under a second; asking twice does no harm."""

_log = structlog.get_logger()


class Endpoint(Protocol):
    """
    The OPA behind the questions: `generation` changes when it was started anew.
    """

    generation: int

    async def serving(self) -> None:
        """
        Wait until it can be asked.
        """


class ServedSet:
    """
    A policy set and who answers for it. `judge` never raises, and never allows what it did not understand.

    `ours` tells if an OPA of our own serves it: it goes on to, also when another set is active.
    """

    def __init__(
        self,
        client: Questions,
        endpoint: Endpoint,
        catalogue: Catalogue,
        *,
        timeout_seconds: float,
        ours: bool = False,
    ) -> None:
        self.catalogue = catalogue
        self.ours = ours
        self.holders = 0
        self._client = client
        self._endpoint = endpoint
        self._timeout_seconds = timeout_seconds
        self._close: Callable[[], Awaitable[None]] | None = None
        self._proven: int | None = None
        self._proving = asyncio.Lock()

    @property
    def revision(self) -> dict[str, str]:
        """
        Return the set's revision by bundle.
        """
        return dict(self.catalogue.revision)

    @contextmanager
    def held(self) -> Iterator["ServedSet"]:
        """
        Keep it from being stopped while somebody has a question to it.
        """
        self.holders += 1
        try:
            yield self
        finally:
            self.holders -= 1

    def on_close(self, close: Callable[[], Awaitable[None]]) -> None:
        """
        Say what ends who serves it.
        """
        self._close = close

    async def close(self) -> None:
        """
        End who serves it.
        """
        if self._close is not None:
            await self._close()

    async def check(self) -> str | None:
        """
        Return why it cannot be asked, or None: the canary requests are asked anew.
        """
        try:
            async with asyncio.timeout(self._timeout_seconds):
                await self._endpoint.serving()
                await prove(self._client, self.catalogue)
        except OpaFault as fault:
            return f"{fault}: {fault.remedy}"
        except TimeoutError:
            return f"OPA did not answer within {self._timeout_seconds:g} s"
        except (aiohttp.ClientError, OSError) as error:
            return f"OPA cannot be reached ({type(error).__name__})"
        except Exception as error:  # noqa: BLE001 - an answer nobody foresaw is no sign of health
            return f"OPA's answer cannot be read ({type(error).__name__})"
        return None

    async def judge(self, document: Mapping[str, Any], stage: Stage) -> Verdict:
        """
        Return the verdict on one input.
        """
        try:
            async with asyncio.timeout(self._timeout_seconds):
                body = await self._answer(document)
        except TimeoutError:
            return refusal(
                "policy_timeout",
                f"OPA did not answer within {self._timeout_seconds:g} s",
                "see if OPA is overloaded or a rule is slow; EXECUTOR_GATE_TIMEOUT_SECONDS sets the limit",
            )
        except OpaFault as fault:
            return refusal(fault.code, str(fault), fault.remedy)
        except (aiohttp.ClientConnectionError, OSError) as error:
            return refusal(
                "policy_error",
                f"OPA cannot be reached ({type(error).__name__})",
                "see the log for why OPA is down, or check EXECUTOR_OPA_URL",
            )
        except Exception as error:  # noqa: BLE001 - a gate never raises: what nobody foresaw is a denial
            # No traceback: its frames hold the input.
            _log.error("a decision could not be read", action="decision_failed", error_kind=type(error).__name__)
            return refusal(
                "policy_malformed",
                f"OPA's answer cannot be read ({type(error).__name__})",
                "see what answers in OPA's place, a proxy perhaps",
            )
        return read_decision(body, stage, self.catalogue)

    async def _answer(self, document: Mapping[str, Any]) -> Json:
        pause = _FIRST_PAUSE_SECONDS
        for _ in range(_ATTEMPTS - 1):
            try:
                return await self._ask_proven(document)
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(pause)
                pause *= 2
        return await self._ask_proven(document)

    async def _ask_proven(self, document: Mapping[str, Any]) -> Json:
        await self._endpoint.serving()
        if self._proven != self._endpoint.generation:
            async with self._proving:
                generation = self._endpoint.generation
                if self._proven != generation:
                    await prove(self._client, self.catalogue)
                    self._proven = generation
        return await self._client.ask(document)
