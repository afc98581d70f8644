"""
Owns how long the gate takes: questions one by one, with the library and with many rules more, beside an empty policy.
"""

import asyncio
import json
import subprocess
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import aiohttp

from executor.clock import SystemClock
from executor.core.policy import PolicyInput, Stage
from executor.opa.binary import find_opa
from executor.opa.opening import build_bundles, open_gate
from tests.bench.opa import opa_over
from tests.policies.manifests import a_deployment
from tests.policies.requests import a_request

RULES_MORE = 500
QUESTIONS = 600
WARM_UP = 50

_EMPTY = """package remediation

decision := {
	"effect": "allow",
	"violations": [],
	"warnings": [],
	"approvals": [],
	"evaluated": [],
	"stage": input.stage,
}
"""
_RULE = """# METADATA
# title: Rule {n}
# description: A rule about a kind of its own.
# custom:
#   solution: ask less
package site.bench.preflight.rule_{n}

deny contains "no more than three" if {{
	input.target.kind == "Kind{n}"
	input.after.spec.size > 3
}}
"""

Ask = Callable[[PolicyInput], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Spread:
    """
    Milliseconds.
    """

    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class GateFigures:
    """
    OPA alone with an empty policy and with the library, and our gate with the library and with more rules.
    """

    empty: Spread
    opa_alone: Spread
    gate: Spread
    with_more: Spread
    rules: int
    input_bytes: int


async def measure_gate(folder: Path) -> GateFigures:
    """
    Ask the same questions of every one, each over a unix socket, one question at a time.
    """
    questions = _questions()
    with opa_over(_empty_bundle(folder / "nothing")) as socket:
        empty = await _over_http(socket, questions)
    bundles = folder / "everything" / "bundles"
    await build_bundles(bundles, state_dir=folder / "state", policy_paths=())
    with opa_over(bundles) as socket:
        opa_alone = await _over_http(socket, questions)
    gate, rules = await _of_gate(folder / "state", questions)
    with_more, _ = await _of_gate(folder / "state-of-more", questions, _more_rules(folder / "bench"))
    return GateFigures(empty, opa_alone, gate, with_more, rules, len(questions[0].model_dump_json()))


async def _of_gate(state: Path, questions: list[PolicyInput], *paths: Path) -> tuple[Spread, int]:
    settings: dict[str, Any] = {"opa_url": None, "opa_token_file": None, "timeout_seconds": 5.0}
    async with open_gate(state_dir=state, policy_paths=paths, clock=SystemClock(), **settings) as gate:

        async def ask(question: PolicyInput) -> None:
            decision = await gate.decide(question, run=None)
            assert decision.allowed, decision.violations

        return await _spread(ask, questions), len(gate.catalogue.rules)


async def _over_http(socket: Path, questions: list[PolicyInput]) -> Spread:
    async with aiohttp.ClientSession("http://opa", connector=aiohttp.UnixConnector(str(socket))) as session:
        query = {"provenance": "true", "strict-builtin-errors": "true"}

        async def ask(question: PolicyInput) -> None:
            body = json.dumps({"input": question.model_dump(mode="json")}).encode()
            async with session.post("/v1/data/remediation/decision", data=body, params=query) as response:
                assert "allow" == (await response.json())["result"]["effect"]

        return await _spread(ask, questions)


async def _spread(ask: Ask, questions: list[PolicyInput]) -> Spread:
    for question in islice(cycle(questions), WARM_UP):
        await ask(question)
    took = []
    for question in islice(cycle(questions), QUESTIONS):
        began = time.perf_counter()
        await ask(question)
        took.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(0)
    took.sort()
    return Spread(took[len(took) // 2], took[len(took) * 95 // 100])


def _questions() -> list[PolicyInput]:
    """
    Return ordinary questions of both stages before a write, about a Deployment of the size of real ones.
    """
    live = a_deployment()
    [container] = live["spec"]["template"]["spec"]["containers"]
    container["env"] = [{"name": f"SETTING_{n}", "value": f"a value of ordinary length {n}"} for n in range(45)]
    asked: dict[str, dict[str, Any]] = {
        "scale": {"replicas": 5},
        "restart": {},
        "set_image": {"images": {"app": "nginx:1.27"}},
    }
    return [
        a_request(action, parameters, live=live, stage=stage)
        for action, parameters in asked.items()
        for stage in (Stage.PREFLIGHT, Stage.DRY_RUN)
    ]


def _empty_bundle(folder: Path) -> Path:
    source, bundles = folder / "source", folder / "bundles"
    source.mkdir(parents=True)
    bundles.mkdir()
    (source / "remediation.rego").write_text(_EMPTY)
    subprocess.run([find_opa(), "build", "-b", source, "-o", bundles / "empty"], check=True)
    return bundles


def _more_rules(folder: Path) -> Path:
    for n in range(RULES_MORE):
        rule = folder / "preflight" / f"rule_{n}"
        rule.mkdir(parents=True)
        (rule / f"rule_{n}.rego").write_text(_RULE.format(n=n))
    return folder
