"""
The order of effects: what is done when, with every library behind a port.

Knows `core` and its own ports, never an HTTP, Kubernetes or database library. Tested over fakes that pass the same
contract suites as the real edges (`tests/unit/engine`, `tests/contract`).
"""
