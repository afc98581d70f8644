"""
Owns counting requests where they arrive: at the API server, by its own metrics.
"""

import re
from collections import Counter
from typing import cast

from deploy.local.control_plane import ControlPlane

_LINE = re.compile(r"^apiserver_request_total\{(?P<labels>.*)\} (?P<count>\S+)$", re.MULTILINE)


def requests_about(plane: ControlPlane, *resources: str) -> Counter[str]:
    """
    Return how often each was asked so far of these resources of the core group: `get configmaps`, `dry run configmaps`.
    """
    found: Counter[str] = Counter()
    for line in _LINE.finditer(cast("str", plane.api.get("/metrics"))):
        labels = dict(re.findall(r'(\w+)="([^"]*)"', line["labels"]))
        if labels["resource"] in resources and labels["group"] == "":
            doing = "dry run" if labels["dry_run"] else labels["verb"].lower()
            found[f"{doing} {labels['resource']}"] += int(float(line["count"]))
    return found
