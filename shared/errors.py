"""Errors that have an answer.

ServiceError                 code                    status
├── BadRequest               bad_request             400
├── Unauthorized             unauthorized            401
├── Forbidden                forbidden               403
├── NotFound                 not_found               404
├── NotAcceptable            not_acceptable          406
├── Conflict                 conflict                409
│   └── TooMany              too_many                409
├── PreconditionFailed       precondition_failed     412
├── UnsupportedMediaType     unsupported_media_type  415
├── ValidationFailed         validation_error        422  (carries the fields)
├── RateLimited              rate_limited            429  (carries retry_after)
├── SourceFailed             data_source_error       502 at the gateway
└── Unavailable              unavailable             503

Domains and commands raise them; `shared.http.errors` alone turns them into answers.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Fields = Mapping[str, Any]


class ServiceError(Exception):
    """An error with a place in the public contract.

    Args:
        message: one sentence for the client; no internals.
        code: overrides the class's code where the contract names a finer one.
        title: overrides the short `error` line.
    """

    status = 500
    code = "server_error"
    title = "Internal server error"
    # True: what was done before it was raised stays done (a failed login is counted).
    keeps_work = False
    # True: the same request may be answered otherwise soon, so that no Idempotency-Key keeps it.
    may_pass = False

    def __init__(
        self, message: str | None = None, *, code: str | None = None, title: str | None = None
    ) -> None:
        super().__init__(message or self.title)
        self.message = message or self.title
        self.code = code or self.code
        self.title = title or self.title

    @property
    def headers(self) -> Mapping[str, str]:
        """What the answer says in headers of its own."""
        return {}


class BadRequest(ServiceError):
    """The request line or the syntax is wrong."""

    status = 400
    code = "bad_request"
    title = "Bad request"


class Unauthorized(ServiceError):
    """There is no valid identity."""

    status = 401
    code = "unauthorized"
    title = "Authentication required"

    @property
    def headers(self) -> Mapping[str, str]:
        """How to get an identity."""
        return {"WWW-Authenticate": "Token"}


class Forbidden(ServiceError):
    """The identity may not do this."""

    status = 403
    code = "forbidden"
    title = "Forbidden"


class NotFound(ServiceError):
    """The thing does not exist, or belongs to somebody else: the answer is the same."""

    status = 404
    code = "not_found"
    title = "Not found"

    @classmethod
    def of(cls, noun: str) -> "NotFound":
        """Return the contract's answer for a missing `noun` ("portfolio")."""
        return cls(
            f"The requested {noun} does not exist or you don't have permission to access it.",
            title=f"{noun[:1].upper()}{noun[1:]} not found",
        )


class NotAcceptable(ServiceError):
    """The client excludes all types that the answer has."""

    status = 406
    code = "not_acceptable"
    title = "Not acceptable"


class Conflict(ServiceError):
    """The state of the resource forbids it."""

    status = 409
    code = "conflict"
    title = "Conflict"


class TooMany(Conflict):
    """The user has as many of something as they may have."""

    code = "too_many"
    may_pass = True


class PreconditionFailed(ServiceError):
    """`If-Match` names a version that is no longer the current one."""

    status = 412
    code = "precondition_failed"
    title = "Precondition failed"


class UnsupportedMediaType(ServiceError):
    """The body is of a type that is not taken here; the message says which one is."""

    status = 415
    code = "unsupported_media_type"
    title = "Unsupported media type"


class ValidationFailed(ServiceError):
    """A well-formed body breaks a rule.

    Args:
        fields: field name → list of messages (nested by name or index where the body is).
    """

    status = 422
    code = "validation_error"
    title = "Validation failed"

    def __init__(self, fields: Fields, message: str | None = None, *, code: str | None = None):
        super().__init__(message or "The request breaks a rule; see fields.", code=code)
        self.fields = fields

    @classmethod
    def of(cls, field: str, message: str, *, code: str | None = None) -> "ValidationFailed":
        """Return the error of one field."""
        messages: Sequence[str] = [message]
        return cls({field: messages}, message, code=code)


class RateLimited(ServiceError):
    """The client asked too often; `retry_after` is in seconds."""

    status = 429
    code = "rate_limited"
    title = "Too many requests"

    def __init__(self, retry_after: int, message: str | None = None) -> None:
        super().__init__(message or f"Try again in {retry_after} seconds.")
        self.retry_after = retry_after

    @property
    def headers(self) -> Mapping[str, str]:
        """When to try again."""
        return {"Retry-After": str(self.retry_after)}


class SourceFailed(ServiceError):
    """Somebody outside whom we asked does not answer, or answers wrongly.

    The gateway makes it a 502 for the client. As a 502 of ours it could not be told from the
    gateway's own, which says that we are dead.
    """

    status = 520
    code = "data_source_error"
    title = "The data source failed"


class Unavailable(ServiceError):
    """A part we need is not there at the moment; `retry_after` is in seconds."""

    status = 503
    code = "unavailable"
    title = "Service unavailable"
    retry_after = 5

    @property
    def headers(self) -> Mapping[str, str]:
        """When to try again."""
        return {"Retry-After": str(self.retry_after)}
