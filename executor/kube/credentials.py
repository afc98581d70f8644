"""
Owns credentials that change while we run: exec plugins and token files of a kubeconfig.

The library starts a plugin without a time limit, swallows its failure (and then asks as nobody), and reads a token file
once. Here a plugin has a limit and is ended at it, its failure is one sentence, and both are read again when they are
due; a plugin without an expiry is asked once, as kubectl does.
"""

import asyncio
import contextlib
import json
import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from executor.kube.library import ConfigException, ExecProvider, FileOrData, KubeConfigLoader, parse_rfc3339

PLUGIN_TIMEOUT_SECONDS = 30.0
"""Long enough for a plugin that asks a cloud's token service twice; a login that waits for a person is no service."""

_TOKEN_FILE_PERIOD = timedelta(minutes=1)
_EARLY = timedelta(minutes=1)
"""A token is renewed before it expires, so that no request leaves with one that is about to."""


# The library ships no types, so its class is Any to the checker.
class Loader(KubeConfigLoader):  # type: ignore[misc]  # the library ships no types
    """
    The library's loader with bounded plugins; `refresh` belongs into `Configuration.refresh_api_key_hook`.
    """

    plugin_timeout_seconds = PLUGIN_TIMEOUT_SECONDS

    def __init__(self, config: Any, *, context: str) -> None:
        super().__init__(config_dict=config, active_context=context, config_base_path=None)
        self._due_at: datetime | None = None
        self._refreshing = asyncio.Lock()

    async def load_from_exec_plugin(self) -> bool:
        """
        Ask the plugin for a token or a client certificate; raises ConfigException.
        """
        status = await _run(ExecProvider(self._user["exec"]), self.plugin_timeout_seconds)
        if isinstance(status.get("token"), str):
            self.token = f"Bearer {status['token']}"
            expiry = status.get("expirationTimestamp")
            self._due_at = parse_rfc3339(expiry) - _EARLY if expiry else None
        elif isinstance(status.get("clientCertificateData"), str) and isinstance(status.get("clientKeyData"), str):
            self.cert_file = _file(status["clientCertificateData"])
            self.key_file = _file(status["clientKeyData"])
        else:
            raise ConfigException("the credential plugin answered neither token nor client certificate")
        return True

    def _load_user_token(self) -> bool:
        path = self._user.safe_get("tokenFile")
        if not path:
            return bool(super()._load_user_token())
        place = Path(self._get_base_path(self._user.path), path)
        self.token = f"Bearer {place.read_text(encoding='utf-8').strip()}"
        self._due_at = datetime.now(UTC) + _TOKEN_FILE_PERIOD
        return True

    async def refresh(self, configuration: Any) -> None:
        """
        Renew the credentials when they are due; what cannot be renewed is sent as it is, and the server judges it.
        """
        if self._due_at is None or datetime.now(UTC) < self._due_at:
            return
        async with self._refreshing:
            if datetime.now(UTC) < self._due_at:
                return
            with contextlib.suppress(ConfigException, OSError, ValueError):
                await self._load_authentication()
                configuration.api_key["BearerToken"] = self.token


def _file(content: str) -> Any:
    return FileOrData({"data": content}, None, data_key_name="data", base64_file_content=False).as_file()


async def _run(plugin: Any, limit_seconds: float) -> dict[str, Any]:
    """
    Run an exec plugin once, ended at its limit or when we are; its standard error may hold a credential and is dropped.
    """
    name = Path(plugin.args[0]).name
    info = {"apiVersion": plugin.api_version, "kind": "ExecCredential", "spec": {"interactive": False}}
    try:
        process = await asyncio.create_subprocess_exec(
            *plugin.args,
            env={**plugin.env, "KUBERNETES_EXEC_INFO": json.dumps(info)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise ConfigException(f"the credential plugin {name} cannot be started ({error.strerror})") from error
    try:
        async with asyncio.timeout(limit_seconds):
            output, _ = await process.communicate()
    except TimeoutError as error:
        raise ConfigException(f"the credential plugin {name} gave no answer within {limit_seconds:g} s") from error
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)  # with whatever it started: a child of it would hold our pipe open
            await process.wait()
    if process.returncode != 0:
        raise ConfigException(f"the credential plugin {name} failed with exit code {process.returncode}")
    return _status_of(output, plugin.api_version, name)


def _status_of(output: bytes, api_version: str, name: str) -> dict[str, Any]:
    try:
        answer = json.loads(output)
    except ValueError as error:
        raise ConfigException(f"the credential plugin {name} answered no JSON") from error
    status = answer.get("status") if isinstance(answer, dict) and answer.get("apiVersion") == api_version else None
    if not isinstance(status, dict):
        raise ConfigException(f"the credential plugin {name} answered no {api_version} credential")
    return status
