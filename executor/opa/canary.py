"""
Owns the questions that must be denied: an OPA that allows one of them, or answers unlike ours, is not trusted.
"""

from typing import Protocol

from executor.core.model import Json
from executor.core.policy import ASKED_STAGES, Catalogue, Effect, Stage
from executor.core.verdict import read_decision
from executor.opa.errors import OpaFault
from executor.opa.staging import CONFIG


class Questions(Protocol):
    """
    Where questions go.
    """

    async def ask(self, document: Json) -> Json:
        """
        Ask for the decision on one input.
        """


UNHEARD_OF = "unheard_of"
"""A stage that no rule belongs to."""


async def prove(client: Questions, catalogue: Catalogue) -> None:
    """
    Ask what must be denied, at no stage, at an unknown one and at each of ours.

    Raises OpaFault unless all of it is, and at each stage by the very set expected.
    """
    _must_deny(await client.ask({}), "names no stage")
    _must_deny(await client.ask({"stage": UNHEARD_OF}), "names a stage that no rule belongs to")
    for stage in ASKED_STAGES:
        _must_be_ours(await client.ask({"stage": stage.value}), stage, catalogue)


def _must_deny(body: Json, what: str) -> None:
    result = body.get("result") if isinstance(body, dict) else None
    if result is None:
        raise OpaFault(
            "policy_undefined",
            "OPA answered without a result: the policy's entrypoint is not loaded",
            "check EXECUTOR_OPA_URL and that the external OPA serves the bundles of `remediate policy build`",
        )
    if not isinstance(result, dict) or result.get("effect") != "deny":
        raise OpaFault(
            "policy_error",
            f"OPA does not deny a request that {what}",
            "restore the shipped router remediation.rego",
        )


def _must_be_ours(body: Json, stage: Stage, catalogue: Catalogue) -> None:
    verdict = read_decision(body, stage, catalogue)
    own = next((said for said in verdict.violations if said.code.startswith("policy_")), None)
    if own is not None:
        raise OpaFault(own.code, own.message, own.remedy or "")
    # A site may switch off, in its configuration, the very rules that deny an empty request; that is its choice.
    if verdict.effect is Effect.ALLOW and CONFIG not in catalogue.revision:
        raise OpaFault(
            "policy_error",
            f"OPA allows an empty request at stage {stage}",
            "restore the shipped policies; a rule that needs a fact must deny without it",
        )
