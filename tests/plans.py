"""
Owns small plans, as a caller would submit them.
"""

from typing import Any


def a_plan(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    """
    Return a plan of these steps; keywords are further keys of the plan.
    """
    return {"name": "relieve-shop", "reason": "the shop is slow", "steps": list(steps), **more}


def scale(name: str = "web", *, to: int = 3, **more: Any) -> dict[str, Any]:
    """
    Return a step that scales a Deployment of the namespace `shop`; its id is the Deployment's name unless told.
    """
    return _step("scale", name, {"replicas": to}, more)


def set_image(name: str = "web", *, image: str = "registry.test/web:2", **more: Any) -> dict[str, Any]:
    """
    Return a step that sets the image of the container `app`.
    """
    return _step("set_image", name, {"images": {"app": image}}, more)


def restart(name: str = "web", **more: Any) -> dict[str, Any]:
    """
    Return a step that restarts a Deployment.
    """
    return _step("restart", name, {}, more)


def cordon(name: str = "worker-1", **more: Any) -> dict[str, Any]:
    """
    Return a step that cordons a Node.
    """
    return {"id": name, "action": "cordon", "target": {"kind": "Node", "name": name}, **more}


def a_step(
    action: str,
    kind: str,
    name: str,
    parameters: dict[str, Any] | None = None,
    *,
    namespace: str | None = "shop",
    **more: Any,
) -> dict[str, Any]:
    """
    Return a step of any action on any kind; its id is the object's name unless told.
    """
    target = {"kind": kind, "name": name} | ({"namespace": namespace} if namespace else {})
    return {"id": name, "action": action, "target": target, "parameters": parameters or {}, **more}


def _step(action: str, name: str, parameters: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    target = {"kind": "Deployment", "namespace": more.pop("namespace", "shop"), "name": name}
    return {"id": name, "action": action, "target": target, "parameters": parameters, **more}
