"""
Owns how a fact names another object.
"""

from executor.core.model import Value


class Reference(Value):
    """
    An object of the same namespace, or one without any.
    """

    kind: str
    name: str
