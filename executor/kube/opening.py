"""
Owns opening a cluster: the parts of this package put together, and closed again.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from executor.kube.client import Client
from executor.kube.cluster import KubeCluster
from executor.kube.connect import connect
from executor.kube.exchange import Exchange
from executor.kube.retrying import Retries


@asynccontextmanager
async def open_cluster(
    *, kubeconfig: Path | None = None, context: str | None = None, retries: Retries | None = None
) -> AsyncIterator[KubeCluster]:
    """
    Open the cluster that kubectl would use, or that of an explicit kubeconfig; raises SetupError.
    """
    async with connect(kubeconfig=kubeconfig, context=context) as (api, connection):
        yield KubeCluster(Client(Exchange(api)), connection, retries)
