"""
The few requests that starting a plane needs, with the standard library alone.
"""

import http.client
import json
import ssl
from typing import Any

from deploy.local.kwokctl import LOOPBACK
from deploy.local.plane import Layout

ANSWER_SECONDS = 30.0


class AnswerError(Exception):
    """
    The API server answered with an error.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status


class ApiServer:
    """
    A plane's API server, spoken to as its administrator.
    """

    def __init__(self, layout: Layout, port: int) -> None:
        self._layout = layout
        self._port = port

    def get(self, path: str) -> Any:
        """
        Read an object or a list.
        """
        return self.request("GET", path)

    def request(self, method: str, path: str, body: object = None, *, content_type: str = "application/json") -> Any:
        """
        Send one request on a connection of its own; raises AnswerError from status 400 on, OSError without an answer.
        """
        connection = http.client.HTTPSConnection(LOOPBACK, self._port, timeout=ANSWER_SECONDS, context=self._tls())
        try:
            connection.request(
                method,
                path,
                body=None if body is None else json.dumps(body),
                headers={"Content-Type": content_type, "Accept": "application/json"},
            )
            answer = connection.getresponse()
            content = answer.read()
        except http.client.HTTPException as error:
            raise ConnectionError(f"no usable answer from the API server: {error!r}") from error
        finally:
            connection.close()
        if answer.status >= http.client.BAD_REQUEST:
            raise AnswerError(answer.status, content.decode("utf-8", "replace"))
        return json.loads(content) if content[:1] in {b"{", b"["} else content.decode()

    def is_ready(self) -> bool:
        """
        Tell whether it answers and says that it is ready.
        """
        try:
            self.get("/readyz")
        except (OSError, AnswerError):
            return False
        return True

    def ready_nodes(self) -> set[str]:
        """
        The names of the nodes that are ready.
        """
        return {
            node["metadata"]["name"]
            for node in self.get("/api/v1/nodes")["items"]
            for condition in node.get("status", {}).get("conditions", [])
            if condition["type"] == "Ready" and condition["status"] == "True"
        }

    def _tls(self) -> ssl.SSLContext:
        pki = self._layout.cluster / "pki"
        context = ssl.create_default_context(cafile=pki / "ca.crt")
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # newer Pythons want fields that kwokctl's certificates lack
        context.load_cert_chain(pki / "admin.crt", pki / "admin.key")
        return context
