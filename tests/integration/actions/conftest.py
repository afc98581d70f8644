"""
Owns the place where actions are shown: a namespace of the session's control plane.
"""

import pytest

from deploy.local.control_plane import ControlPlane
from tests.integration.actions.local_stage import Stage


@pytest.fixture
def stage(control_plane: ControlPlane, namespace: str, widgets: None) -> Stage:
    """
    A namespace of its own for a test.
    """
    assert widgets is None
    return Stage(control_plane, namespace)


@pytest.fixture
def protected(control_plane: ControlPlane) -> Stage:
    """
    A namespace in which the policy lets nothing be touched.
    """
    return Stage(control_plane, "kube-system")
