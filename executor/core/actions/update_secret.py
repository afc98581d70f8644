"""
Owns the action `update_secret`: set and unset entries of a Secret, whose values are seen by nobody on the way.
"""

from typing import Any

from executor.core.action import READ_AND_PATCH, Action, Permission, Scene, by_observation
from executor.core.concealing import conceal_texts
from executor.core.data_entries import DataEntries, data_problems, encoded, refuse_unchangeable
from executor.core.entries import with_entries
from executor.core.model import Manifest
from executor.core.target import Target


def _desired(scene: Scene, parameters: DataEntries) -> Manifest:
    refuse_unchangeable(scene.live)
    values = {**_as_data(parameters.set), **parameters.set_binary}
    return with_entries(scene.live, ("data",), put=values, drop=parameters.unset)


def _conceal(_: Target, parameters: dict[str, Any], key: bytes) -> tuple[dict[str, Any], dict[str, str]]:
    """
    Texts and binary values become one map of fingerprints, each of the base64 text that the Secret will hold.
    """
    concealed, values = conceal_texts({**_as_data(parameters["set"]), **parameters["set_binary"]}, key)
    return {**parameters, "set": {}, "set_binary": concealed}, values


def _as_data(texts: dict[str, str]) -> dict[str, str]:
    return {key: encoded(text.encode()) for key, text in texts.items()}


ACTION = Action(
    name="update_secret",
    description=(
        "Set and unset entries of a Secret, texts or binary; settled when they are observed. Values are shown as "
        "fingerprints only. Pods that read it into their environment see it after a restart."
    ),
    kinds=("Secret",),
    parameters=DataEntries,
    problems=data_problems,
    desired=_desired,
    permissions=(Permission("", "secrets", READ_AND_PATCH),),
    settled=by_observation,
    conceal=_conceal,
)
