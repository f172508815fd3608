"""Twilio's errors: codes, titles, and the shape in which its API tells them."""

from typing import Final

from fastapi import Request
from fastapi.responses import JSONResponse, Response

# https://www.twilio.com/docs/api/errors
TITLES: Final[dict[int, str]] = {
    11200: "HTTP retrieval failure",
    11205: "HTTP connection failure",
    12300: "Invalid Content-Type",
    20001: "Invalid parameter",
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "Internal Server Error",
    20503: "Service unavailable",
    21211: "Invalid 'To' Phone Number",
    21603: "A 'From' phone number or 'MessagingServiceSid' is required",
    21604: "A 'To' phone number is required",
    21606: "The 'From' phone number provided is not a valid message-capable Twilio phone number"
    " for this destination/account",
    21609: "Invalid 'StatusCallback'",
    21610: "Attempt to send to unsubscribed recipient",
    21611: "This 'From' number has exceeded the maximum number of queued messages",
    21617: "The concatenated message body exceeds the 1600 character limit",
    21619: "A Message Body, Media URL or Content SID is required",
    21620: "Invalid media URL(s)",
    21623: "Number of media files exceeds allowed limit",
    21655: "The ContentSid is Invalid",
    21656: "The ContentVariables Parameter is invalid",
    21703: "The Messaging Service does not have a phone number available to send a message",
    21910: "Invalid 'From' and 'To' pair. 'From' and 'To' should be of the same channel",
    63003: "Channel could not find To address",
    63007: "Twilio could not find a Channel with the specified 'From' address",
    63014: "Channel message blocked by user action",
    63015: "Channel Sandbox can only send messages to phone numbers that have joined the Sandbox",
    63016: "Failed to send freeform message because you are outside the allowed window."
    " If you are using WhatsApp, please use a Message Template.",
    63019: "Media failed to download",
    63021: "Channel invalid content error",
    63024: "Invalid message recipient",
    63027: "Template does not exist for a language and locale",
    63028: "Number of parameters provided does not match the expected number of parameters",
    63031: "Channels message cannot have same 'From' and 'To'",
    63033: "Recipient opted out to receive message",
    63034: "Media exceeds size limit",
    63040: "Template Rejected",
    63041: "Template paused",
    63042: "Template disabled",
}
_STATUSES: Final = {20003: 401, 20404: 404, 20429: 429, 21611: 429, 20500: 500, 20503: 503}


class TwilioError(Exception):
    """A refusal that Twilio would give at once."""

    def __init__(
        self, code: int, message: str | None = None, *, retry_after: int | None = None
    ) -> None:
        super().__init__(message or TITLES[code])
        self.code = code
        self.message = message or TITLES[code]
        self.status = _STATUSES.get(code, 400)
        self.retry_after = retry_after


async def answer_error(_request: Request, error: Exception) -> Response:
    if not isinstance(error, TwilioError):
        raise error
    return JSONResponse(
        {
            "code": error.code,
            "message": error.message,
            "more_info": f"https://www.twilio.com/docs/errors/{error.code}",
            "status": error.status,
        },
        status_code=error.status,
        headers=_headers(error),
    )


def _headers(error: TwilioError) -> dict[str, str]:
    if error.retry_after is not None:
        return {"Retry-After": str(error.retry_after)}
    return {"WWW-Authenticate": 'Basic realm="Twilio API"'} if error.code == 20003 else {}  # noqa: PLR2004
