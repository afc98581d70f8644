"""
Owns the configuration that lets a plan of many steps run without an approval, which the defaults ask for.
"""

import json
from pathlib import Path

from executor.core.plan import MAX_STEPS


def allowing_long_plans(folder: Path) -> Path:
    """
    Write a folder for EXECUTOR_POLICY_PATHS and return it.
    """
    config = folder / "long-plans" / "config"
    config.mkdir(parents=True)
    rules = {
        "plan_size": {"params": {"maximum": MAX_STEPS}},
        "blast_radius": {"params": {"objects": MAX_STEPS, "nodes": MAX_STEPS}},
    }
    (config / "data.json").write_text(json.dumps({"rules": rules}))
    return config.parent
