"""How Google's APIs tell an error (https://cloud.google.com/apis/design/errors)."""

from typing import Final

from fastapi import Request
from fastapi.responses import JSONResponse, Response

_STATUSES: Final = {
    "INVALID_ARGUMENT": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
}


class GoogleError(Exception):
    """A refusal that Google would give at once. `status` is its canonical name."""

    def __init__(self, status: str, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.retry_after = retry_after


async def answer_error(_request: Request, error: Exception) -> Response:
    if not isinstance(error, GoogleError):
        raise error
    code = _STATUSES[error.status]
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return JSONResponse(
        {"error": {"code": code, "message": error.message, "status": error.status}},
        status_code=code,
        headers=headers,
    )
