"""
Faults to put between the executor and its world. Deterministic: each one is asked for by name and place.
"""
