"""
A cluster and the tools for it on one machine, without a container runtime and without privileges.

`toolbox.py` gets the tools, `control_plane.py` starts a real Kubernetes API server with real controllers and simulated
nodes. Both run as files before any virtual environment exists, so this package imports the standard library only, and
nothing of the executor. All traffic stays on the loopback interface; whatever a plane starts is ended again, also when
its caller is killed. Tested by `tests/unit/test_local_*.py` and `tests/integration/test_control_plane.py`.
"""
