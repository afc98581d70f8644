"""
What it takes to run the executor somewhere; nothing of the executor itself imports it.
"""
