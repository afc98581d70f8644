"""
Owns the parts of the kubernetes library that we use, in one list: address, TLS and credentials, no typed client.

Most of it carries no types, so each name is declared as what it honestly is here.
"""

from typing import Any

from kubernetes.aio import client, config
from kubernetes.aio.config import dateutil, exec_provider, kube_config

ApiClient: Any = client.ApiClient
Configuration: Any = client.Configuration
ConfigException: type[Exception] = config.ConfigException
load_incluster_config: Any = config.load_incluster_config
parse_rfc3339: Any = dateutil.parse_rfc3339
ExecProvider: Any = exec_provider.ExecProvider
FileOrData: Any = kube_config.FileOrData
KubeConfigLoader: Any = kube_config.KubeConfigLoader
KubeConfigMerger: Any = kube_config.KubeConfigMerger
