"""
The demonstration: a small shop on a local control plane, and three plans that show what the executor is for.
"""
