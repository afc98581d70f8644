"""
A release server on loopback, as good or as bad as a test wants it.
"""

import contextlib
import hashlib
import http.server
import io
import json
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from deploy.local.catalogue import TOOLS, Release, Tool


@dataclass
class ReleaseServer:
    """
    What it serves by path, what it was asked for, and the answers that go wrong on purpose.
    """

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    truncated: set[str] = field(default_factory=set)
    hanging: set[str] = field(default_factory=set)
    slow: dict[str, float] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)

    def publish(self, name: str, executable: bytes, *, digest: str | None = None) -> Release:
        """
        Serve a tool's release as its project does; `digest` is a wrong checksum for it.
        """
        release = release_of(TOOLS[name])
        body = executable if release.member is None else archive(release.member, executable)
        self.files[f"/{release.file}"] = body
        self.files[f"/{release.checksum}"] = checksum_file(
            TOOLS[name].family, release.file_name, digest or hashlib.sha256(body).hexdigest()
        )
        return release


def release_of(tool: Tool) -> Release:
    """
    The release for this machine, which has one.
    """
    release = tool.release()
    assert release is not None
    return release


def archive(member: str, content: bytes) -> bytes:
    """
    A compressed tar archive with one file.
    """
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        entry = tarfile.TarInfo(member)
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def checksum_file(family: str, name: str, digest: str) -> bytes:
    """
    The checksum as each project publishes it.
    """
    match family:
        case "kubernetes":
            return digest.encode()
        case "kwok":
            assets = [{"name": "other", "digest": None}, {"name": name, "digest": f"sha256:{digest}"}]
            return json.dumps({"assets": assets}).encode()
        case "etcd":
            return f"{'0' * 64}  other.tar.gz\n{digest}  {name}\n".encode()
        case _:
            return f"{digest}  {name}\n".encode()


@contextlib.contextmanager
def release_server() -> Iterator[ReleaseServer]:
    """
    Serve on a free loopback port for the length of a block.
    """
    state = ReleaseServer()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.requests.append(self.path)
            if self.path in state.hanging:
                state.let_go.wait(60)
                return
            state.let_go.wait(state.slow.get(self.path, 0))
            if self.path in state.redirects:
                self.send_response(302)
                self.send_header("Location", state.redirects[self.path])
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            body = state.files.get(self.path)
            self.send_response(404 if body is None else 200)
            body = body or b""
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if self.path in state.truncated else body)

        def log_message(self, *_: object) -> None:
            """
            Say nothing.
            """

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    worker = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    worker.start()
    state.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield state
    finally:
        state.let_go.set()
        server.shutdown()
        worker.join()
        server.server_close()
