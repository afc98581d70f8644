"""
The toolbox: which tool it takes (PATH, cache, release, source), and what it says.

No internet, no Go and no real tool is used: releases come from a server on loopback, tools are scripts.
"""

import re
import signal
from pathlib import Path

import pytest

from deploy.local import builds, toolbox
from deploy.local.catalogue import MODULES, TOOLS
from deploy.local.releases import Downloads
from tests.unit.local_bench import OPA, Bench, WithBench, executable, until, write_program
from tests.unit.local_releases import ReleaseServer


class TestWhereAToolComesFrom(WithBench):
    def test_the_right_version_on_path_is_used_and_the_cache_links_to_it(self, bench: Bench) -> None:
        on_path = bench.install("opa", executable(OPA.version))

        assert on_path == toolbox.ensure(OPA)
        assert on_path == bench.cached("opa").readlink()

    def test_another_version_on_path_is_passed_over(self, bench: Bench) -> None:
        bench.install("opa", executable("0.1.0"))
        bench.install_go()

        assert bench.cached("opa") == toolbox.ensure(OPA)

    def test_a_tool_on_path_that_hangs_is_passed_over(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(toolbox, "ANSWER_SECONDS", 2.0)
        bench.install("opa", b"#!/bin/sh\nexec /bin/sleep 60\n")
        bench.install_go()

        assert bench.cached("opa") == toolbox.ensure(OPA)

    def test_what_the_cache_holds_is_used_without_asking_anyone(self, bench: Bench, server: ReleaseServer) -> None:
        bench.install_go()
        cached = write_program(bench.cached("opa"), executable(OPA.version))

        assert cached == toolbox.ensure(OPA, Downloads(server.address))
        assert ([], []) == (server.requests, bench.builds)

    def test_the_cache_on_path_does_not_link_to_itself(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        cached = write_program(bench.cached("opa"), executable(OPA.version))
        monkeypatch.setenv("PATH", str(cached.parent))

        assert cached == toolbox.ensure(OPA)
        assert not cached.is_symlink()

    def test_a_link_whose_target_was_upgraded_is_replaced(self, bench: Bench) -> None:
        target = write_program(bench.root / "elsewhere" / "opa", executable("9.9.9"))
        bench.cached("opa").parent.mkdir(parents=True)
        bench.cached("opa").symlink_to(target)
        bench.install_go()

        toolbox.ensure(OPA)

        assert executable(OPA.version) == bench.cached("opa").read_bytes()
        assert executable("9.9.9") == target.read_bytes()

    def test_an_empty_file_in_the_cache_is_no_tool(self, bench: Bench) -> None:
        write_program(bench.cached("opa"), b"")
        bench.install_go()

        toolbox.ensure(OPA)

        assert executable(OPA.version) == bench.cached("opa").read_bytes()

    def test_source_is_the_last_resort_and_the_modules_pin_it(self, bench: Bench) -> None:
        bench.install_go()

        toolbox.ensure(OPA)

        (build,) = bench.builds
        assert build.startswith(f"{MODULES / 'opa'} 0 build -mod=readonly ")
        assert build.endswith(f" {OPA.package}")

    def test_kubernetes_is_told_its_version_by_the_linker(self, bench: Bench) -> None:
        kubectl = TOOLS["kubectl"]
        bench.install_go(executable(kubectl.version))

        toolbox.ensure(kubectl)

        (build,) = bench.builds
        assert f"-X k8s.io/component-base/version.gitVersion=v{kubectl.version} " in build
        assert f"-X k8s.io/client-go/pkg/version.gitVersion=v{kubectl.version} " in build


class TestTheCommand(WithBench):
    def test_ensure_lists_every_tool_with_its_path(self, bench: Bench) -> None:
        for tool in TOOLS.values():
            write_program(bench.cached(tool.name), executable(tool.version))

        listing = "".join(f"{tool.title} {bench.cached(tool.name)}\n" for tool in TOOLS.values())
        assert (0, listing, "") == bench.run("ensure")

    def test_path_prints_the_path_alone(self, bench: Bench) -> None:
        on_path = bench.install("opa", executable(OPA.version))

        assert (0, f"{on_path}\n", "") == bench.run("path", "opa")

    def test_path_of_an_absent_tool_says_how_to_get_it(self, bench: Bench) -> None:
        code, output, messages = bench.run("path", "opa")

        assert (1, "") == (code, output)
        assert f"{OPA.title} is not here yet: python3 deploy/local/toolbox.py ensure opa\n" == messages

    def test_a_release_is_taken_from_a_mirror_in_the_environment(self, bench: Bench, server: ReleaseServer) -> None:
        server.publish("opa", executable(OPA.version))
        mirror = {"EXECUTOR_TOOLS_DOWNLOAD": "on", "EXECUTOR_TOOLS_BASE_URL": f"{server.address}/"}

        code, output, _ = bench.run("ensure", "opa", **mirror)

        assert (0, f"{OPA.title} {bench.cached('opa')}\n") == (code, output)

    def test_without_any_way_one_sentence_says_what_was_tried_and_what_to_do(self, bench: Bench) -> None:
        code, output, messages = bench.run("ensure", "opa")

        assert (1, "") == (code, output)
        assert (
            f"{OPA.title} could not be had: not on PATH; downloads are switched off (EXECUTOR_TOOLS_DOWNLOAD); "
            "there is no Go on PATH to build it from source. "
            f"Install Go 1.26 or newer, or place the executable at {bench.cached('opa')}."
        ) == messages.splitlines()[-1]
        assert "Traceback" not in messages

    def test_a_failed_build_ends_with_what_go_said_last(self, bench: Bench) -> None:
        bench.install_go(fails=True)

        code, _, messages = bench.run("ensure", "opa")

        assert 1 == code
        assert "go build failed: go: module x: not found." in messages.splitlines()[-1]

    def test_a_long_build_is_announced(self, bench: Bench) -> None:
        bench.install_go(executable(TOOLS["kube-apiserver"].version))

        _, _, messages = bench.run("ensure", "kube-apiserver")

        assert f"building {TOOLS['kube-apiserver'].title} (about 4 minutes the first time)\n" in messages

    def test_a_cache_that_cannot_be_written_is_one_sentence(self, bench: Bench) -> None:
        (bench.root / "cache").write_text("a file where a folder should be")

        code, _, messages = bench.run("ensure", "opa")

        assert 1 == code
        assert re.fullmatch(r"the tools cache at \S+ cannot be used: Not a directory\n", messages)

    def test_an_unknown_tool_is_a_usage_error_that_lists_the_known_ones(self, bench: Bench) -> None:
        code, _, messages = bench.run("ensure", "helm")

        assert 2 == code
        assert "kube-controller-manager" in messages

    def test_help_shows_examples(self, bench: Bench) -> None:
        code, output, _ = bench.run("--help")

        assert 0 == code
        assert "python3 deploy/local/toolbox.py ensure opa kubectl" in output


class TestSeveralAtOnce(WithBench):
    def test_of_two_callers_one_builds_and_both_get_it(self, bench: Bench) -> None:
        bench.install_go(waits=True)
        with bench.start("ensure", "opa") as first:
            until(lambda: len(bench.builds) == 1, "the first caller builds")
            with bench.start("ensure", "opa") as second:
                assert second.stderr is not None
                assert f"waiting for another process that is fetching {OPA.title}\n" == second.stderr.readline()
                bench.let_go_on()
                listing = f"{OPA.title} {bench.cached('opa')}\n"
                assert [listing, listing] == [first.communicate()[0], second.communicate()[0]]

        assert 1 == len(bench.builds)

    def test_a_caller_that_is_killed_leaves_no_half_made_tool_and_no_lock(self, bench: Bench) -> None:
        bench.install_go(waits=True)
        with bench.start("ensure", "opa") as killed:
            until(lambda: len(bench.builds) == 1, "it builds")
            killed.send_signal(signal.SIGKILL)
            assert not bench.cached("opa").exists()
            bench.let_go_on()
            folder = bench.cached("opa").parent
            until(lambda: any(folder.glob(".making-*/opa")), "the orphaned build ends")

        assert 0 == bench.run("ensure", "opa")[0]

        assert ["opa"] == [path.name for path in folder.iterdir() if path.name != ".lock"]


class TestThePins:
    @pytest.mark.parametrize("name", sorted(TOOLS))
    def test_catalogue_and_go_module_name_the_same_version(self, name: str) -> None:
        tool = TOOLS[name]
        module = (MODULES / tool.family / "go.mod").read_text()
        pinned = {
            path: version.removeprefix("v")
            for path, version in re.findall(r"^(?:require|\t)\s*(\S+) (v\S+)", module, re.MULTILINE)
        }

        (version,) = {version for path, version in pinned.items() if f"{tool.package}/".startswith(f"{path}/")}
        assert tool.version == version

    @pytest.mark.parametrize("name", sorted(TOOLS))
    def test_each_module_declares_its_tools(self, name: str) -> None:
        tool = TOOLS[name]
        module = (MODULES / tool.family / "go.mod").read_text()

        assert re.search(rf"^(tool |\t){re.escape(tool.package)}$", module, re.MULTILINE)

    def test_go_verifies_every_byte(self) -> None:
        assert all((MODULES / tool.family / "go.sum").stat().st_size for tool in TOOLS.values())
        assert "-mod=readonly" in Path(builds.__file__).read_text()
