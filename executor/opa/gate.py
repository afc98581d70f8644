"""
Owns the policy gate: asks OPA, reads the answer, and turns whatever goes wrong into a denial with a code of its own.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

import aiohttp
import structlog

from executor.core.digest import digest
from executor.core.model import Json
from executor.core.policy import (
    Catalogue,
    Decision,
    PolicyInput,
    Stage,
)
from executor.core.verdict import Verdict, read_decision, refusal
from executor.engine.ports import Check, Clock
from executor.opa.canary import prove
from executor.opa.errors import OpaFault

_ATTEMPTS, _FIRST_PAUSE_SECONDS = 5, 0.05
"""A connection that breaks (OPA was restarted) is tried again for under a second; asking twice does no harm."""

_log = structlog.get_logger()


class Questions(Protocol):
    """
    Where questions go: the parsed body of a 200 answer comes back, or OpaFault, or an aiohttp error.
    """

    async def ask(self, document: Json) -> Json:
        """
        Ask for the decision on one input.
        """


class Endpoint(Protocol):
    """
    The OPA behind the questions: `generation` changes when it was started anew.
    """

    generation: int

    async def serving(self) -> None:
        """
        Wait until it can be asked.
        """


class OpaGate:
    """
    `executor.engine.ports.PolicyGate` over OPA's Data API. Never raises, and never allows what it did not understand.
    """

    def __init__(
        self, client: Questions, endpoint: Endpoint, catalogue: Catalogue, *, timeout_seconds: float, clock: Clock
    ) -> None:
        self._client = client
        self._endpoint = endpoint
        self._catalogue = catalogue
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        self._proven: int | None = None
        self._proving = asyncio.Lock()

    @property
    def catalogue(self) -> Catalogue:
        """
        The rules and revisions that decisions are held to.
        """
        return self._catalogue

    async def decide(
        self, request: PolicyInput, *, run: str | None, pinned: Mapping[str, str] | None = None
    ) -> Decision:
        """
        Judge one request, which holds fingerprints where there were Secret values.
        """
        began = self._clock.monotonic()
        document = request.model_dump(mode="json")
        verdict = await self._judge(document, request.stage)
        return Decision(
            id=self._clock.new_id(),
            run=run,
            step=None if request.step is None else request.step.id,
            stage=request.stage,
            effect=verdict.effect,
            violations=list(verdict.violations),
            warnings=list(verdict.warnings),
            approvals=list(verdict.approvals),
            shadowed=list(verdict.shadowed),
            evaluated=list(verdict.evaluated),
            revision=dict(verdict.revision),
            input=document,
            input_digest=digest(document),
            duration_seconds=self._clock.monotonic() - began,
            at=self._clock.now(),
        )

    async def check(self) -> Check:
        """
        Tell if OPA answers with the expected revision: the canary requests are asked anew.
        """
        try:
            async with asyncio.timeout(self._timeout_seconds):
                await self._endpoint.serving()
                await prove(self._client, self._catalogue)
        except OpaFault as fault:
            return Check(name="opa", ok=False, message=f"{fault}: {fault.remedy}")
        except TimeoutError:
            return Check(name="opa", ok=False, message=f"OPA did not answer within {self._timeout_seconds:g} s")
        except (aiohttp.ClientError, OSError) as error:
            return Check(name="opa", ok=False, message=f"OPA cannot be reached ({type(error).__name__})")
        except Exception as error:  # noqa: BLE001 - an answer nobody foresaw is no sign of health
            return Check(name="opa", ok=False, message=f"OPA's answer cannot be read ({type(error).__name__})")
        return Check(name="opa", ok=True, message="OPA answers with the expected revision")

    async def _judge(self, document: Mapping[str, Any], stage: Stage) -> Verdict:
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
        return read_decision(body, stage, self._catalogue)

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
                    await prove(self._client, self._catalogue)
                    self._proven = generation
        return await self._client.ask(document)
