"""
Releases: taken when they equal their published checksum, otherwise refused, said, and built instead.

They come from a server on loopback; tools are scripts.
"""

import io
import re
import socket
import time
import urllib.request
from email.message import Message

import pytest

from deploy.local import releases, toolbox
from deploy.local.catalogue import TOOLS, Release
from deploy.local.releases import Downloads, UnavailableError
from tests.unit.local_bench import OPA, Bench, WithBench, executable, files_below
from tests.unit.local_releases import ReleaseServer, release_of

FAULTS = {
    "a wrong checksum": "the download of .* does not match its published checksum",
    "a checksum of other files": "no checksum of .* is published",
    "no checksum": "answered 404 for .*sha256",
    "an empty checksum": "no checksum of .* is published",
    "no file": "answered 404 for .*opa_",
    "a truncated file": r"broke off after \d+ of \d+ bytes",
    "a hanging checksum": "did not answer in time",
    "a hanging file": "did not answer in time",
    "another version inside": "what was made tells version 0.1.0",
    "no program inside": "what was made tells version nothing",
}


class TestReleases(WithBench):
    @pytest.mark.parametrize("name", sorted(TOOLS))
    def test_a_release_that_matches_its_checksum_is_taken(self, bench: Bench, server: ReleaseServer, name: str) -> None:
        tool = TOOLS[name]
        release = server.publish(name, executable(tool.version))

        path = toolbox.ensure(tool, Downloads(server.address))

        assert bench.cached(name) == path
        assert executable(tool.version) == path.read_bytes()
        assert [f"/{release.checksum}", f"/{release.file}"] == server.requests

    def test_a_release_behind_a_redirect_is_taken(self, bench: Bench, server: ReleaseServer) -> None:
        release = server.publish("opa", executable(OPA.version))
        server.files["/store/1"] = server.files.pop(f"/{release.file}")
        server.redirects[f"/{release.file}"] = f"{server.address}/store/1"

        assert bench.cached("opa") == toolbox.ensure(OPA, Downloads(server.address))

    def test_a_host_that_connects_at_once_may_take_longer_to_answer(
        self, bench: Bench, server: ReleaseServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(releases, "CONNECT_SECONDS", 1.0)
        release = server.publish("opa", executable(OPA.version))
        server.slow[f"/{release.file}"] = 1.5

        assert bench.cached("opa") == toolbox.ensure(OPA, Downloads(server.address))

    def test_a_redirect_that_leaves_tls_is_refused(self) -> None:
        asked = urllib.request.Request("https://tools.example/opa")

        with pytest.raises(UnavailableError, match=r"tools\.example redirects to an address without TLS"):
            releases._NoDowngrade().redirect_request(asked, io.BytesIO(), 302, "Found", Message(), "http://x.example/")

    @pytest.mark.parametrize("fault", FAULTS)
    def test_a_bad_release_is_refused_said_and_built_instead(
        self,
        bench: Bench,
        server: ReleaseServer,
        capsys: pytest.CaptureFixture[str],
        request: pytest.FixtureRequest,
        fault: str,
    ) -> None:
        if "hanging" in fault:
            request.getfixturevalue("impatient")
        bench.install_go()
        spoil(server, fault)

        toolbox.ensure(OPA, Downloads(server.address))

        assert 1 == len(bench.builds)
        assert re.search(f"{OPA.title}: .*{FAULTS[fault]}", capsys.readouterr().err)
        assert {"opa"} == files_below(bench.cached("opa").parent)

    @pytest.mark.parametrize("name", ["kube-apiserver", "kwok", "etcd"])
    def test_a_wrong_checksum_is_seen_in_every_form(self, bench: Bench, server: ReleaseServer, name: str) -> None:
        server.publish(name, executable(TOOLS[name].version), digest="0" * 64)

        with pytest.raises(toolbox.ToolMissingError, match="does not match its published checksum"):
            toolbox.ensure(TOOLS[name], Downloads(server.address))
        assert not bench.cached(name).exists()

    def test_an_archive_without_the_tool_is_refused(self, bench: Bench, server: ReleaseServer) -> None:
        release = server.publish("opa", executable(OPA.version))
        in_archive = Release(release.file, release.checksum, member="folder/opa")

        with pytest.raises(UnavailableError, match="the archive holds no folder/opa"):
            Downloads(server.address).fetch(in_archive, bench.root / "opa")

    @pytest.mark.usefixtures("impatient")
    def test_a_host_that_does_not_answer_is_waited_for_once_in_a_run(self, bench: Bench, server: ReleaseServer) -> None:
        server.hanging |= {f"/{release_of(tool).checksum}" for tool in TOOLS.values()}
        downloads = Downloads(server.address)
        bench.install_go()
        toolbox.ensure(OPA, downloads)

        with pytest.raises(UnavailableError, match="did not answer in time"):
            downloads.fetch(release_of(TOOLS["kubectl"]), bench.root / "kubectl")

        assert 1 == len(server.requests)

    def test_a_host_that_takes_no_connection_is_given_up_soon(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(releases, "CONNECT_SECONDS", 0.2)
        monkeypatch.setattr(releases, "IDLE_SECONDS", 100.0)
        with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
            address = full.getsockname()
            waiting = [socket.socket() for _ in range(3)]
            for client in waiting:
                client.setblocking(False)
                client.connect_ex(address)  # the kernel's queue is full: nobody else gets in
            began = time.monotonic()

            with pytest.raises(UnavailableError, match="did not answer in time"):
                Downloads(f"http://127.0.0.1:{address[1]}").fetch(release_of(OPA), bench.root / "opa")

            assert time.monotonic() - began < releases.IDLE_SECONDS / 2
            for client in waiting:
                client.close()

    def test_a_refused_connection_is_named(self, bench: Bench) -> None:
        with socket.socket() as silent:  # bound and not listened on, so that nobody else comes to answer there
            silent.bind(("127.0.0.1", 0))
            port = silent.getsockname()[1]

            with pytest.raises(UnavailableError, match=rf"127.0.0.1:{port} is not reachable \(Connection refused\)"):
                Downloads(f"http://127.0.0.1:{port}").fetch(release_of(OPA), bench.root / "opa")

    @pytest.mark.parametrize("mirror", ["tools.example", "file:///etc", "http://"])
    def test_a_mirror_that_is_no_address_is_named(self, bench: Bench, mirror: str) -> None:
        with pytest.raises(UnavailableError, match="EXECUTOR_TOOLS_BASE_URL is not an http"):
            Downloads(mirror).fetch(release_of(OPA), bench.root / "opa")

    def test_switched_off_downloads_ask_nobody(
        self, bench: Bench, server: ReleaseServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("EXECUTOR_TOOLS_BASE_URL", server.address)
        monkeypatch.setenv("EXECUTOR_TOOLS_DOWNLOAD", "off")
        server.publish("opa", executable(OPA.version))
        bench.install_go()

        toolbox.ensure(OPA)

        assert [] == server.requests


def spoil(server: ReleaseServer, fault: str) -> None:
    """
    Publish a release of opa with one fault.
    """
    inside = {"another version inside": executable("0.1.0"), "no program inside": b"\x7fELF, but not really"}
    digest = "f" * 64 if fault == "a wrong checksum" else None
    release = server.publish("opa", inside.get(fault, executable(OPA.version)), digest=digest)
    file, checksum = f"/{release.file}", f"/{release.checksum}"
    match fault:
        case "a checksum of other files":
            server.files[checksum] = b"0" * 64 + b"  something-else\n"
        case "no checksum":
            del server.files[checksum]
        case "an empty checksum":
            server.files[checksum] = b""
        case "no file":
            del server.files[file]
        case "a truncated file":
            server.truncated.add(file)
        case "a hanging checksum":
            server.hanging.add(checksum)
        case "a hanging file":
            server.hanging.add(file)
