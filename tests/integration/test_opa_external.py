"""
An OPA that others run, fed with bundles over HTTP as in production: now it changes first, now the policy folders do.
"""

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web

from executor.core.loading import Outcome
from executor.core.policy import Decision, Effect, Stage
from executor.opa import build_bundles
from executor.opa.gate import OpaGate
from tests.fakes.inputs import an_input
from tests.fakes.opa import an_external_opa
from tests.fakes.opa_gate import serving_folders
from tests.fakes.policies import a_shipped_folder, an_author_folder
from tests.waiting import eventually

pytestmark = [pytest.mark.integration, pytest.mark.requirement("GATE-9")]

FROZEN = 'deny contains "the site is frozen" if input.step'
BUNDLES = ("remediation", "site/acme")


@dataclass(frozen=True, slots=True)
class Site:
    """
    Policy folders, and the bundles that an OPA elsewhere polls for.
    """

    folder: Path
    url: str

    @property
    def acme(self) -> Path:
        return self.folder / "acme"

    async def publish(self, acme: Path | None = None) -> dict[str, str]:
        """
        Build bundles of the folders, or of an author's folder that lies elsewhere, and let OPA have them.
        """
        catalogue = await build_bundles(
            self.folder / "bundles",
            state_dir=self.folder / "builder",
            policy_paths=[acme or self.acme],
            shipped=self.folder / "policies",
        )
        return dict(catalogue.revision)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    a_shipped_folder(tmp_path / "policies")
    an_author_folder(tmp_path / "acme")
    async with _bundle_server(tmp_path / "bundles") as bundles:
        config = {
            "services": {"site": {"url": bundles}},
            "bundles": {
                name: {"service": "site", "resource": name, "polling": {"min_delay_seconds": 1, "max_delay_seconds": 1}}
                for name in BUNDLES
            },
        }
        (tmp_path / "opa.json").write_text(json.dumps(config))
        site = Site(tmp_path, "")
        await site.publish()
        async with an_external_opa(tmp_path, arguments=("--config-file", "opa.json")) as url:
            yield Site(tmp_path, url)


@asynccontextmanager
async def _bundle_server(folder: Path) -> AsyncIterator[str]:
    async def bundle(request: web.Request) -> web.StreamResponse:
        return web.Response(body=(folder / request.match_info["name"]).read_bytes(), content_type="application/gzip")

    application = web.Application()
    application.router.add_get("/{name:.+}", bundle)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def asked(gate: OpaGate, stage: Stage = Stage.PREFLIGHT, **pinned: dict[str, str]) -> Decision:
    return await gate.decide(an_input(stage=stage), run="run-1", **pinned)


async def until_told(gate: OpaGate, outcome: Outcome) -> None:
    async def told() -> bool:
        return len(gate.loading.attempts) > 1 and gate.loading.attempts[-1].outcome is outcome

    await eventually(told)


async def until_denied_with(gate: OpaGate, code: str) -> Decision:
    async def denied() -> Decision | None:
        decision = await asked(gate)
        return decision if [said.code for said in decision.violations] == [code] else None

    return await eventually(denied)


async def test_folders_that_changed_first_wait_for_the_opa_and_nobody_is_denied_meanwhile(site: Site) -> None:
    async with serving_folders(site.folder, site.acme, opa_url=site.url) as gate:
        before = dict(gate.catalogue.revision)
        an_author_folder(site.acme, body=FROZEN)
        await until_told(gate, Outcome.AWAITED)
        waiting, ready = await asked(gate), await gate.check()
        newer = await site.publish()
        frozen = await until_denied_with(gate, "acme/freeze")
        await until_told(gate, Outcome.LOADED)

    assert (Effect.ALLOW, before) == (waiting.effect, waiting.revision)
    assert ready.ok
    assert "a newer policy set waits for the external OPA to serve it" in ready.message
    assert (newer, newer) == (frozen.revision, gate.catalogue.revision)


async def test_between_two_sets_that_both_allow_nobody_is_denied(site: Site) -> None:
    """
    OPA moves on when it likes; what is asked before that is noticed is judged by the newer set at once.
    """
    async with serving_folders(site.folder, site.acme, opa_url=site.url) as gate:
        an_author_folder(site.acme, body='deny contains "x" if input.step.id == "x"')
        await until_told(gate, Outcome.AWAITED)
        newer = await site.publish()
        found: list[Decision] = []

        async def moved() -> bool:
            found.append(await asked(gate))
            return found[-1].revision == newer

        await eventually(moved)

    assert {Effect.ALLOW} == {decision.effect for decision in found}


async def test_an_opa_that_moved_first_is_denied_until_the_folders_follow(site: Site) -> None:
    ahead = Path(shutil.copytree(site.acme, site.folder / "ahead" / "acme"))
    an_author_folder(ahead, body=FROZEN)
    async with serving_folders(site.folder, site.acme, opa_url=site.url) as gate:
        await site.publish(ahead)
        await until_denied_with(gate, "policy_revision")
        ready = await gate.check()
        shutil.copytree(ahead, site.acme, dirs_exist_ok=True)
        await until_denied_with(gate, "acme/freeze")

    assert not ready.ok


async def test_a_run_is_held_to_the_set_it_started_with_by_an_opa_of_our_own(site: Site) -> None:
    an_author_folder(site.acme, body=FROZEN)
    await site.publish()
    async with serving_folders(site.folder, site.acme, opa_url=site.url) as gate:
        pinned = dict(gate.catalogue.revision)
        await until_denied_with(gate, "acme/freeze")
        an_author_folder(site.acme)
        await site.publish()
        await until_told(gate, Outcome.LOADED)
        of_the_run = await asked(gate, pinned=pinned)
        of_a_new_run = await asked(gate)

    assert (Effect.DENY, pinned) == (of_the_run.effect, of_the_run.revision)
    assert Effect.ALLOW is of_a_new_run.effect


async def test_a_bad_set_in_the_folders_leaves_what_the_opa_serves_in_force(site: Site) -> None:
    async with serving_folders(site.folder, site.acme, opa_url=site.url) as gate:
        an_author_folder(site.acme, body='deny contains "x" if input.acton == "x"')
        await until_told(gate, Outcome.REFUSED)
        decision = await asked(gate)

    assert Effect.ALLOW is decision.effect
    assert gate.loading.refused is not None
    assert "undefined ref: input.acton" in gate.loading.refused.reason
