"""
One file per command: its arguments and help, one call, what to print. `add_to(app)` declares it.
"""
