"""
Owns what is raised when a setting, or a file that a setting names, cannot be used.
"""

from executor.core.errors import ExecutorError


class SettingsError(ExecutorError):
    """
    The service cannot start as it is configured: one sentence that names the setting and what to do.

    No message repeats a token or a URL, since both may hold a secret.
    """

    code = "settings"
