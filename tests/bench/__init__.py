"""
Figures, never timed assertions: the executor beside the bare floor, in one run on one machine (`make bench`).
"""
