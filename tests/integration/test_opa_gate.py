"""
What the gate makes of an OPA that is late, broken, forged or gone: always a denial, under its own code, never an error.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from executor.core.policy import ASKED_STAGES, Catalogue, Decision, Effect, Rule
from executor.engine.ports import Check
from executor.opa import OpaUnusable, build_bundles, open_gate
from executor.opa.canary import UNHEARD_OF
from executor.opa.client import DecisionClient
from executor.opa.gate import OpaGate
from executor.opa.served import ServedSet
from executor.opa.serving import ExternalOpa
from tests.fakes.inputs import TestClock, an_input
from tests.fakes.opa import Answering, a_scripted_opa, an_answer, an_external_opa
from tests.fakes.opa_gate import gate_over
from tests.fakes.policies import a_config_folder, a_shipped_folder, an_author_folder

REVISION = {"remediation": "sha256:a"}
CATALOGUE = Catalogue(
    revision=REVISION,
    roots={"remediation": ("remediation",)},
    rules=tuple(
        Rule("name_limit", stage, "Steps by name", "…", "name it otherwise", "policies/x.rego", 6)
        for stage in ASKED_STAGES
    ),
)


def ours(document: Mapping[str, Any], **differing: Any) -> web.Response:
    return an_answer(document, REVISION, ["name_limit"], **differing)


@pytest.fixture(scope="module")
def library_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    One state directory for tests over the shipped library: it is tested once.
    """
    return tmp_path_factory.mktemp("library")


@asynccontextmanager
async def a_gate(url: str, *, timeout_seconds: float = 10.0, token: str | None = None) -> AsyncIterator[OpaGate]:
    async with DecisionClient(base_url=url, token=lambda: token, limit_seconds=timeout_seconds + 1) as client:
        yield gate_over(ServedSet(client, ExternalOpa(), CATALOGUE, timeout_seconds=timeout_seconds))


async def asked_of(answering: Answering, *, timeout_seconds: float = 10.0) -> tuple[Decision, Check]:
    async with a_scripted_opa(answering) as url, a_gate(url, timeout_seconds=timeout_seconds) as gate:
        return await gate.decide(an_input(), run="run-1"), await gate.check()


def after_canaries(answer: Answering) -> Answering:
    """
    Answer what proves the set as ours, then as told.
    """
    return lambda document, request: answer(document, request) if document.get("target") else ours(document)


async def test_an_opa_that_answers_as_ours_is_believed() -> None:
    decision, check = await asked_of(lambda document, _: ours(document))

    assert Effect.ALLOW is decision.effect
    assert check.ok


def text(said: str, status: int = 200, content_type: str = "application/json") -> Answering:
    return lambda *_: web.Response(text=said, status=status, content_type=content_type)


def evaluation_error(*_: object) -> web.Response:
    error = {
        "code": "eval_builtin_error",
        "message": 'time.parse_rfc3339_ns: cannot parse "s3cr3t"',
        "location": {"file": "/remediation/rules/x.rego", "row": 12, "col": 2},
    }
    return web.json_response({"code": "internal_error", "message": "s3cr3t", "errors": [error]}, status=500)


FAULTS: dict[str, tuple[str, Answering]] = {
    "nothing": ("policy_undefined", text("{}")),
    "null": ("policy_undefined", text("null")),
    "a page of a proxy": ("policy_malformed", text("<html>login</html>", content_type="text/html")),
    "no JSON": ("policy_malformed", text("{")),
    "JSON too deep": ("policy_malformed", text("[" * 100_000)),
    "bytes that are no text": (
        "policy_malformed",
        lambda *_: web.Response(body=b'{"result": "\xff"}', content_type="application/json"),
    ),
    "a bare true": ("policy_malformed", text('{"result": true}')),
    "an evaluation error": ("policy_error", evaluation_error),
    "an error without place": ("policy_error", text("oops", status=500)),
    "an error of another shape": ("policy_error", text('{"errors": [{"location": 3}]}', status=500)),
    "unavailable": ("policy_error", text("{}", status=503)),
    "no such path": ("policy_error", text("{}", status=404)),
    "a refused token": ("policy_error", text("{}", status=401)),
    "a refused input": ("policy_error", text("{}", status=400)),
    "a redirect": ("policy_error", lambda *_: web.Response(status=307, headers={"Location": "/v1/elsewhere"})),
    "no content": ("policy_error", text("", status=204)),
    "another revision": (
        "policy_revision",
        lambda document, _: an_answer(document, {"remediation": "sha256:b"}, ["name_limit"]),
    ),
    "no revision": ("policy_revision", lambda document, _: an_answer(document, {}, ["name_limit"])),
    "a bundle too many": (
        "policy_revision",
        lambda document, _: an_answer(document, REVISION | {"other": "sha256:c"}, ["name_limit"]),
    ),
    "rules missing": ("policy_inventory", lambda document, _: an_answer(document, REVISION, [])),
    "another stage": ("policy_malformed", lambda document, _: ours(document, stage="rollback")),
}


