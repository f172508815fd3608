"""LINE's errors: sentences, and now and then the place of a mistake.

https://developers.line.biz/en/reference/messaging-api/#error-responses
"""

from typing import Any, Final
from uuid import uuid4

from fastapi import Request
from fastapi.responses import JSONResponse, Response

REQUEST_ID: Final = "X-Line-Request-Id"
INVALID_REPLY_TOKEN: Final = "Invalid reply token"  # noqa: S105 - a sentence
INVALID_RECIPIENT: Final = "The property, 'to', in the request body is invalid (line: -, column: -)"
UNREACHABLE: Final = "Failed to send messages"
MONTHLY_LIMIT: Final = "You have reached your monthly limit."
RATE_LIMIT: Final = "The API rate limit has been exceeded. Try again later."
UNAUTHORIZED: Final = "Authentication failed. Confirm that the access token is valid."


class LineError(Exception):
    """A refusal that LINE would give at once."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        details: list[dict[str, str]] | None = None,
        headers: dict[str, str] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        placed = {"details": details} if details else {}
        self.content: dict[str, Any] = {"message": message, **placed, **(extra or {})}
        self.headers = headers or {}


class Mistake(LineError):
    """A request body that cannot be right."""

    def __init__(self, message: str, place: str) -> None:
        details = [{"message": message, "property": place}]
        super().__init__(400, "The request body has 1 error(s)", details=details)


async def answer_error(_request: Request, error: Exception) -> Response:
    if not isinstance(error, LineError):
        raise error
    headers = {REQUEST_ID: str(uuid4()), **error.headers}
    return JSONResponse(error.content, status_code=error.status, headers=headers)
