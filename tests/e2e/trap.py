"""
Owns a listener on loopback that must not be asked, and a kubeconfig that leads to it.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import yaml


@dataclass(frozen=True, slots=True)
class Trap:
    """
    `asked` holds the first bytes of whatever was sent to it.
    """

    url: str
    asked: list[bytes] = field(default_factory=list)


@contextmanager
def trap() -> Iterator[Trap]:
    """
    Listen until the context ends; every connection is noted and closed.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        made = Trap(f"http://127.0.0.1:{server.getsockname()[1]}")
        listener = threading.Thread(target=_listen, args=(server, made), daemon=True)
        listener.start()
        try:
            yield made
        finally:
            server.shutdown(socket.SHUT_RDWR)
            listener.join()


def _listen(server: socket.socket, made: Trap) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:  # the context has ended
            return
        with connection:
            connection.settimeout(1)
            try:
                made.asked.append(connection.recv(200))
            except OSError:
                made.asked.append(b"")


def kubeconfig_of(*servers: str) -> str:
    """
    Return a kubeconfig with a context for each server, named `context-0` and on; the first is the current one.
    """
    named = [(f"context-{number}", server) for number, server in enumerate(servers)]
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": name, "cluster": {"server": server}} for name, server in named],
            "users": [{"name": "nobody", "user": {}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": "nobody"}} for name, _ in named],
            "current-context": "context-0",
        }
    )
