"""
Owns the floor: the same change with plain aiohttp and nothing else. GET, dry-run PATCH, one OPA query, PATCH.
"""

import base64
import json
import ssl
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import yaml

_PATCH = {"Content-Type": "application/json-patch+json"}


class Floor:
    """
    What every executor has to do at least, with a session to the API server and one to OPA.
    """

    def __init__(self, api: aiohttp.ClientSession, opa: aiohttp.ClientSession, question: Mapping[str, Any]) -> None:
        self._api, self._opa = api, opa
        self._question = json.dumps({"input": question}).encode()

    async def step(self, path: str, operation: Mapping[str, Any]) -> None:
        """
        Do one operation of a JSON Patch to the object at a path, judged once in between.
        """
        async with self._api.get(path) as response:
            metadata = (await response.json())["metadata"]
        body = json.dumps(
            [
                {"op": "replace", "path": "/metadata/uid", "value": metadata["uid"]},
                {"op": "replace", "path": "/metadata/resourceVersion", "value": metadata["resourceVersion"]},
                operation,
            ]
        )
        await self._patch(path, body, {"dryRun": "All", "fieldManager": "floor"})
        async with self._opa.post("/v1/data/remediation/decision", data=self._question) as response:
            assert (await response.json())["result"]
        await self._patch(path, body, {"fieldManager": "floor"})

    async def _patch(self, path: str, body: str, query: dict[str, str]) -> None:
        async with self._api.patch(path, data=body, params=query, headers=_PATCH) as response:
            answer = await response.json()
            assert response.ok, (response.status, answer.get("reason"))


@asynccontextmanager
async def open_floor(kubeconfig: Path, opa_socket: Path, question: Mapping[str, Any]) -> AsyncIterator[Floor]:
    """
    Open both sessions; the kubeconfig names certificates, as those of the local control plane do.
    """
    config = yaml.safe_load(kubeconfig.read_text())
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    with tempfile.TemporaryDirectory() as folder:
        context = ssl.create_default_context(cafile=_file(cluster, "certificate-authority", folder))
        context.load_cert_chain(_file(user, "client-certificate", folder), _file(user, "client-key", folder))
        connector = aiohttp.TCPConnector(ssl=context, limit=100)
        async with (
            aiohttp.ClientSession(cluster["server"], connector=connector) as api,
            aiohttp.ClientSession("http://opa", connector=aiohttp.UnixConnector(str(opa_socket), limit=100)) as opa,
        ):
            yield Floor(api, opa, question)


def _file(section: dict[str, str], key: str, folder: str) -> str:
    if key in section:
        return section[key]
    place = Path(folder) / key
    place.write_bytes(base64.b64decode(section[f"{key}-data"]))
    return str(place)
