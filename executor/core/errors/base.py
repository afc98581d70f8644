"""
Owns the base of all errors of ours.
"""


class ExecutorError(Exception):
    """
    The base of all errors here; catch it where an error becomes an answer or an event.
    """

    code = "internal"
    retryable = False