@pytest.mark.requirement("GATE-4")
@pytest.mark.parametrize(("code", "answering"), FAULTS.values(), ids=FAULTS)
async def test_any_other_answer_is_a_denial_under_its_own_code(code: str, answering: Answering) -> None:
    decision, _ = await asked_of(after_canaries(answering))

    assert Effect.DENY is decision.effect
    (said,) = decision.violations
    assert code == said.code
    assert said.message
    assert said.remedy
    assert "s3cr3t" not in decision.model_dump_json()


@pytest.mark.requirement("GATE-4")
@pytest.mark.parametrize("answering", [answering for _, answering in FAULTS.values()], ids=FAULTS)
async def test_an_opa_that_fails_its_proof_is_never_asked_and_not_ready(answering: Answering) -> None:
    asked: list[Mapping[str, Any]] = []

    def answer(document: Mapping[str, Any], request: web.Request) -> Any:
        asked.append(document)
        return ours(document) if document.get("target") else answering(document, request)

    decision, check = await asked_of(answer)

    assert [] == [document for document in asked if document.get("target")]
    assert Effect.DENY is decision.effect
    assert not check.ok
    assert "s3cr3t" not in check.message


@pytest.mark.requirement("GATE-4")
@pytest.mark.parametrize("stage", [*ASKED_STAGES, None, UNHEARD_OF])
async def test_an_opa_that_allows_what_must_be_denied_is_not_trusted(stage: str | None) -> None:
    def answer(document: Mapping[str, Any], _: web.Request) -> web.Response:
        allows = document.get("stage") == stage
        return ours(document, effect="allow", violations=[]) if allows else ours(document)

    decision, check = await asked_of(answer)

    assert (Effect.DENY, ["policy_error"]) == (decision.effect, [said.code for said in decision.violations])
    assert not check.ok


async def test_the_place_of_an_evaluation_error_is_told_and_its_values_are_not() -> None:
    decision, _ = await asked_of(after_canaries(evaluation_error))

    assert (
        "OPA could not evaluate the policy (500, eval_builtin_error at /remediation/rules/x.rego:12)"
        == decision.violations[0].message
    )


async def test_an_evaluation_error_is_asked_for_once() -> None:
    """
    It is deterministic; the library would ask three times over 0.9 s.
    """
    asked = 0

    def answer(*_: object) -> web.Response:
        nonlocal asked
        asked += 1
        return evaluation_error()

    await asked_of(after_canaries(answer))

    assert 1 == asked


@pytest.mark.requirement("GATE-4")
async def test_an_opa_that_hangs_is_a_timeout() -> None:
    async def hang(*_: object) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    decision, check = await asked_of(after_canaries(hang), timeout_seconds=2)

    assert ["policy_timeout"] == [said.code for said in decision.violations]
    assert "within 2 s" in decision.violations[0].message
    assert check.ok


async def test_an_answer_that_never_ends_is_a_timeout() -> None:
    async def trickle(_: object, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.01)

    decision, _ = await asked_of(after_canaries(trickle), timeout_seconds=2)

    assert ["policy_timeout"] == [said.code for said in decision.violations]


@pytest.mark.requirement("GATE-4")
async def test_an_opa_that_is_not_there_is_a_denial() -> None:
    async with a_scripted_opa(lambda document, _: ours(document)) as url:
        pass

    async with a_gate(url) as gate:
        decision, check = await gate.decide(an_input(), run=None), await gate.check()

    assert ["policy_error"] == [said.code for said in decision.violations]
    assert "cannot be reached" in decision.violations[0].message
    assert not check.ok


async def test_a_connection_that_breaks_is_tried_again() -> None:
    broken = 0

    def answer(document: Mapping[str, Any], request: web.Request) -> web.Response:
        nonlocal broken
        if broken < 2:
            broken += 1
            assert request.transport is not None
            request.transport.abort()
        return ours(document)

    decision, _ = await asked_of(after_canaries(answer))

    assert (2, Effect.ALLOW) == (broken, decision.effect)


