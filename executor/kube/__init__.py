"""
The API server: the only package that imports kubernetes, and the engine's `Cluster` port over it.

What belongs here turns the engine's words into requests and answers into values or `core.errors`. `connect` finds the
cluster, `discovery` looks kinds up, `sending` makes a request of a change, `urls` takes the last look at it, `exchange`
sends it, `errors` and `transport` tell what can go wrong, `cluster` is the port itself. It may import `core` and
`engine.ports`, aiohttp, tenacity and kubernetes' configuration; it never logs a body. Tested against a scripted server
(`tests/unit/kube`) and, with the fake, against a real one (`tests/contract/test_cluster*.py`).
"""

from executor.kube.cluster import KubeCluster
from executor.kube.connect import Connection, SetupError
from executor.kube.opening import open_cluster

__all__ = ["Connection", "KubeCluster", "SetupError", "open_cluster"]
