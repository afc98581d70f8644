"""
Owns the ids in a path: what cannot be an id is answered as what is not there, and never travels further.
"""

import re

from aiohttp import web

from executor.core.errors import DecisionNotFound, RunNotFound, StepNotFound
from executor.core.names import is_label

ID_PATTERN = "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
STEP_PATTERN = "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"
_ID = re.compile(ID_PATTERN.removesuffix("$") + r"\Z")


def run_id(request: web.Request) -> str:
    """
    Return the run a path names.
    """
    given = request.match_info["run"]
    if not _ID.match(given):
        raise RunNotFound("no run has this id; GET /v1/runs lists them")
    return given


def step_id(request: web.Request) -> str:
    """
    Return the step a path names.
    """
    given = request.match_info["step"]
    if not is_label(given):
        raise StepNotFound("the run has no step of this id; the run's own document lists them")
    return given


def decision_id(request: web.Request) -> str:
    """
    Return the decision a path names.
    """
    given = request.match_info["decision"]
    if not _ID.match(given):
        raise DecisionNotFound("no decision has this id; GET /v1/decisions lists them")
    return given