async def test_many_questions_prove_an_opa_once() -> None:
    canaries = 0

    def answer(document: Mapping[str, Any], _: web.Request) -> web.Response:
        nonlocal canaries
        canaries += not document
        return ours(document)

    async with a_scripted_opa(answer) as url, a_gate(url) as gate:
        decisions = await asyncio.gather(*(gate.decide(an_input(), run=None) for _ in range(50)))

    assert (1, {Effect.ALLOW}) == (canaries, {decision.effect for decision in decisions})


async def test_cancelling_a_question_passes_through() -> None:
    asked = asyncio.Event()

    async def hang(*_: object) -> web.Response:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with a_scripted_opa(after_canaries(hang)) as url, a_gate(url) as gate:
        question = asyncio.create_task(gate.decide(an_input(), run=None))
        await asked.wait()
        question.cancel()

        with pytest.raises(asyncio.CancelledError):
            await question


async def test_opa_is_asked_for_provenance_and_strictness_in_the_spelling_that_works() -> None:
    queries: list[dict[str, str]] = []

    def answer(document: Mapping[str, Any], request: web.Request) -> web.Response:
        queries.append(dict(request.query))
        return ours(document)

    await asked_of(answer)

    assert {"provenance": "true", "strict-builtin-errors": "true"} == queries[-1]


# An OPA elsewhere


@asynccontextmanager
async def opened(
    folder: Path, url: str, *, token_file: Path | None = None, config: bool = False
) -> AsyncIterator[OpaGate]:
    paths = [an_author_folder(folder / "acme"), *([a_config_folder(folder / "config")] if config else [])]
    async with open_gate(
        state_dir=folder / "state",
        policy_paths=paths,
        opa_url=url,
        opa_token_file=token_file,
        timeout_seconds=10,
        clock=TestClock(),
        shipped=a_shipped_folder(folder / "policies"),
    ) as gate:
        yield gate


async def built(folder: Path) -> Path:
    await build_bundles(
        folder / "bundles",
        state_dir=folder / "builder",
        policy_paths=[an_author_folder(folder / "acme")],
        shipped=a_shipped_folder(folder / "policies"),
    )
    return folder / "bundles"


@pytest.mark.integration
@pytest.mark.requirement("GATE-4")
async def test_an_opa_that_serves_less_than_the_set_is_denied(tmp_path: Path) -> None:
    """
    A bundle is missing: `/v1/data` still answers, and would allow.
    """
    async with an_external_opa(await built(tmp_path), "remediation") as url, opened(tmp_path, url) as gate:
        decision, check = await gate.decide(an_input(step="frozen"), run=None), await gate.check()

    assert ["policy_revision"] == [said.code for said in decision.violations]
    assert not check.ok


@pytest.mark.integration
@pytest.mark.requirement("GATE-4")
async def test_an_opa_that_serves_another_entrypoint_is_denied(tmp_path: Path) -> None:
    bundles = await built(tmp_path)
    async with an_external_opa(bundles, "site/acme") as url, opened(tmp_path, url) as gate:
        decision = await gate.decide(an_input(), run=None)

    assert ["policy_undefined"] == [said.code for said in decision.violations]


@pytest.mark.integration
async def test_an_opa_that_serves_an_older_configuration_is_denied(tmp_path: Path) -> None:
    bundles = await built(tmp_path)
    async with (
        an_external_opa(bundles, "remediation", "site/acme") as url,
        opened(tmp_path, url, config=True) as gate,
    ):
        decision = await gate.decide(an_input(), run=None)

    assert ["policy_revision"] == [said.code for said in decision.violations]


@pytest.mark.integration
@pytest.mark.requirement("GATE-4")
async def test_a_built_in_error_that_would_make_a_deny_vanish_is_a_denial(tmp_path: Path) -> None:
    body = 'deny contains "late" if time.parse_rfc3339_ns(input.run.reason) > 0'
    async with open_gate(
        state_dir=tmp_path / "state",
        policy_paths=[an_author_folder(tmp_path / "acme", body=body)],
        opa_url=None,
        opa_token_file=None,
        timeout_seconds=10,
        clock=TestClock(),
        shipped=a_shipped_folder(tmp_path / "policies"),
    ) as gate:
        decision = await gate.decide(an_input(), run=None)

    assert ["policy_error"] == [said.code for said in decision.violations]
    assert "eval_builtin_error at acme/preflight/freeze/freeze.rego:8" in decision.violations[0].message


