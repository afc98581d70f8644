"""
The catalogue of actions: one file each, found by being here.

To add an action, add a file with one `ACTION`. It says its parameters, what the target should look like afterwards,
why it cannot be undone if so, which facts its policies need and which permissions it takes.
"""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any

from executor.core.action import Action


def _found() -> Mapping[str, Action[Any]]:
    actions = [import_module(f"{__name__}.{module.name}").ACTION for module in iter_modules(__path__)]
    return MappingProxyType({action.name: action for action in sorted(actions, key=lambda action: action.name)})


CATALOGUE = _found()
"""Every action by its name."""
