"""
Owns how a question travels to OPA: opa-python-client over a unix socket or http(s), asked once, its errors kept.

The library asks three times on a 500, which OPA answers for deterministic evaluation errors, and drops the body that
says where; both are undone here. What is asked again, and when, is the gate's to say.
"""

import contextlib
import io
import json
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from opa_client.opa_async import AsyncOpaClient
from pydantic_core import to_json

from executor.core.model import Json
from executor.opa.errors import OpaFault

_ASKED = {"provenance": "true", "strict-builtin-errors": "true"}
"""OPA reads `true`, not `1`. Without provenance a missing bundle goes unseen; without strictness a deny can vanish."""


_AT_ONCE_BYTES = 256 * 1024


class DecisionClient(AsyncOpaClient):  # type: ignore[misc]  # the library ships no types
    """
    Asks for the decision and for OPA's health.
    """

    def __init__(
        self,
        *,
        base_url: str,
        token: Callable[[], str | None],
        limit_seconds: float,
        socket: Path | None = None,
        aside: str = "",
        places: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(retries=0, timeout=limit_seconds)
        self.root_url = f"{base_url.rstrip('/')}/v1"
        self._base_url = base_url.rstrip("/")
        self._socket = socket
        self._token = token
        self._aside = aside
        self._places = places or {}

    async def ask(self, document: Mapping[str, Any] | Json) -> Json:
        """
        Return the parsed body of a 200 answer; raises OpaFault, or aiohttp's connection errors.

        `aside` names a bundle that is no part of the policy set (our own authorization) and is left out of the answer.
        """
        body = await self.query_rule(
            input_data=document, package_path="remediation", rule_name="decision", query_params=_ASKED
        )
        if self._aside:
            with contextlib.suppress(KeyError, TypeError, AttributeError):
                body["provenance"]["bundles"].pop(self._aside)
        return body

    async def healthy(self) -> bool:
        """
        Tell if OPA says that it serves.
        """
        return bool(await self.check_health(diagnostic_url=f"{self._base_url}/health"))

    async def _init_session(self) -> None:
        connector: aiohttp.BaseConnector
        if self._socket is not None:
            connector = aiohttp.UnixConnector(path=str(self._socket))
        else:
            connector = aiohttp.TCPConnector(ssl=ssl.create_default_context())
        self._session = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=self.timeout))

    @asynccontextmanager
    async def _request(self, method: str, url: str, **kwargs: Any) -> AsyncIterator[aiohttp.ClientResponse]:
        token = self._token()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        document = kwargs.pop("json", None)
        if document is not None:
            headers["Content-Type"] = "application/json"
            kwargs["data"] = _as_body(document)
        # A redirect would carry the input, and be followed by GET: it is an answer like any other that is not 200.
        async with self._session.request(method, url, headers=headers, allow_redirects=False, **kwargs) as response:
            if response.status != 200:  # noqa: PLR2004 - HTTP's OK
                raise await _fault(response, self._places)
            yield response


def _as_body(value: Json) -> bytes | io.BytesIO:
    # An input of 20 KB is written twice for every step; the standard encoder takes four times as long.
    body = to_json(value)
    # aiohttp writes bytes at once, which holds everybody up when they are many; a file it writes in pieces.
    return body if len(body) <= _AT_ONCE_BYTES else io.BytesIO(body)


async def _fault(response: aiohttp.ClientResponse, places: Mapping[str, str]) -> OpaFault:
    """
    Say what OPA complained of by code and place alone: its messages may quote the input.
    """
    match response.status:
        case 401 | 403:
            return OpaFault(
                "policy_error",
                "OPA refused the executor's token",
                "put the token that OPA accepts into the file that EXECUTOR_OPA_TOKEN_FILE names",
            )
        case 400 | 413:
            return OpaFault(
                "policy_error",
                f"OPA refused the input ({response.status}): it may be larger than OPA takes",
                "raise server.decoding.max_length of the external OPA, or make the object smaller",
            )
        case _:
            place = await _place(response, places)
            return OpaFault(
                "policy_error",
                f"OPA could not evaluate the policy ({response.status}{place})",
                "mend the rule that is named, or see OPA's own log",
            )


async def _place(response: aiohttp.ClientResponse, places: Mapping[str, str]) -> str:
    with contextlib.suppress(ValueError, KeyError, IndexError, TypeError, AttributeError, aiohttp.ClientError):
        error = json.loads(await response.read())["errors"][0]
        file = error["location"]["file"]
        return f", {error['code']} at {places.get(file, file)}:{error['location']['row']}"
    return ""
