"""
Owns the check-up behind `remediate doctor`: each part in the order in which they rest on each other.
"""

import json
import os
from collections.abc import Mapping
from typing import Any

from executor.cli.client import Client
from executor.cli.failures import Failure, Refused, Unreachable
from executor.cli.render.findings import Finding
from executor.cli.servers import Server, find_server
from executor.opa.binary import find_opa
from executor.opa.errors import OpaMissing
from executor.settings import SettingsError, read_settings

_UNAVAILABLE = 503
_REMEDIES = {
    "store": "see the server's log; is the disk full, is the database of EXECUTOR_DATABASE_URL up?",
    "opa": "see the server's log; `remediate policy build` says what is wrong with a policy folder",
    "cluster": "see the server's log; does `kubectl --context ... get nodes` work where the server runs?",
}


async def examine() -> list[Finding]:
    """
    Look at every part; a part that rests on one that does not work is left out.
    """
    found = [_settings()]
    try:
        server = find_server(os.environ)
    except (Failure, SettingsError) as failure:
        part = "server" if isinstance(failure, Unreachable | SettingsError) else "token"
        return [*found, _opa(needed=True), Finding(part, ok=False, message=str(failure))]
    async with Client(server) as client:
        reached = await _server(client, server)
        found += [_opa(needed=not reached.ok), reached]
        if reached.ok:
            found += [await _token(client), *await _parts(client)]
    return found


def _settings() -> Finding:
    try:
        read_settings(os.environ)
    except SettingsError as error:
        return Finding("settings", ok=False, message=str(error), remedy="`remediate serve --help` lists every setting")
    return Finding("settings", ok=True, message="every EXECUTOR_ variable set here is understood")


def _opa(*, needed: bool) -> Finding:
    try:
        return Finding("opa here", ok=True, message=f"found {find_opa()}")
    except OpaMissing as error:
        if needed and not os.environ.get("EXECUTOR_OPA_URL"):
            return Finding("opa here", ok=False, message="no opa executable here", remedy=str(error))
        return Finding("opa here", ok=True, message="none here, and none is needed: the server has its own")


async def _server(client: Client, server: Server) -> Finding:
    try:
        await client.get("/healthz")
    except Unreachable as failure:
        return Finding(
            "server",
            ok=False,
            message=failure.message,
            remedy="start it with `remediate serve`, or set EXECUTOR_URL to where it runs",
        )
    except Failure as failure:
        return Finding("server", ok=False, message=failure.message, remedy="set EXECUTOR_URL to where it runs")
    return Finding("server", ok=True, message=f"{server.url} answers")


async def _token(client: Client) -> Finding:
    try:
        await client.get("/v1/runs", limit=1)
    except Refused as failure:
        return Finding("token", ok=False, message=failure.message, remedy=" ".join(failure.details))
    except Failure as failure:
        return Finding("token", ok=False, message=failure.message)
    return Finding("token", ok=True, message="the server knows it")


async def _parts(client: Client) -> list[Finding]:
    try:
        async with client.open("GET", "/readyz", accept=frozenset({_UNAVAILABLE})) as response:
            checks = _checks(json.loads(await response.read()))
    except (Failure, ValueError) as failure:
        return [Finding("ready", ok=False, message=str(failure))]
    return [
        Finding(name, ok=ok, message=message, remedy="" if ok else _REMEDIES.get(name, "see the server's log"))
        for name, ok, message in checks
    ]


def _checks(document: Mapping[str, Any]) -> list[tuple[str, bool, str]]:
    return [(each["name"], each["ok"], each["message"]) for each in document["checks"]]
