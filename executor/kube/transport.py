"""
Owns the table from what aiohttp raises to the classes of `core.errors`.

The question is always the same: could the request have reached the server? Only a failure to connect says no; after
that a write's outcome is unknown.
"""

import asyncio
import ssl
from collections.abc import Callable
from typing import Any

import aiohttp

from executor.core.errors import ClusterError, ClusterUnavailable, OutcomeUnknown
from executor.kube.attempt import Attempt

TRANSPORT_ERRORS = (aiohttp.ClientError, asyncio.TimeoutError, asyncio.IncompleteReadError, OSError)

_NEVER_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ServerFingerprintMismatch,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
)


def from_transport(attempt: Attempt, error: BaseException) -> ClusterError:
    """
    Return the error that a failure of the connection means for an attempt.
    """
    why = _why(error)
    if attempt.writes and not isinstance(error, _NEVER_SENT):
        return OutcomeUnknown(
            f"{attempt.subject}: {attempt.act} failed: {why}; the change may or may not have landed. "
            "Read the object back before sending it again."
        )
    remedy = "Check the API server's address and health"
    if isinstance(error, aiohttp.ClientSSLError):
        remedy = "Check the certificate authority in the kubeconfig"
    return ClusterUnavailable(f"{attempt.subject}: {attempt.act} failed: {why}. {remedy}.")


def _why(error: BaseException) -> str:
    return next(why(error) if callable(why) else why for kind, why in _REASONS if isinstance(error, kind))


def _certificate(error: Any) -> str:
    cause = error.certificate_error
    detail = cause.verify_message if isinstance(cause, ssl.SSLCertVerificationError) else "verification failed"
    return f"the API server's certificate is not trusted ({detail})"


def _unreachable(error: Any) -> str:
    return f"the API server cannot be reached ({error.strerror or 'no connection'})"


# The first row that fits wins, so the special stands before the general.
_REASONS: tuple[tuple[type[BaseException], str | Callable[[Any], str]], ...] = (
    (aiohttp.ClientConnectorCertificateError, _certificate),
    (aiohttp.ClientConnectorSSLError, "no TLS connection to the API server could be made"),
    (aiohttp.ClientConnectorDNSError, "the API server's host name does not resolve"),
    (aiohttp.ClientConnectorError, _unreachable),
    (aiohttp.ConnectionTimeoutError, "no connection to the API server within the time limit"),
    (TimeoutError, "no answer within the time limit"),
    (aiohttp.ClientPayloadError, "the answer was cut short"),
    (aiohttp.ClientHttpProxyError, "the proxy refused to connect"),
    (BaseException, "the connection was lost"),
)
