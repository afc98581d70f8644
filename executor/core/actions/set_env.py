"""
Owns the action `set_env`: set and unset environment variables of a container.
"""

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from executor.core.action import PATCH_WORKLOADS, WORKLOADS, Action, Scene, pods_of, refuse_paused
from executor.core.containers import with_container
from executor.core.credentials import looks_like_a_credential
from executor.core.entries import MAX_ENTRIES, entry_problems
from executor.core.facts import FactName
from executor.core.model import Manifest, Value
from executor.core.names import Label
from executor.core.target import Target

POD = ("spec", "template", "spec")

EnvName = Annotated[str, StringConstraints(pattern=r"^[-._A-Za-z][-._A-Za-z0-9]*$", max_length=253)]
Literal = Annotated[str, StringConstraints(max_length=32 * 1024)]

_OBJECT = r"[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?"
_KEY = r"[-._A-Za-z0-9]{1,253}"
_FIELD = r"[A-Za-z]+(\.[A-Za-z]+)*(\['[-./A-Za-z0-9_]{1,317}'\])?"
Reference = Annotated[str, StringConstraints(pattern=rf"^((secret|config_map):{_OBJECT}/{_KEY}|field:{_FIELD})$")]
"""`secret:NAME/KEY`, `config_map:NAME/KEY` or `field:PATH`, such as `field:metadata.name`."""


class Parameters(Value):
    """
    Variables of one container; what is not named stays.
    """

    container: Annotated[Label, Field(description="name of the container; init containers have one too")]
    set: Annotated[
        dict[EnvName, Literal],
        Field(default_factory=dict, max_length=MAX_ENTRIES, description="variable → value"),
    ]
    set_from: Annotated[
        dict[EnvName, Reference],
        Field(
            default_factory=dict,
            max_length=MAX_ENTRIES,
            description="variable → secret:NAME/KEY, config_map:NAME/KEY or field:PATH",
        ),
    ]
    unset: Annotated[
        list[EnvName], Field(default_factory=list, max_length=MAX_ENTRIES, description="variables to remove")
    ]
    allow_literal_credentials: Annotated[
        bool, Field(default=False, description="true: a value that looks like a credential is meant to be readable")
    ]


def _problems(_: Target | None, parameters: Parameters) -> Iterator[tuple[str, str]]:
    yield from entry_problems({**parameters.set, **parameters.set_from}, parameters.unset)
    if both := sorted({*parameters.set} & {*parameters.set_from}):
        yield "set_from", f"must not name what is set as well: {', '.join(both)}"
    if parameters.allow_literal_credentials:
        return
    if suspect := sorted(name for name, value in parameters.set.items() if looks_like_a_credential(name, value)):
        told = (
            f"must not hold what looks like a credential ({', '.join(suspect)}), for all to read who read the workload"
        )
        yield "set", f"{told}; refer to a Secret by set_from, or say allow_literal_credentials"


def _desired(scene: Scene, parameters: Parameters) -> Manifest:
    refuse_paused(scene.live)
    return with_container(scene.live, parameters.container, partial(_with_env, parameters=parameters), inside=POD)


def _with_env(container: dict[str, Any], parameters: Parameters) -> dict[str, Any]:
    wanted = {name: _literal(name, value) for name, value in parameters.set.items()}
    wanted |= {name: {"name": name, "valueFrom": _source(each)} for name, each in parameters.set_from.items()}
    env: list[dict[str, Any]] = []
    for each in container.get("env") or []:
        if each["name"] in wanted:
            # A variable may stand twice, the last one counts; it is left once, at its first place.
            env += [wanted[each["name"]]] if wanted[each["name"]] not in env else []
        elif each["name"] not in parameters.unset:
            env.append(each)
    return {**container, "env": [*env, *(each for each in wanted.values() if each not in env)]}


def _literal(name: str, value: str) -> dict[str, Any]:
    # The API server leaves an empty value out.
    return {"name": name, "value": value} if value else {"name": name}


def _source(reference: str) -> dict[str, Any]:
    kind, _, place = reference.partition(":")
    if kind == "field":
        return {"fieldRef": {"apiVersion": "v1", "fieldPath": place}}
    name, _, key = place.partition("/")
    return {"secretKeyRef" if kind == "secret" else "configMapKeyRef": {"name": name, "key": key}}


ACTION = Action(
    name="set_env",
    description=(
        "Set and unset environment variables of a container, as values or as references to Secrets, ConfigMaps and "
        "fields; settled when the rollout is complete."
    ),
    kinds=WORKLOADS,
    parameters=Parameters,
    example={"container": "app", "set": {"LOG_LEVEL": "debug"}, "set_from": {"TOKEN": "secret:api/token"}},
    problems=_problems,
    desired=_desired,
    permissions=PATCH_WORKLOADS,
    watches=pods_of,
    facts=frozenset({FactName.PODS, FactName.BUDGETS}),
)
