"""
Owns the errors that only an HTTP request can have; `problems.py` says how each is answered.

    RequestError
    ├── MalformedBody           the body is no document; carries places where they are known
    ├── InvalidRequest          a query parameter, a header or a small body is wrong; carries every problem
    ├── UnsupportedMediaType    the body's content type is not taken here
    ├── BodyTooLarge            the body is beyond the limit
    └── Unauthenticated         no token, or one that is not known
"""

from executor.core.errors import ExecutorError, Problem


class RequestError(ExecutorError):
    """
    Something wrong with the request itself; `problems` names the places. No message repeats a refused value.
    """

    code = "invalid_request"

    def __init__(self, message: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


class MalformedBody(RequestError):
    """
    The body cannot be read as one JSON or YAML document.
    """

    code = "malformed_body"


class InvalidRequest(RequestError):
    """
    A query parameter, a header or the body of a control request does not fit.
    """

    code = "invalid_request"


class UnsupportedMediaType(RequestError):
    """
    The body's content type is not taken here.
    """

    code = "unsupported_media_type"


class BodyTooLarge(RequestError):
    """
    The body is larger than the limit.
    """

    code = "body_too_large"


class Unauthenticated(RequestError):
    """
    The request carries no token that is known.
    """

    code = "unauthenticated"