@pytest.mark.integration
@pytest.mark.requirement("GATE-4")
@pytest.mark.parametrize("name", ["denies", "deyn", "violation", "_deny"])
async def test_a_rule_that_exports_no_deny_is_not_served(tmp_path: Path, name: str) -> None:
    author = an_author_folder(tmp_path / "acme", body=f'{name} contains "frozen" if input.step.id == "frozen"')

    with pytest.raises(OpaUnusable, match=r"not every rule of stage preflight was evaluated \(missing: acme/freeze\)"):
        async with open_gate(
            state_dir=tmp_path / "state",
            policy_paths=[author],
            opa_url=None,
            opa_token_file=None,
            timeout_seconds=10,
            clock=TestClock(),
            shipped=a_shipped_folder(tmp_path / "policies"),
        ):
            pass


@pytest.mark.integration
@pytest.mark.requirement("GATE-4")
@pytest.mark.parametrize("body", ["deny if input.stage", 'deny := {"a": 1}', 'deny := "no"'])
async def test_a_deny_that_is_no_set_denies(tmp_path: Path, library_state: Path, body: str) -> None:
    async with open_gate(
        state_dir=library_state,
        policy_paths=[an_author_folder(tmp_path / "acme", body=body)],
        opa_url=None,
        opa_token_file=None,
        timeout_seconds=10,
        clock=TestClock(),
    ) as gate:
        decision = await gate.decide(an_input(), run=None)

    assert Effect.DENY is decision.effect
    assert "malformed_rule" in {said.code for said in decision.violations}


@pytest.mark.integration
async def test_the_token_is_read_anew_for_each_question(tmp_path: Path) -> None:
    heard: list[str | None] = []
    token_file = tmp_path / "token"
    token_file.write_text("first\n")
    token_file.chmod(0o600)

    def answer(_: object, request: web.Request) -> web.Response:
        heard.append(request.headers.get("Authorization"))
        return web.json_response({})

    async with a_scripted_opa(answer) as url, opened(tmp_path, url, token_file=token_file) as gate:
        await gate.decide(an_input(), run=None)
        token_file.write_text("second\n")
        await gate.decide(an_input(), run=None)
        token_file.unlink()
        decision = await gate.decide(an_input(), run=None)

    assert ["Bearer first", "Bearer second"] == heard
    assert Effect.DENY is decision.effect
    assert "first" not in json.dumps(decision.model_dump(mode="json"))


@pytest.mark.integration
@pytest.mark.parametrize("url", ["opa:8181", "unix:///run/opa", "http://", "http://opa:8181/?x=1", "http://opa:x", ""])
async def test_an_address_that_is_none_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(OpaUnusable, match="EXECUTOR_OPA_URL is no address"):
        async with opened(tmp_path, url):
            pass


@pytest.mark.integration
@pytest.mark.parametrize(
    ("content", "mode", "reason"),
    [
        (None, 0o600, "cannot be read"),
        ("", 0o600, "holds no token"),
        ("two\nlines", 0o600, "holds no token"),
        ("token", 0o644, "is open to everybody"),
    ],
)
async def test_a_token_file_that_cannot_be_used_is_refused(
    tmp_path: Path, content: str | None, mode: int, reason: str
) -> None:
    token_file = tmp_path / "token"
    if content is not None:
        token_file.write_text(content)
        token_file.chmod(mode)

    with pytest.raises(OpaUnusable, match=f"EXECUTOR_OPA_TOKEN_FILE: .*token {reason}"):
        async with opened(tmp_path, "http://127.0.0.1:1", token_file=token_file):
            pass


@pytest.mark.integration
@pytest.mark.requirement("POL-1")
async def test_an_authors_rule_may_call_the_shipped_library(library_state: Path) -> None:
    """
    `opa build` compiled each bundle alone and refused this set, although it was right.
    """
    example = Path(__file__).parents[1] / "policies" / "site_example"
    async with open_gate(
        state_dir=library_state,
        policy_paths=[example],
        opa_url=None,
        opa_token_file=None,
        timeout_seconds=10,
        clock=TestClock(),
    ) as gate:
        decision = await gate.decide(an_input(), run=None)

    assert {"config", "remediation", "site/acme"} == set(decision.revision)
    assert "acme/change_freeze" in decision.evaluated
