"""
Owns finding the cluster, as kubectl does: an explicit kubeconfig, KUBECONFIG, the home directory, or the pod we run in.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from executor.core.errors import ExecutorError
from executor.kube.credentials import Loader
from executor.kube.exchange import refuse_redirects
from executor.kube.library import ApiClient, ConfigException, Configuration, KubeConfigMerger, load_incluster_config

IN_CLUSTER = "in-cluster"
_SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


class SetupError(ExecutorError):
    """
    The cluster cannot be found with these settings; the message is one sentence that names what to correct.
    """

    code = "cluster_setup"


@dataclass(frozen=True, slots=True)
class Connection:
    """
    Which cluster we talk to, for the start message. `namespace` is our own when we run inside that cluster.
    """

    context: str
    server: str
    namespace: str | None = None


@asynccontextmanager
async def connect(
    *, kubeconfig: Path | None = None, context: str | None = None
) -> AsyncIterator[tuple[Any, Connection]]:
    """
    Open the one client of a cluster and tell which it is; nothing is sent yet. Raises SetupError.
    """
    configuration = Configuration()
    files = _files(kubeconfig)
    try:
        if files:
            found = await _from_files(configuration, files, context)
        else:
            found = _from_pod(configuration, context)
        # trust_env makes aiohttp look for proxies and .netrc at each request: 578 instead of 219 µs.
        configuration.client_session_kwargs = {"trust_env": False, "middlewares": (refuse_redirects,)}
        api = ApiClient(configuration=configuration)
    except ConfigException as error:
        raise SetupError(f"the cluster's configuration cannot be used: {error}") from error
    except yaml.YAMLError as error:
        raise SetupError(f"the kubeconfig {_named(files)} is not valid YAML") from error
    except OSError as error:
        place = error.filename or _named(files)
        raise SetupError(f"the cluster's configuration cannot be read: {place}: {error.strerror or error}") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise SetupError(f"the kubeconfig {_named(files)} has not the shape of one") from error
    try:
        yield api, found
    finally:
        await api.close()


def _files(kubeconfig: Path | None) -> list[str]:
    """
    Return the kubeconfig files that exist; an empty KUBECONFIG counts as none, empty files are skipped.
    """
    if kubeconfig is not None:
        if not kubeconfig.is_file():
            raise SetupError(f"the kubeconfig {kubeconfig} does not exist")
        return [str(kubeconfig)]
    home = os.environ.get("HOME")
    named = os.environ.get("KUBECONFIG") or (str(Path(home, ".kube", "config")) if home else "")
    return [path for path in named.split(os.pathsep) if path and _has_content(Path(path))]


def _has_content(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


async def _from_files(configuration: Any, files: list[str], context: str | None) -> Connection:
    merged = KubeConfigMerger(os.pathsep.join(files))
    named = [each.get("current-context") for each in merged.config_files.values() if isinstance(each, dict)]
    # kubectl takes the first file that names one; the library would take the last.
    chosen = context or next((name for name in named if name), None)
    if chosen is None:
        raise SetupError(f"the kubeconfig {_named(files)} names no current context; set EXECUTOR_KUBE_CONTEXT")
    known = [entry["name"] for entry in merged.config.value["contexts"]]
    if chosen not in known:
        have = ", ".join(known) or "none"
        asked = "EXECUTOR_KUBE_CONTEXT: " if context else ""
        raise SetupError(f"{asked}the kubeconfig {_named(files)} has no context {chosen} (it has {have})")
    loader = Loader(merged.config, context=chosen)
    await loader.load_and_set(configuration)
    configuration.refresh_api_key_hook = loader.refresh
    return Connection(context=chosen, server=configuration.host)


def _from_pod(configuration: Any, context: str | None) -> Connection:
    if not os.environ.get("KUBERNETES_SERVICE_HOST"):
        looked = os.environ.get("KUBECONFIG") or "~/.kube/config"
        raise SetupError(f"no cluster is configured: {looked} has no kubeconfig; set KUBECONFIG")
    if context is not None:
        raise SetupError(f"there is no kubeconfig that could have the context {context}; unset EXECUTOR_KUBE_CONTEXT")
    load_incluster_config(client_configuration=configuration)
    own = _SERVICE_ACCOUNT / "namespace"
    namespace = own.read_text(encoding="utf-8").strip() if own.is_file() else None
    return Connection(context=IN_CLUSTER, server=configuration.host, namespace=namespace)


def _named(files: list[str]) -> str:
    return os.pathsep.join(files) or IN_CLUSTER
