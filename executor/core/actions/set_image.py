"""
Owns the action `set_image`: change the images of named containers of a workload.
"""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from executor.core.action import PATCH_WORKLOADS, WORKLOADS, Action, Scene, pods_of, refuse_paused, with_value
from executor.core.errors import Unusable
from executor.core.facts import FactName
from executor.core.model import Manifest, Value
from executor.core.names import Label

Image = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@-]*$", max_length=512)]


class Parameters(Value):
    """
    Container name → image reference (tag or digest); init containers may be named too.
    """

    images: Annotated[dict[Label, Image], Field(min_length=1, max_length=64, description="container → image")]


def _desired(scene: Scene, parameters: Parameters) -> Manifest:
    refuse_paused(scene.live)
    live = scene.live
    template = live["spec"]["template"]["spec"]
    lists = {key: template[key] for key in ("containers", "initContainers") if template.get(key)}
    known = [container["name"] for containers in lists.values() for container in containers]
    if missing := sorted(set(parameters.images) - set(known)):
        raise Unusable(f"it has no container {', '.join(missing)}; its containers are {', '.join(known)}")
    for key, containers in lists.items():
        live = with_value(
            live, ("spec", "template", "spec", key), [_with_image(each, parameters) for each in containers]
        )
    return live


def _with_image(container: dict[str, Any], parameters: Parameters) -> dict[str, Any]:
    image = parameters.images.get(container["name"])
    return container if image is None else {**container, "image": image}


ACTION = Action(
    name="set_image",
    description="Change the image of one or more containers; settled when the rollout is complete.",
    kinds=WORKLOADS,
    parameters=Parameters,
    desired=_desired,
    permissions=PATCH_WORKLOADS,
    watches=pods_of,
    facts=frozenset({FactName.PODS, FactName.BUDGETS}),
)
