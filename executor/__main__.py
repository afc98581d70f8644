"""
Owns `python -m executor`, the same as `remediate`.
"""

from executor.cli.main import run

if __name__ == "__main__":
    run()
