"""
Owns the action `update_configmap`: set and unset entries of a ConfigMap.
"""

from executor.core.action import READ_AND_PATCH, Action, Permission, Scene, by_observation
from executor.core.data_entries import DataEntries, data_problems, refuse_too_large, refuse_unchangeable
from executor.core.entries import with_entries
from executor.core.model import Manifest


def _desired(scene: Scene, parameters: DataEntries) -> Manifest:
    refuse_unchangeable(scene.live)
    texts, binaries, gone = parameters.set, parameters.set_binary, parameters.unset
    # A key stands in one of the two maps only.
    desired = with_entries(scene.live, ("data",), put=texts, drop={*gone, *binaries})
    desired = with_entries(desired, ("binaryData",), put=binaries, drop={*gone, *texts})
    refuse_too_large(desired["data"], desired["binaryData"])
    return desired


ACTION = Action(
    name="update_configmap",
    description=(
        "Set and unset entries of a ConfigMap, texts or binary; settled when they are observed. Pods that read it into "
        "their environment see it after a restart."
    ),
    kinds=("ConfigMap",),
    parameters=DataEntries,
    problems=data_problems,
    desired=_desired,
    permissions=(Permission("", "configmaps", READ_AND_PATCH),),
    settled=by_observation,
)
